import { UnknownNodeError } from '@quorate/host'
import { Command, Option } from 'commander'
import { type ConnectionSettings, withConnection } from '../connection/settings.js'
import { exitCodesHelp } from '../exitCodes.js'
import type { Io } from '../io.js'
import { runAll } from '../nodes/runAll.js'
import { runNode } from '../nodes/runNode.js'
import { loadTopology } from '../topologyFile.js'

interface UpSettings extends ConnectionSettings {
  readonly node?: string
  readonly data: string
}

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
      const topology = await loadTopology(file)
      const { node } = settings
      if (node === undefined) return runAll(io, file, topology, settings)
      if (!topology.nodes.includes(node)) throw new UnknownNodeError(node, '--node', topology.nodes)
      await runNode(io, topology, node, settings)
    })
