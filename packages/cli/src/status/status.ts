import { setTimeout as sleep } from 'node:timers/promises'
import { clusterStatus } from '@quorate/host'
import { type ConnectionSettings, shownServer } from '../connection/settings.js'
import { transportOf } from '../connection/transport.js'
import { NoNodeAnswersError } from '../errors.js'
import { exitCodes } from '../exitCodes.js'
import { type Io, printLine } from '../io.js'
import type { OutputFormat } from '../output.js'
import { type ClusterView, viewOf } from './cluster.js'
import { statusLines } from './statusLines.js'

/** What `quorate status` is told. */
export interface StatusSettings extends ConnectionSettings {
  readonly cluster: string
  readonly wait: number
  /** For so many milliseconds. */
  readonly waitForLeader?: number
  readonly output: OutputFormat
}

/** Between two rounds of questions, in milliseconds. */
const pauseMs = 200

/** Asks all nodes of a cluster, and prints what they say. The exit code tells whether every group can serve its clients. */
export const status = async (io: Io, settings: StatusSettings): Promise<void> => {
  const { cluster, wait, waitForLeader = 0 } = settings
  const untilMs = performance.now() + waitForLeader
  let view = await ask(settings)
  while (!isServed(view) && performance.now() < untilMs) {
    await sleep(pauseMs)
    view = await ask(settings)
  }
  if (view.nodes.length === 0)
    throw new NoNodeAnswersError(cluster, shownServer(settings), Math.max(wait, waitForLeader))
  if (settings.output === 'json') printLine(io, JSON.stringify({ cluster, ...view }))
  else for (const line of statusLines(view)) printLine(io, line)
  if (!isServed(view)) io.exitCode = exitCodes.notServed
}

const ask = async (settings: StatusSettings): Promise<ClusterView> =>
  viewOf(await clusterStatus({ transport: transportOf(settings), cluster: settings.cluster, waitMs: settings.wait }))

const isServed = ({ nodes, lacks }: ClusterView): boolean => nodes.length > 0 && Object.keys(lacks).length === 0
