import { checkRelay, type Relay, type StatelyObserver, startRelay, stately } from '@quorate/inspector'
import { type Io, printNote } from '../io.js'
import { isQuorateError } from '../isQuorateError.js'

/** What `--inspect` and `--inspect-url` say. */
export interface InspectionSettings {
  readonly inspect?: 'stately'
  readonly inspectUrl?: string
}

/** The port of the relay that is looked for, and started, where none is named. */
const defaultPort = 8080

/** Where the nodes of this machine report to. */
export interface Watch {
  /** What the process of a node is given. */
  readonly flags: readonly string[]
  /** Idempotent. */
  close(): Promise<void>
}

/**
 * Finds the relay that was named, or the one on the default port; else starts one there, or on any free port where
 * something else has that one. Where the one that was named does not answer, it says so, and the nodes run all the same.
 */
export const watch = async (io: Io, { inspectUrl }: InspectionSettings, port = defaultPort): Promise<Watch> => {
  const url = inspectUrl ?? `ws://localhost:${port}`
  try {
    await checkRelay(url)
    printNote(io, `inspection: the nodes report to the relay on ${url}`)
  } catch (error) {
    if (!isQuorateError(error) || error.code !== 'QUORATE_RELAY_UNREACHABLE') throw error
    if (inspectUrl === undefined) return watchWith(io, await startNear(port))
    printNote(io, `inspection: ${error.message}`)
  }
  return { flags: flagsFor(url), close: async () => {} }
}

const flagsFor = (url: string): string[] => ['--inspect', 'stately', '--inspect-url', url]

const watchWith = (io: Io, relay: Relay): Watch => {
  printNote(io, `inspection: open ${relay.page} in a browser on this machine, with access to stately.ai`)
  return { flags: flagsFor(relay.url), close: () => relay.close() }
}

const startNear = async (port: number): Promise<Relay> => {
  try {
    return await startRelay({ port })
  } catch {
    return startRelay({ port: 0 })
  }
}

/** The observer of the node in this process. Whoever started the process has looked whether the relay is there, and said so. */
export const observer = (io: Io, cluster: string, { inspectUrl }: InspectionSettings): StatelyObserver => {
  const isChild = process.connected
  return stately({
    cluster,
    url: inspectUrl ?? `ws://localhost:${defaultPort}`,
    warn: (warning) => {
      if (!isChild || warning.code !== 'QUORATE_RELAY_UNREACHABLE') printNote(io, `inspection: ${warning.message}`)
    },
  })
}
