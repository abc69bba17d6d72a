import type { ConnectionSettings } from '../connection/settings.js'
import { TooSlowError } from '../errors.js'
import type { Digest } from '../nodes/digest.js'
import { type Exit, NodeProcess } from '../nodes/nodeProcess.js'
import { topologyFileOf } from './topologies.js'

/** The key-value group of the topology. */
export const demoGroup = 'kv'

/** The nodes of the topology. */
export const demoNodes: readonly string[] = ['n1', 'n2', 'n3']

const startMsMax = 60_000
const stopMsMax = 10_000

/** Three node processes with disks, of which one is going to be killed. */
export class DemoCluster {
  readonly cluster: string
  readonly #protocol: string
  readonly #data: string
  readonly #connection: ConnectionSettings
  readonly #failed: (error: Error) => void
  readonly #nodes = new Map<string, NodeProcess>()
  readonly #expected = new Set<NodeProcess>()

  constructor(options: {
    cluster: string
    protocol: string
    data: string
    connection: ConnectionSettings
    /** The process of a node ended, and nobody had asked it to. */
    failed: (error: Error) => void
  }) {
    this.cluster = options.cluster
    this.#protocol = options.protocol
    this.#data = options.data
    this.#connection = options.connection
    this.#failed = options.failed
  }

  /** Starts all nodes; resolves when their actors run. */
  async start(): Promise<void> {
    await Promise.all(demoNodes.map((id) => this.startNode(id)))
  }

  async startNode(id: string): Promise<void> {
    const node = new NodeProcess({
      topology: topologyFileOf(this.#protocol),
      id,
      data: this.#data,
      connection: this.#connection,
      variables: { QUORATE_CLUSTER: this.cluster },
      print: () => {},
    })
    this.#nodes.set(id, node)
    void node.failed.then((error) => {
      if (!this.#expected.has(node)) this.#failed(error)
    })
    await within(node.ready, startMsMax, `node ${id} was ready`)
  }

  /** Kills a node with no warning; resolves when its process is gone. */
  kill(id: string): Promise<Exit> {
    const node = this.#node(id)
    this.#expected.add(node)
    node.kill('SIGKILL')
    return node.exited
  }

  digest(id: string, prefix: string): Promise<Digest> {
    return this.#node(id).digest(demoGroup, prefix)
  }

  /** Asks all nodes to leave, and kills those that do not. */
  async stop(): Promise<void> {
    const nodes = [...this.#nodes.values()]
    for (const node of nodes) {
      this.#expected.add(node)
      node.kill('SIGTERM')
    }
    await within(Promise.all(nodes.map(({ exited }) => exited)), stopMsMax, 'the nodes stopped').catch(() =>
      this.killAll(),
    )
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.#nodes.keys()].map((id) => this.kill(id)))
  }

  #node(id: string): NodeProcess {
    const node = this.#nodes.get(id)
    if (!node) throw new Error(`node ${id} was never started`)
    return node
  }
}

/** @throws {@link TooSlowError} `QUORATE_TOO_SLOW` */
const within = async <T>(promise: Promise<T>, ms: number, what: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooSlowError(what, ms)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
