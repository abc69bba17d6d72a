import { Command, Option } from 'commander'
import { withConnection } from '../connection/settings.js'
import { exitCodesHelp } from '../exitCodes.js'
import type { Io } from '../io.js'
import type { UpSettings } from '../nodes/up.js'

const examples = `
Without --nats and NATS_URL, and where no server listens on the default port, a broker is started along with the nodes:
nats-server where it is on the PATH, else the embedded development broker.

Ctrl-C stops all nodes, a second one kills them. A node that ends is not started again.

Examples:
  quorate up topology.ts
  quorate up topology.ts --nats nats://broker:4222 --data /var/lib/quorate
  quorate up topology.ts --node n1          on the machine of n1
${exitCodesHelp}`

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
    .addHelpText('after', examples)
    .action(async (file: string, settings: UpSettings) => {
      // What only this command needs, the others need not wait for.
      const { up } = await import('../nodes/up.js')
      await up(io, file, settings)
    })
