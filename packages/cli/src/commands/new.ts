import { Command } from 'commander'
import { exitCodesHelp } from '../exitCodes.js'
import type { Io } from '../io.js'
import type { NewRoleSettings } from '../scaffold/newRole.js'

const examples = `
Writes a role that runs, with its schema, its generated codec, its statechart, its definition, a topology and tests. Files
that are there already are not written over. A project that keeps its roles together says so in its package.json:
"quorate": { "roles": "src/roles" }.

Examples:
  quorate new role witness
  quorate new role ticketOffice --directory src/tickets
${exitCodesHelp}`

export const newCommand = (io: Io): Command => {
  const command = new Command('new').description('Begin something of your own')
  command.addCommand(newRoleCommand(io))
  return command.addHelpText('after', exitCodesHelp)
}

const newRoleCommand = (io: Io): Command =>
  new Command('role')
    .description('Write a role that runs and is tested, to be changed into your own')
    .argument('<name>', 'of the role: letters and digits, e.g. witness')
    .option('--directory <directory>', 'where the files go (default: a folder of the name)')
    .addHelpText('after', examples)
    .action(async (name: string, settings: NewRoleSettings) => {
      // What only this command needs, the others need not wait for.
      const { newRole } = await import('../scaffold/newRole.js')
      newRole(io, name, settings)
    })
