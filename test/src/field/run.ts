import { release } from 'node:os'
import { parseArgs } from 'node:util'
import { replicating } from '../programs/groups.js'
import { fullDisks, noDisks } from './fullDisks.js'
import { kills } from './kills.js'
import type { Outcome, Subject } from './trial.js'

const usage = `Processes that are killed, and disks that fill up, while clients write; then nothing is done but to start the nodes.

Usage: pnpm test:field [--kills N] [--full-disks N] [--json]

  --kills N       SIGKILLs, of one node, a majority or all, now and then while a node starts (default 2000)
  --full-disks N  full disks, with room made again; needs root, to mount small file systems (default 200)
  --json          one line of JSON for each group, then { kills, fullDisks, acknowledged, wrong }
  --help          this text

They are shared out between groups of one, three and five nodes of ${replicating.join(' and ')}, with commands of 100 and of
200,000 bytes. 2,000 kills take about an hour on two cores. The exit code is 1 if anything was lost, done twice, or did not
come back.`

const { values: flags } = parseArgs({
  options: {
    kills: { type: 'string', default: '2000' },
    'full-disks': { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const subjects: readonly Subject[] = replicating.flatMap((protocol) =>
  ([1, 3, 5] as const).flatMap((nodes) => [100, 200_000].map((valueBytes) => ({ protocol, nodes, valueBytes }))),
)

const textOf = (what: string, { protocol, nodes, valueBytes, ...of }: Outcome): string =>
  `${protocol} of ${nodes}, ${valueBytes} bytes: ${of.outages} ${what}, ${of.acknowledged} acknowledged, ${of.unknown} unknown, ` +
  `back within ${of.slowestReturnMs} ms${of.wrong.length > 0 ? `\n  WRONG ${of.wrong.join('\n  ')}` : ''}`

const outcomesOf = async (
  what: string,
  count: number,
  trial: (subject: Subject, count: number) => Promise<Outcome>,
): Promise<Outcome[]> => {
  const outcomes: Outcome[] = []
  for (const subject of count > 0 ? subjects : []) {
    const outcome = await trial(subject, Math.ceil(count / subjects.length))
    outcomes.push(outcome)
    console.log(flags.json ? JSON.stringify({ what, ...outcome }) : textOf(what, outcome))
  }
  return outcomes
}

const sum = (outcomes: readonly Outcome[], of: (outcome: Outcome) => number): number =>
  outcomes.reduce((total, outcome) => total + of(outcome), 0)

const main = async (): Promise<void> => {
  const killed = await outcomesOf('kills', Number(flags.kills), kills)
  const reason = Number(flags['full-disks']) > 0 ? await noDisks() : undefined
  if (reason) console.log(`no disk is filled: ${reason}`)
  const filled = reason ? [] : await outcomesOf('full disks', Number(flags['full-disks']), fullDisks)
  const all = [...killed, ...filled]
  const total = {
    kills: sum(killed, ({ outages }) => outages),
    fullDisks: sum(filled, ({ outages }) => outages),
    acknowledged: sum(all, ({ acknowledged }) => acknowledged),
    wrong: sum(all, ({ wrong }) => wrong.length),
  }
  if (flags.json) console.log(JSON.stringify(total))
  else
    console.log(
      `${total.kills} kills, ${total.fullDisks} full disks, ${total.acknowledged} commands acknowledged: ` +
        `${total.wrong === 0 ? 'nothing lost, each group back each time' : `${total.wrong} wrong`}` +
        ` (Node ${process.versions.node}, ${process.platform} ${release()}, ${new Date().toISOString()})`,
    )
  process.exitCode = total.wrong === 0 ? 0 : 1
}

if (flags.help) console.log(usage)
else await main()
