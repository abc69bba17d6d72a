import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import type { Io } from '../io.js'
import { protocolNames } from '../protocols/protocols.js'
import type { SimSettings } from '../sim/sim.js'
import { wholeNumber } from './kvSettings.js'

const examples = `
The real host and roles on a virtual clock, bus and disks, in one thread. One seed decides everything. First safety under
faults; then a core is healed, all other failures stay, and something must get done. The verdict says what was judged.

A topology's file may also export "invariants" (a list of InvariantFactory of @quorate/core/testing) and "workload"
({ clients, perSecond, keys, groups }: what clients do; what is left out is drawn). A group's own state machine is simulated
where "groups" has a SimulatedWorkload of @quorate/simulator for it; otherwise registers take its place.

Examples:
  quorate sim raft --runs 100
  quorate sim multi-paxos --seed 42 --trace run.jsonl
  quorate sim topology.ts --faults crash --json | jq .coverage
  quorate sim --replay raft-42.sim
  quorate sim register --runs 1 --history history.jsonl && quorate lincheck history.jsonl
  quorate sim --mistake raft-a-voter-that-forgets-its-vote

Exit codes:
  0    nothing is wrong
  1    a violation, or a run without progress: its script is written
  2    the command line, the topology or the script is wrong: nothing was run
  5    a file cannot be written; what was found is on standard output
  6    nothing is wrong, but nothing was judged: no invariant is about any group, and no client has anything to ask
  130  ended by Ctrl-C; what was found until then is reported, a failure as short as it is by then`

const minutes = (text: string): number => {
  const value = Number(text)
  if (!(value > 0 && value <= 1440)) throw new InvalidArgumentError('Expected a number above 0, of at most a day.')
  return value
}

const seconds = (text: string): number => {
  const value = Number(text)
  if (!(text !== '' && value >= 0 && value <= 86_400)) {
    throw new InvalidArgumentError('Expected a number from 0, of at most a day.')
  }
  return value
}

export const simCommand = (io: Io): Command =>
  new Command('sim')
    .description('Simulate a cluster under faults, and see that nothing is lost')
    .addArgument(
      new Argument('[subject]', 'a protocol, or the file of a topology')
        .choices(protocolNames)
        // Offered, but a file may be named as well.
        .argParser((name: string) => name),
    )
    .option('--seed <n>', 'seed of the first run (default: a new one)', wholeNumber(0))
    .option('--runs <n>', 'how many seeds are run, one after the other (default: 10)', wholeNumber(1))
    .addOption(
      new Option('--faults <mix>', 'which faults happen')
        .choices(['none', 'network', 'crash', 'disk', 'all'])
        .default('all'),
    )
    .option('--nodes <n>', 'how many nodes (default: 3 or 5, as the seed decides)', wholeNumber(1))
    .option('--minutes <n>', 'how long a run lasts at least, in simulated minutes', minutes, 0.5)
    .option('--shrink <seconds>', 'how long a failure is made shorter, at most', seconds, 60)
    .addOption(
      new Option(
        '--mistake <name>',
        'make a mistake of the catalogue on purpose, and see it found; "list" lists them',
      ).conflicts(['faults', 'nodes', 'minutes', 'replay']),
    )
    .option('--trace <file>', 'write all that happens to a file, as JSON lines: see "quorate trace"')
    .option(
      '--history <file>',
      'write what clients saw in the one run to a file, as JSON lines: see "quorate lincheck"',
    )
    .option('--replay <file>', 'run a script again that a failed run has written')
    .option('--coverage', 'say which transitions of the roles no run has taken')
    .option('--json', 'print one line of JSON, and nothing else')
    .addHelpText('after', examples)
    .action(async (subject: string | undefined, settings: SimSettings) => {
      // What only this command needs, the others need not wait for.
      const { sim } = await import('../sim/sim.js')
      await sim(io, subject, settings)
    })
