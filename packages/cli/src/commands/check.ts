import { Command, Option } from 'commander'
import type { CheckSettings } from '../check/check.js'
import type { Io } from '../io.js'
import { wholeNumber } from './kvSettings.js'

const examples = `
Explores every run of a small model: every order of deliveries, losses, timeouts, writes and crashes that its scope allows.
Without a model it lists those that it knows; a file (./model.ts) exports one of your own by default.

Examples:
  quorate check
  quorate check raft-election
  quorate check raft-election --crashes 2 --split-writes --lossy --seconds 60
  quorate check reference/paxos --clients 3 --json
  quorate check reference/two-phase-commit --rms 7 --symmetry
  quorate check ./model.ts --seconds 60
  quorate check ./model.ts --param list
  quorate check ./model.ts --param N=4 --param lossy=true
  quorate check --mistake raft-a-voter-that-votes-for-everyone
  quorate check ./model.ts --trace run.jsonl || quorate trace run.jsonl --diagram

Exit codes:
  0    all was explored, and every property holds
  1    a property is violated: the run that does it is printed
  2    a budget ended the search, or the command line is wrong
  5    the trace cannot be written; the verdict is on standard output
  130  ended by Ctrl-C`

/** A mistake brings the scope in which it shows. */
const scopes = [
  ...['param', 'network', 'lossy', 'splitWrites'],
  ...['rms', 'clients', 'servers', 'proposers', 'acceptors', 'terms', 'timeouts', 'crashes'],
]

export const checkCommand = (io: Io): Command =>
  new Command('check')
    .description('Check a model exhaustively')
    .argument('[model]', 'its name, or a file that exports one')
    .addOption(new Option('--states <count>', 'end after so many distinct states').argParser(wholeNumber(1)))
    .addOption(new Option('--depth <depth>', 'go no deeper; the initial state has depth 1').argParser(wholeNumber(1)))
    .addOption(new Option('--seconds <seconds>', 'end after so long').argParser(wholeNumber(1)))
    .addOption(new Option('--network <kind>', 'how messages travel').choices(['nondup', 'dup', 'fifo']))
    .option('--lossy', 'messages may be lost')
    .option('--split-writes', 'a write takes time, and a crash may come while it is under way')
    .option(
      '--symmetry',
      'explore one of all states that differ only in who is who (default, but for reference models)',
    )
    .option('--no-symmetry', 'explore all of them')
    .option(
      '--reduction',
      'leave out orders of steps that no property can tell apart (default, but for reference models)',
    )
    .option('--no-reduction', 'explore every order of steps')
    .option('--exact', 'keep whole states, and count fingerprints that are not unique')
    .option('--depth-first', 'go deep first: counterexamples are not the shortest')
    .addOption(
      new Option('--param <name=value>', 'tell the model something; "list" shows what. May be repeated').argParser(
        (param: string, before: readonly string[] = []) => [...before, param],
      ),
    )
    .addOption(new Option('--rms <count>', 'resource managers').argParser(wholeNumber(1)))
    .addOption(new Option('--clients <count>', 'clients').argParser(wholeNumber(1)))
    .addOption(new Option('--servers <count>', 'servers').argParser(wholeNumber(1)))
    .addOption(new Option('--proposers <count>', 'proposers').argParser(wholeNumber(1)))
    .addOption(new Option('--acceptors <count>', 'acceptors').argParser(wholeNumber(1)))
    .addOption(new Option('--terms <count>', 'terms that a run may have').argParser(wholeNumber(1)))
    .addOption(new Option('--timeouts <count>', 'election timeouts in a run').argParser(wholeNumber(0)))
    .addOption(new Option('--crashes <count>', 'crashes in a run').argParser(wholeNumber(0)))
    .addOption(
      new Option('--mistake <name>', 'check a role with a mistake of the catalogue; "list" lists them').conflicts(
        scopes,
      ),
    )
    .option('--trace <file>', 'write the runs that violate a property to a file, as JSON lines: see "quorate trace"')
    .option('--json', 'one line of JSON')
    .addHelpText('after', examples)
    .action(async (model: string | undefined, settings: CheckSettings) => {
      // What only this command needs, the others need not wait for.
      const { check } = await import('../check/check.js')
      await check(io, model, settings)
    })
