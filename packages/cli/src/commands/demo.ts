import { Argument, Command } from 'commander'
import { type ConnectionSettings, withConnection } from '../connection/settings.js'
import { readInput } from '../demo/input.js'
import { narratorFor, silentNarrator } from '../demo/narrator.js'
import { reportLine } from '../demo/report.js'
import { runDemo } from '../demo/runDemo.js'
import { exitCodes, exitCodesHelp } from '../exitCodes.js'
import { type Io, printLine } from '../io.js'
import { isQuorateError } from '../isQuorateError.js'

interface DemoSettings extends ConnectionSettings {
  readonly input?: string
  readonly json?: boolean
  readonly keep?: boolean
}

const examples = `
Without --nats and NATS_URL a broker is started: nats-server where it is on the PATH, else the embedded one.

Examples:
  quorate demo
  quorate demo raft --input book.txt
  quorate demo --json | jq .failoverMs
${exitCodesHelp}`

export const demoCommand = (io: Io): Command =>
  withConnection(new Command('demo'))
    .description('Replicate a file through three processes, kill the one that leads, and see that nothing is lost')
    .addArgument(new Argument('[protocol]', 'what orders the lines').choices(['raft']).default('raft'))
    .option('--input <file>', "text to replicate, line by line (default: the repository's lock file)")
    .option('--json', 'print one line of JSON, and nothing else')
    .option('--keep', 'leave the disks of the nodes where they are')
    .addHelpText('after', examples)
    .action(async (protocol: string, settings: DemoSettings) => {
      const { json, keep = false } = settings
      const narrator = json ? silentNarrator : narratorFor(io)
      try {
        const report = await runDemo({
          protocol,
          input: readInput(settings.input),
          connection: settings,
          keep,
          narrator,
        })
        if (json) printLine(io, reportLine(report))
        io.exitCode = report.ok ? exitCodes.success : exitCodes.failure
      } catch (error) {
        if (json && isQuorateError(error)) {
          const { code, message } = error
          printLine(io, JSON.stringify({ ok: false, protocol, error: { code, message } }))
        }
        throw error
      }
    })
