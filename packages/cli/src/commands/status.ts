import { clusterStatus } from '@quorate/host'
import { Command, Option } from 'commander'
import { type ConnectionSettings, shownServer, transportOf, withConnection } from '../connection/settings.js'
import { NoNodeAnswersError } from '../errors.js'
import { exitCodesHelp } from '../exitCodes.js'
import { type Io, printLine } from '../io.js'
import { type OutputFormat, outputOption } from '../output.js'
import { statusLines } from '../statusLines.js'
import { clusterOption, wholeNumber } from './kvSettings.js'

interface StatusSettings extends ConnectionSettings {
  readonly cluster: string
  readonly wait: number
  readonly output: OutputFormat
  readonly json?: boolean
}

const examples = `
Examples:
  quorate status
  quorate status --json | jq '.nodes[].groups.kv.applied'
${exitCodesHelp}`

export const statusCommand = (io: Io): Command =>
  withConnection(new Command('status'))
    .description('Ask all nodes of a cluster how they are')
    .addOption(clusterOption())
    .addOption(
      new Option('--wait <ms>', 'collect answers for so many milliseconds').default(500).argParser(wholeNumber(1)),
    )
    .addOption(outputOption())
    .option('--json', 'the same as --output json')
    .addHelpText('after', examples)
    .action(async (settings: StatusSettings) => {
      const { cluster, wait } = settings
      const nodes = await clusterStatus({ transport: transportOf(settings), cluster, waitMs: wait })
      if (nodes.length === 0) throw new NoNodeAnswersError(cluster, shownServer(settings), wait)
      if (settings.json || settings.output === 'json') printLine(io, JSON.stringify({ cluster, nodes }))
      else for (const line of statusLines(nodes)) printLine(io, line)
    })
