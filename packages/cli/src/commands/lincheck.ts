import { historyModels, inexactNumberIn } from '@quorate/checker'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Io } from '../io.js'
import type { LincheckSettings } from '../lincheck/lincheck.js'
import { wholeNumber } from './kvSettings.js'

const examples = `
A history is JSON lines, one event of an operation each, in the order of time:
  {"process":3,"type":"invoke","f":"write","key":"x","value":1,"time":1000}
  {"process":3,"type":"ok","f":"write","key":"x","value":1,"time":2000}
type is invoke, or how the operation ended: ok; fail (it did not take place); info (nobody knows). key and time may be
missing. A cas has [old, new] as its value, and one that was refused is ok with "result": false.

Examples:
  quorate lincheck history.jsonl
  quorate lincheck history.jsonl --model kv --initial '""' --html history.html
  quorate lincheck history.jsonl --model ./stack.ts
  quorate lincheck - --consistency --json < history.jsonl

Exit codes:
  0    linearizable
  1    not linearizable
  2    unknown: --steps were used up; or the command line is wrong
  3    the history cannot be read; the text names the line
  5    the picture cannot be written; the verdict is on standard output
  6    nothing was judged: no operation of the history can have taken place
  130  ended by Ctrl-C; what was found until then is printed`

/** Reads JSON from an argument. */
const json = (text: string): unknown => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new InvalidArgumentError('Expected JSON: a text wants quotes of its own, \'"text"\'.')
  }
  const inexact = inexactNumberIn(text)
  if (inexact === undefined) return value
  throw new InvalidArgumentError(`Expected numbers that JavaScript can hold, found ${inexact}.`)
}

export const lincheckCommand = (io: Io): Command =>
  new Command('lincheck')
    .description('Check whether a history of operations is linearizable, and show what is wrong with it')
    .argument('<file>', 'the history, in JSON lines; "-" is standard input')
    .addOption(
      new Option(
        '--model <model>',
        'what the operations are about, or a file that exports it (default: what has all of them)',
      )
        .choices(historyModels.map(({ name }) => name))
        // Offered, but a file may be named as well.
        .argParser((name: string) => name),
    )
    .addOption(new Option('--initial <json>', 'value before all operations').argParser(json).default(null, 'null'))
    .addOption(
      new Option('--steps <count>', 'end the search after so many operations tried (default: 5000000)').argParser(
        wholeNumber(1),
      ),
    )
    .option('--consistency', 'place the history on the ladder of weaker models too')
    .option('--html <file>', 'draw it')
    .option('--json', 'print one line of JSON')
    .addHelpText('after', examples)
    .action(async (file: string, settings: LincheckSettings) => {
      // What only this command needs, the others need not wait for.
      const { lincheck } = await import('../lincheck/lincheck.js')
      await lincheck(io, file, settings)
    })
