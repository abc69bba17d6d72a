import { Command, Option } from 'commander'
import { exitCodes } from '../exitCodes.js'
import { type Io, printLine, printNote } from '../io.js'
import { type KvSettings, withGroup } from './kvSettings.js'

export const staleOption = (): Option => new Option('--stale', 'take what the asked node has applied, which may be old')

export const consistencyOf = ({ stale }: { readonly stale?: boolean }) =>
  ({ consistency: stale ? 'stale' : 'linearizable' }) as const

const examples = `  quorate kv get greeting
  quorate kv get greeting --output json
  quorate kv get image > image.png      the bytes of the value and a line end`

export const kvGet = (io: Io): Command =>
  withGroup(new Command('get'), examples)
    .description('Print the value of a key')
    .argument('<key>')
    .addOption(staleOption())
    .action(async (key: string, settings: KvSettings & { stale?: boolean }) => {
      const { withClient, plainEntry } = await import('../kv/client.js')
      const entry = await withClient(settings, (client) => client.get(key, consistencyOf(settings)))
      if (!entry) {
        printNote(io, `no entry: ${key}`)
        io.exitCode = exitCodes.notFound
      } else if (settings.output === 'json') printLine(io, JSON.stringify(plainEntry(entry)))
      else {
        io.stdout.write(entry.value)
        io.stdout.write('\n')
      }
    })
