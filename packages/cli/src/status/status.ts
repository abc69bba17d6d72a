import { setTimeout as sleep } from 'node:timers/promises'
import type { NodeId } from '@quorate/core'
import { clusterStatus, type NodeReport } from '@quorate/host'
import { type ConnectionSettings, shownServer } from '../connection/settings.js'
import { transportOf } from '../connection/transport.js'
import { NoNodeAnswersError } from '../errors.js'
import { exitCodes } from '../exitCodes.js'
import { type Io, printLine, printNote } from '../io.js'
import { isQuorateError } from '../isQuorateError.js'
import type { OutputFormat } from '../output.js'
import { type ClusterView, viewOf } from './cluster.js'
import { statusLines } from './statusLines.js'

/** What `quorate status` is told. */
export interface StatusSettings extends ConnectionSettings {
  readonly cluster: string
  /** Those that are to be shown; all where none is named. */
  readonly group?: readonly string[]
  readonly wait: number
  /** For so many milliseconds. */
  readonly waitForLeader?: number
  readonly output: OutputFormat
}

/** One round of questions takes so long, in milliseconds. */
const roundMs = 500

/** Between two rounds of questions, in milliseconds. */
const pauseMs = 200

/** Asks all nodes of a cluster, and prints what they say. The exit code tells whether every group can serve its clients. */
export const status = async (io: Io, settings: StatusSettings): Promise<void> => {
  const { cluster, wait, waitForLeader = 0 } = settings
  const untilMs = performance.now() + waitForLeader
  const doubted = new Set<NodeId>()
  const onNonsense = (node: NodeId, why: string): void => {
    if (!doubted.has(node)) printNote(io, `node ${node} answers nonsense, which is left out: ${why}`)
    doubted.add(node)
  }
  let view = await ask(settings, waitForLeader > 0, onNonsense)
  while (!isServed(view) && performance.now() < untilMs) {
    await sleep(pauseMs)
    view = await ask(settings, performance.now() < untilMs, onNonsense)
  }
  if (view.nodes.length === 0)
    throw new NoNodeAnswersError(cluster, shownServer(settings), Math.max(wait, waitForLeader))
  if (settings.output === 'json') printLine(io, JSON.stringify({ cluster, ...view }))
  else for (const line of statusLines(view)) printLine(io, line)
  if (!isServed(view)) io.exitCode = exitCodes.notServed
}

/** Asks again as long as somebody is silent who hosts a role, and there is time. */
const ask = async (
  { cluster, group = [], wait, ...settings }: StatusSettings,
  isPatient: boolean,
  onNonsense: (node: NodeId, why: string) => void,
): Promise<ClusterView> => {
  const untilMs = performance.now() + wait
  const reports = new Map<string, NodeReport>()
  let view = viewOf([])
  try {
    do {
      const waitMs = Math.max(1, Math.min(roundMs, untilMs - performance.now()))
      const asked = { transport: transportOf(settings), cluster, waitMs, groups: group, onNonsense }
      for (const report of await clusterStatus(asked)) {
        reports.set(report.node, report)
      }
      view = viewOf(
        [...reports.values()].sort((a, b) => (a.node < b.node ? -1 : 1)),
        group,
      )
    } while ((view.nodes.length === 0 || view.silent.length > 0) && performance.now() < untilMs)
  } catch (error) {
    // The bus may come up with the nodes.
    if (!isPatient || !isQuorateError(error) || error.code !== 'QUORATE_BUS_UNREACHABLE') throw error
  }
  return view
}

const isServed = ({ nodes, lacks }: ClusterView): boolean => nodes.length > 0 && Object.keys(lacks).length === 0
