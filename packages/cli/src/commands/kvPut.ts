import { Command } from 'commander'
import { givenValue, type Io, printLine } from '../io.js'
import { type KvSettings, withGroup } from './kvSettings.js'

const examples = `  quorate kv put greeting hello
  quorate kv put image - < image.png`

export const kvPut = (io: Io): Command =>
  withGroup(new Command('put'), examples)
    .description('Set the value of a key')
    .argument('<key>')
    .argument('<value>', '"-" reads it from standard input')
    .action(async (key: string, text: string, settings: KvSettings) => {
      const { withClient } = await import('../kv/client.js')
      const value = await givenValue(io, text)
      const { revision, version } = await withClient(settings, (client) => client.put(key, value))
      if (settings.output === 'json') printLine(io, JSON.stringify({ key, revision, version }))
      else printLine(io, `revision ${revision}, version ${version}`)
    })
