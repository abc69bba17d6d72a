import { type ConnectedKvClient, connectKvClient, type KvEntry } from '@quorate/kv'
import type { KvSettings } from '../commands/kvSettings.js'
import { transportOf } from '../connection/transport.js'
import { textOf } from '../output.js'

/** Connects, lets `use` do its work, and disconnects. */
export const withClient = async <T>(
  settings: KvSettings,
  use: (client: ConnectedKvClient) => Promise<T>,
): Promise<T> => {
  const { cluster, group, timeout } = settings
  const client = await connectKvClient({ transport: transportOf(settings), cluster, group, deadlineMs: timeout })
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

/** An entry for JSON: its value as text, or in base64 where it is no UTF-8. */
export const plainEntry = ({ key, value, revision, version }: KvEntry) => {
  const text = textOf(value)
  return {
    key,
    ...(text === undefined ? { valueBase64: Buffer.from(value).toString('base64') } : { value: text }),
    revision,
    version,
  }
}
