import { transferLeadership } from '@quorate/host'
import type { ConnectionSettings } from '../connection/settings.js'
import { transportOf } from '../connection/transport.js'
import { type Io, printLine } from '../io.js'
import type { OutputFormat } from '../output.js'

/** What `quorate leader transfer` is told. */
export interface TransferSettings extends ConnectionSettings {
  readonly cluster: string
  readonly to?: string
  readonly output: OutputFormat
}

/** @throws as `transferLeadership` of `@quorate/host` does. */
export const transfer = async (
  io: Io,
  group: string,
  { cluster, to, output, ...connection }: TransferSettings,
): Promise<void> => {
  const transport = transportOf(connection)
  const { from, leader } = await transferLeadership({ transport, cluster, group, ...(to !== undefined && { to }) })
  printLine(
    io,
    output === 'json'
      ? JSON.stringify({ group, from, leader })
      : `node ${leader} leads group ${group} in place of ${from}`,
  )
}
