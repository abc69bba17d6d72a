import { type ConnectedKvClient, connectKvClient, type KvEntry } from '@quorate/kv'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type ConnectionSettings, transportOf, withConnection } from '../connection/settings.js'
import { exitCodesHelp } from '../exitCodes.js'
import { type OutputFormat, outputOption, textOf } from '../output.js'

/** What all commands of `quorate kv` are told. */
export interface KvSettings extends ConnectionSettings {
  readonly cluster: string
  readonly group: string
  readonly timeout: number
  readonly output: OutputFormat
}

/** Adds the flags that all commands of `quorate kv` have. */
export const withGroup = (command: Command, examples: string): Command =>
  withConnection(command)
    .addOption(clusterOption())
    .addOption(new Option('--group <name>', 'group of the store').env('QUORATE_GROUP').default('kv'))
    .addOption(
      new Option('--timeout <ms>', 'give up after so many milliseconds')
        .env('QUORATE_TIMEOUT_MS')
        .default(10_000)
        .argParser(wholeNumber(1)),
    )
    .addOption(outputOption())
    .addHelpText('after', `\nExamples:\n${examples}\n${exitCodesHelp}`)

export const clusterOption = (): Option =>
  new Option('--cluster <name>', 'name of the cluster').env('QUORATE_CLUSTER').default('demo')

/** Reads a whole number from `min` up. */
export const wholeNumber =
  (min: number) =>
  (text: string): number => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < min) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${min}.`)
    }
    return value
  }

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
