import { Command, Option } from 'commander'
import type { DiagramSettings } from '../diagram/diagram.js'
import { exitCodesHelp } from '../exitCodes.js'
import type { Io } from '../io.js'

const examples = `
The role is drawn from the machine itself: one of a protocol by its name (an unknown name lists them all), or one of yours
by its file, what that exports by default or as NAME. A file that exports a topology is drawn with its nodes side by side.

Examples:
  quorate diagram raft > raft.svg                    who follows whom: Figure 4 of the paper
  quorate diagram raft/follower --format mermaid     to be put into Markdown
  quorate diagram raft/leader --detail full --output leader.svg
  quorate diagram ./witness.ts
  quorate diagram './witness.ts#witness'
  quorate diagram topology.ts > topology.svg         which node hosts which roles, and who decides
${exitCodesHelp}`

export const diagramCommand = (io: Io): Command =>
  new Command('diagram')
    .description('Draw a role, a family of roles that take turns, or a topology')
    .argument('<role-or-topology>', 'raft, raft/follower, ..., or FILE or FILE#NAME of a role or topology of yours')
    .addOption(
      new Option('--format <format>', 'what to write')
        .choices(['svg', 'mermaid'] satisfies DiagramSettings['format'][])
        .default('svg'),
    )
    .addOption(
      new Option(
        '--detail <detail>',
        'of a role: what changes a state, and of a family its roles only; or every transition',
      )
        .choices(['summary', 'full'] satisfies DiagramSettings['detail'][])
        .default('summary'),
    )
    .option('--output <file>', 'where to write it (default: standard output)')
    .addHelpText('after', examples)
    .action(async (what: string, settings: DiagramSettings) => {
      // What only this command needs, the others need not wait for.
      const { diagram } = await import('../diagram/diagram.js')
      await diagram(io, what, settings)
    })
