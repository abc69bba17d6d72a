import { Command } from 'commander'
import type { Io } from '../io.js'
import type { TraceSettings } from '../trace/trace.js'

const examples = `
A trace is what "quorate sim", "quorate check" and "quorate up" write with --trace: JSON lines, described in @quorate/core. Times
are milliseconds: simulated, a step each of a checked model, of nodes since the first event.

Examples:
  quorate sim raft --seed 42 --runs 1 --trace run.jsonl && quorate trace run.jsonl
  quorate trace run.jsonl --diagram
  quorate trace traces/*.jsonl --diagram    the nodes of a cluster, by the clocks of their machines
  grep '"type":"dropped"' run.jsonl | jq .why

Exit codes:
  0    it is printed
  2    the file cannot be read, or is no trace of this version; what stands before the line in the error is printed`

export const traceCommand = (io: Io): Command =>
  new Command('trace')
    .description('Print a recorded trace, a line for each event, or draw it')
    .argument('<file...>', 'JSON lines; "-" is standard input; several are those of one cluster, and told together')
    .option('--diagram', 'draw the end of each run: time runs down, a lane for each process, an arrow for a message')
    .addHelpText('after', examples)
    .action(async (files: string[], settings: TraceSettings) => {
      // What only this command needs, the others need not wait for.
      const { trace } = await import('../trace/trace.js')
      await trace(io, files, settings)
    })
