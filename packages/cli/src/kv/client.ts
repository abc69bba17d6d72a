import { clusterStatus } from '@quorate/host'
import { type ConnectedKvClient, connectKvClient, type KvEntry } from '@quorate/kv'
import type { KvSettings } from '../commands/kvSettings.js'
import { shownServer } from '../connection/settings.js'
import { transportOf } from '../connection/transport.js'
import { NoNodeAnswersError, UnknownGroupError } from '../errors.js'
import { isQuorateError } from '../isQuorateError.js'
import { plainValue } from '../output.js'

/** Nodes are asked for so long which groups there are, in milliseconds. */
const groupsMs = 500

/** Connects, lets `use` do its work, and disconnects. */
export const withClient = async <T>(
  settings: KvSettings,
  use: (client: ConnectedKvClient) => Promise<T>,
): Promise<T> => {
  const { cluster, group, timeout } = settings
  const client = await connectKvClient({ transport: transportOf(settings), cluster, group, deadlineMs: timeout })
  try {
    return await use(client)
  } catch (error) {
    throw isQuorateError(error) && error.code === 'QUORATE_NOT_EXECUTED' ? await explained(settings, error) : error
  } finally {
    await client.close()
  }
}

/** A name that nobody serves is told apart from a group that cannot serve now. */
const explained = async (settings: KvSettings, cause: Error): Promise<Error> => {
  const { cluster, group, timeout } = settings
  try {
    const nodes = await clusterStatus({ transport: transportOf(settings), cluster, waitMs: groupsMs })
    if (nodes.length === 0) return new NoNodeAnswersError(cluster, shownServer(settings), timeout, { cause })
    const groups = new Set(nodes.flatMap((node) => Object.keys(node.groups)))
    return groups.has(group) ? cause : new UnknownGroupError(group, cluster, [...groups].sort(), { cause })
  } catch {
    // The bus went away meanwhile: what happened first says more.
    return cause
  }
}

/** An entry for JSON. */
export const plainEntry = ({ key, value, revision, version }: KvEntry) => ({
  key,
  ...plainValue(value),
  revision,
  version,
})
