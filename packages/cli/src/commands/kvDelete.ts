import { Command } from 'commander'
import { exitCodes } from '../exitCodes.js'
import { type Io, printLine } from '../io.js'
import { type KvSettings, withGroup } from './kvSettings.js'

export const kvDelete = (io: Io): Command =>
  withGroup(new Command('delete'), '  quorate kv delete greeting')
    .description('Delete the entry of a key')
    .argument('<key>')
    .action(async (key: string, settings: KvSettings) => {
      const { withClient } = await import('../kv/client.js')
      const deleted = await withClient(settings, (client) => client.delete(key))
      if (settings.output === 'json') printLine(io, JSON.stringify({ key, deleted }))
      else printLine(io, deleted ? 'deleted' : `no entry: ${key}`)
      if (!deleted) io.exitCode = exitCodes.notFound
    })
