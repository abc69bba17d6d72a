import { Command, Option } from 'commander'
import { exitCodes } from '../exitCodes.js'
import { givenValue, type Io, printLine } from '../io.js'
import { type KvSettings, wholeNumber, withGroup } from './kvSettings.js'

interface CasSettings extends KvSettings {
  readonly ifRevision?: number
  readonly ifValue?: string
}

const examples = `  quorate kv cas lock mine --if-revision 0     only if there is no entry
  quorate kv cas lock yours --if-value mine`

export const kvCas = (io: Io): Command =>
  withGroup(new Command('cas'), examples)
    .description('Compare and set: set the value of a key if its entry is what you expect')
    .argument('<key>')
    .argument('<value>', '"-" reads it from standard input')
    .addOption(
      new Option('--if-revision <number>', 'the entry has this revision; 0: there is none').argParser(wholeNumber(0)),
    )
    .option('--if-value <text>', 'the entry has this value')
    .action(async (key: string, text: string, settings: CasSettings, command: Command) => {
      const { withClient } = await import('../kv/client.js')
      const { ifRevision, ifValue } = settings
      if (ifRevision === undefined && ifValue === undefined) {
        command.error('error: expected --if-revision or --if-value, found neither')
      }
      const value = await givenValue(io, text)
      const expected = {
        ...(ifRevision !== undefined && { revision: ifRevision }),
        ...(ifValue !== undefined && { value: ifValue }),
      }
      const result = await withClient(settings, (client) => client.compareAndSet(key, expected, value))
      const { changed, revision, version } = result
      if (settings.output === 'json') printLine(io, JSON.stringify({ key, changed, revision, version }))
      else if (changed) printLine(io, `revision ${revision}, version ${version}`)
      else printLine(io, revision === 0 ? 'refused: there is no entry' : `refused: the entry has revision ${revision}`)
      if (!changed) io.exitCode = exitCodes.notFound
    })
