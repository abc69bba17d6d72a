import { UnknownNodeError } from '@quorate/host'
import type { ConnectionSettings } from '../connection/settings.js'
import type { Io } from '../io.js'
import type { LogFormat } from '../logger.js'
import { loadTopology } from '../topologyFile.js'
import type { InspectionSettings } from './inspection.js'
import { traceDirectory } from './liveTrace.js'
import { runAll } from './runAll.js'
import { runNode } from './runNode.js'

export interface UpSettings extends ConnectionSettings, InspectionSettings {
  /** Only this node, in this process. */
  readonly node?: string
  readonly data: string
  readonly log: LogFormat
  /** Nodes go on although what they lost may have been acknowledged. */
  readonly acceptPossibleLoss?: boolean
  /** A directory for what happens on the nodes. */
  readonly trace?: string
  /** How large the file of one start of a node may become. */
  readonly traceBytesMax: number
}

/** Runs all nodes of a topology, or one. */
export const up = async (io: Io, file: string, settings: UpSettings): Promise<void> => {
  const topology = await loadTopology(file)
  const { node, trace } = settings
  if (trace !== undefined) traceDirectory(trace)
  if (node === undefined) return runAll(io, file, topology, settings)
  if (!topology.nodes.includes(node)) throw new UnknownNodeError(node, '--node', topology.nodes)
  await runNode(io, topology, node, settings)
}
