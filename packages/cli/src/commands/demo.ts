import { Argument, Command, InvalidArgumentError } from 'commander'
import { withConnection } from '../connection/settings.js'
import type { DemoSettings } from '../demo/demo.js'
import { demoProtocols } from '../demo/topologies.js'
import { exitCodesHelp } from '../exitCodes.js'
import type { Io } from '../io.js'
import { isAbsent, protocols } from '../protocols/protocols.js'

const examples = `
Without --nats and NATS_URL a broker is started: nats-server where it is on the PATH, else the embedded one.

Examples:
  quorate demo
  quorate demo multi-paxos
  quorate demo raft --input book.txt
  quorate demo --json | jq .failoverMs
${exitCodesHelp}`

const demoProtocol = (name: string): string => {
  if (demoProtocols.includes(name)) return name
  const demo = protocols.find((protocol) => protocol.name === name)?.demo
  const why = isAbsent(demo) ? `Of ${name}, ${demo.absent}. ` : ''
  throw new InvalidArgumentError(`${why}Allowed choices are ${demoProtocols.join(', ')}.`)
}

export const demoCommand = (io: Io): Command =>
  withConnection(new Command('demo'))
    .description('Replicate a file through three processes, kill the one that leads, and see that nothing is lost')
    .addArgument(
      new Argument('[protocol]', 'what orders the lines')
        .choices(demoProtocols)
        .argParser(demoProtocol)
        .default('raft'),
    )
    .option('--input <file>', "text to replicate, line by line (default: the repository's lock file)")
    .option('--json', 'print one line of JSON, and nothing else')
    .option('--keep', 'leave the disks of the nodes where they are')
    .addHelpText('after', examples)
    .action(async (protocol: string, settings: DemoSettings) => {
      // What only this command needs, the others need not wait for.
      const { demo } = await import('../demo/demo.js')
      await demo(io, protocol, settings)
    })
