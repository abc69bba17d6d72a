import type { KvAnswer } from '@quorate/kv'
import { Command, Option } from 'commander'
import { type Io, printLine, printNote } from '../io.js'
import { table, textOf } from '../output.js'
import { consistencyOf, staleOption } from './kvGet.js'
import { type KvSettings, wholeNumber, withGroup } from './kvSettings.js'

interface RangeSettings extends KvSettings {
  readonly limit: number
  readonly after?: string
  readonly stale?: boolean
}

/** Longest value in a table, in characters. */
const shownMax = 60

const examples = `  quorate kv range
  quorate kv range users/ --limit 10
  quorate kv range users/ --limit 10 --after users/42     the next page`

export const kvRange = (io: Io): Command =>
  withGroup(new Command('range'), examples)
    .description('Print the entries whose keys begin with a prefix, in order')
    .argument('[prefix]', 'all keys without one', '')
    .addOption(
      new Option('--limit <number>', 'at most so many entries').default(100).argParser(wholeNumber(1, 2 ** 32 - 1)),
    )
    .option('--after <key>', 'only keys greater than this one')
    .addOption(staleOption())
    .action(async (prefix: string, settings: RangeSettings) => {
      const { withClient, plainEntry } = await import('../kv/client.js')
      const { limit, after } = settings
      const options = { limit, ...(after !== undefined && { after }), ...consistencyOf(settings) }
      const page = await withClient(settings, (client) => client.range(prefix, options))
      if (settings.output === 'json') {
        printLine(io, JSON.stringify({ entries: page.entries.map(plainEntry), more: page.more }))
      } else printTable(io, page)
    })

const printTable = (io: Io, { entries, more }: KvAnswer): void => {
  const rows = entries.map(({ key, value, revision, version }) => [shown(key), shownValue(value), revision, version])
  for (const line of table(['KEY', 'VALUE', 'REVISION', 'VERSION'], rows)) printLine(io, line)
  const last = entries.at(-1)
  if (more && last) printNote(io, `there are more: --after ${JSON.stringify(last.key)}`)
}

const shownValue = (value: Uint8Array): string => {
  const text = textOf(value)
  return text === undefined ? `(${value.length} bytes)` : shown(text)
}

/** In one line: line ends and other controls as in JSON, long texts cut. */
const shown = (text: string): string => {
  const line = JSON.stringify(text).slice(1, -1)
  return line.length > shownMax ? `${line.slice(0, shownMax - 1)}…` : line
}
