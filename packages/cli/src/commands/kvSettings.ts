import { type Command, InvalidArgumentError, Option } from 'commander'
import { type ConnectionSettings, withConnection } from '../connection/settings.js'
import { exitCodesHelp } from '../exitCodes.js'
import { jsonOption, type OutputFormat, outputOption } from '../output.js'

/** What commands are told that are clients of a group. */
export interface ClientSettings extends ConnectionSettings {
  readonly cluster: string
  readonly timeout: number
  readonly output: OutputFormat
}

/** What all commands of `quorate kv` are told. */
export interface KvSettings extends ClientSettings {
  readonly group: string
}

/** Adds the flags that all clients of a group have, with their own ones among them. */
export const withClientFlags = (command: Command, examples: string, ...own: readonly Option[]): Command => {
  withConnection(command).addOption(clusterOption())
  for (const option of own) command.addOption(option)
  return command
    .addOption(
      new Option('--timeout <ms>', 'give up after so many milliseconds')
        .env('QUORATE_TIMEOUT_MS')
        .default(10_000)
        .argParser(wholeNumber(1)),
    )
    .addOption(outputOption())
    .addOption(jsonOption())
    .addHelpText('after', `\nExamples:\n${examples}\n${exitCodesHelp}`)
}

/** Adds the flags that all commands of `quorate kv` have. */
export const withGroup = (command: Command, examples: string): Command =>
  withClientFlags(
    command,
    examples,
    new Option('--group <name>', 'group of the store').env('QUORATE_GROUP').default('kv'),
  )

export const clusterOption = (): Option =>
  new Option('--cluster <name>', 'name of the cluster').env('QUORATE_CLUSTER').default('demo')

/** Reads a whole number from `min` up. */
export const wholeNumber =
  (min: number, max = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < min || value > max) {
      const most = max === Number.MAX_SAFE_INTEGER ? '' : `, and at most ${max}`
      throw new InvalidArgumentError(`Expected a whole number of at least ${min}${most}.`)
    }
    return value
  }
