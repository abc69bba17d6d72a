import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { askCommand } from './commands/ask.js'
import { checkCommand } from './commands/check.js'
import { completionCommand } from './commands/completion.js'
import { demoCommand } from './commands/demo.js'
import { diagramCommand } from './commands/diagram.js'
import { kvCommand } from './commands/kv.js'
import { leaderCommand } from './commands/leader.js'
import { lincheckCommand } from './commands/lincheck.js'
import { newCommand } from './commands/new.js'
import { protoCommand } from './commands/proto.js'
import { simCommand } from './commands/sim.js'
import { statusCommand } from './commands/status.js'
import { traceCommand } from './commands/trace.js'
import { upCommand } from './commands/up.js'
import { exitCodesHelp } from './exitCodes.js'
import { helpCommand } from './helpCommand.js'
import type { Io } from './io.js'

const examples = `
Examples:
  quorate demo                              three processes, a killed leader, nothing lost
  quorate up topology.ts                    every node of a topology, on this machine
  quorate up topology.ts --node n1          one of them
  quorate kv put greeting hello
  quorate ask registers read sky            a group without a log, in the words of its protocol
  quorate status
  quorate leader transfer kv                another node is to lead
  quorate sim raft --runs 100               a hundred faulty half minutes, one seed each
  quorate diagram raft > raft.svg           a protocol, drawn from its statecharts
  quorate check raft-election               every run of a small scope
  quorate lincheck history.jsonl            is it linearizable, and if not, why
  quorate trace run.jsonl --diagram         what a simulation, a check or a cluster has recorded
  quorate new role witness                  a role of your own, with its tests
${exitCodesHelp}
Others (sim, check, lincheck, status) stand in the --help of the command.`

/** The whole command line. */
export const program = (io: Io): Command => {
  const command = new Command('quorate')
    .description('Consensus among processes: run clusters, use them, see how they are')
    .version(versionOf())
    .addHelpText('after', examples)
  for (const make of [
    upCommand,
    demoCommand,
    kvCommand,
    askCommand,
    statusCommand,
    leaderCommand,
    simCommand,
    checkCommand,
    lincheckCommand,
    traceCommand,
    diagramCommand,
    newCommand,
    protoCommand,
    completionCommand,
  ])
    command.addCommand(make(io))
  return prepared(command, io)
}

/** Errors are thrown instead of ending the process, and everything is written where `io` says. */
const prepared = (command: Command, io: Io): Command => {
  command
    .exitOverride()
    .showHelpAfterError('(--help says more)')
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    })
  if (command.commands.length > 0) command.helpCommand(false).addCommand(helpCommand(command))
  for (const each of command.commands) prepared(each as Command, io)
  return command
}

const versionOf = (): string => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
