import { Command, InvalidArgumentError, Option } from 'commander'
import { withConnection } from '../connection/settings.js'
import type { Io } from '../io.js'
import type { LogFormat } from '../logger.js'
import type { UpSettings } from '../nodes/up.js'
import { wholeNumber } from './kvSettings.js'

const examples = `
Without --nats and NATS_URL, and where no server listens on the default port, a broker is started along with the nodes:
nats-server where it is on the PATH, else the embedded development broker.

Ctrl-C stops all nodes, a second one kills them. A node that ends is not started again. Where every node that is left waits
for one that has ended, as at a first start, all are stopped.

With --inspect and no --inspect-url, a relay on this machine is started, too, where none listens on port 8080; the page to
open is printed. With --node, or where the named relay does not answer, none is started, and the nodes run all the same.

Examples:
  quorate up topology.ts
  quorate up topology.ts --nats nats://broker:4222 --data /var/lib/quorate
  quorate up topology.ts --inspect=stately  and watch every role in a browser
  quorate up topology.ts --trace traces     and see afterwards what each node did, and why
  quorate up topology.ts --node n1          on the machine of n1
  quorate up topology.ts --log json | jq -c 'select(.level != "info")'

Exit codes:
  0    the nodes have stopped as they were told: Ctrl-C, SIGTERM, or a terminal that was closed
  1    a node ended by itself; the first code other than 0 that one ended with
  2    the command line or the topology is wrong: nothing was started
  4    the bus is unavailable
  5    the traces cannot be written: nothing was started
  130  a second Ctrl-C: the nodes were killed`

const relayUrl = (text: string): string => {
  if (URL.canParse(text) && /^wss?:$/.test(new URL(text).protocol)) return text
  throw new InvalidArgumentError('It must begin with ws:// or wss://.')
}

export const upCommand = (io: Io): Command =>
  withConnection(new Command('up'))
    .description('Run the nodes of a topology, each in a process of its own')
    .argument('<topology>', 'TypeScript file that exports a topology by default')
    .option('--node <id>', 'run only this node, in this process')
    .addOption(
      new Option('--data <directory>', 'where the nodes keep their stores, each in a directory of its own')
        .env('QUORATE_DATA')
        .default('./data'),
    )
    .addOption(
      new Option('--log <format>', 'how the nodes write their logs, on standard output')
        .choices(['text', 'json'] satisfies LogFormat[])
        .default('text'),
    )
    .option('--accept-possible-loss', 'go on without the last write of a store where nobody can tell what it was')
    .option('--trace <directory>', 'write all that happens, a file for each start of a node: see "quorate trace"')
    .addOption(
      new Option('--trace-bytes-max <bytes>', 'such a file ends with a note when it is so large')
        .argParser(wholeNumber(4096))
        .default(1024 ** 3),
    )
    .addOption(new Option('--inspect <kind>', 'show what every actor does, live').choices(['stately']))
    .addOption(
      new Option('--inspect-url <url>', 'relay of the inspector (default: ws://localhost:8080)')
        .argParser(relayUrl)
        .implies({ inspect: 'stately' }),
    )
    .addHelpText('after', examples)
    .action(async (file: string, settings: UpSettings) => {
      // What only this command needs, the others need not wait for.
      const { up } = await import('../nodes/up.js')
      await up(io, file, settings)
    })
