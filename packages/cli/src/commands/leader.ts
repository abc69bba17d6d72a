import { Command, Option } from 'commander'
import { withConnection } from '../connection/settings.js'
import type { Io } from '../io.js'
import type { TransferSettings } from '../leader/transfer.js'
import { jsonOption, outputOption } from '../output.js'
import { clusterOption } from './kvSettings.js'

const exitCodes = `
Exit codes:
  0    another node leads
  1    none does: the group has a leader, or elects one, as ever
  2    the command line is wrong
  4    the bus is unavailable`

const examples = `
Meanwhile, some milliseconds as a rule, the group takes no commands; clients send theirs again, and nothing is lost. A node that is
stopped with SIGTERM does the same by itself.

Examples:
  quorate leader transfer kv                to whichever node can soonest
  quorate leader transfer kv --to n2
  quorate leader transfer kv --json         {"group":"kv","from":"n1","leader":"n2"}
${exitCodes}`

export const leaderCommand = (io: Io): Command =>
  new Command('leader')
    .description('Who leads a group')
    .addHelpText('after', exitCodes)
    .addCommand(
      withConnection(new Command('transfer'))
        .description('Have the node that leads a group give that to another one')
        .argument('<group>', 'its name in the topology')
        .addOption(new Option('--to <node>', 'who is to lead (default: whichever can soonest)'))
        .addOption(clusterOption())
        .addOption(outputOption())
        .addOption(jsonOption())
        .addHelpText('after', examples)
        .action(async (group: string, settings: TransferSettings) => {
          // What only this command needs, the others need not wait for.
          const { transfer } = await import('../leader/transfer.js')
          await transfer(io, group, settings)
        }),
    )
