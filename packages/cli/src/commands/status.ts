import { Command, Option } from 'commander'
import { withConnection } from '../connection/settings.js'
import type { Io } from '../io.js'
import { jsonOption, outputOption } from '../output.js'
import type { StatusSettings } from '../status/status.js'
import { clusterOption, wholeNumber } from './kvSettings.js'

/** In milliseconds, where nobody says. */
const waitForLeaderMs = 30_000

const examples = `
Nodes that host a role of a group and do not answer are listed too. What may become worse is told below the table and does
not change the exit code as long as every group serves its clients: a state machine that gives no snapshot, for one.

Examples:
  quorate status
  quorate status --group orders stock
  quorate status --json | jq '.nodes[].groups.kv.applied'
  quorate status --wait-for-leader && quorate kv put greeting hello

Exit codes:
  0    every group can serve its clients
  2    the command line is wrong
  4    no node answers: the bus or the cluster is unavailable
  7    a group has no leader, no node that takes or executes commands or answers, or a log that is full
  130  ended by Ctrl-C`

export const statusCommand = (io: Io): Command =>
  withConnection(new Command('status'))
    .description('Ask all nodes of a cluster how they are')
    .addOption(clusterOption())
    .addOption(new Option('--group <names...>', 'of these groups alone'))
    .addOption(
      new Option('--wait <ms>', 'wait for silent nodes for so many milliseconds')
        .default(2000)
        .argParser(wholeNumber(1)),
    )
    .addOption(
      new Option('--wait-for-leader [ms]', 'ask again until every group can serve its clients, for so long')
        .preset(String(waitForLeaderMs))
        .argParser(wholeNumber(1)),
    )
    .addOption(outputOption())
    .addOption(jsonOption())
    .addHelpText('after', examples)
    .action(async (settings: StatusSettings) => {
      // What only this command needs, the others need not wait for.
      const { status } = await import('../status/status.js')
      await status(io, settings)
    })
