import { type GroupDefinition, hostsOf, type Logger, messageOf, type NodeId, type Random } from '@quorate/core'
import { type QuorateNode, startNode } from '@quorate/host'
import { isDiskFault } from '../errors.js'
import { observed } from '../observation/observation.js'
import type { BitRot, Unsynced } from '../script/script.js'
import { SimulatedDisk } from './disk.js'
import type { NodeSurroundings } from './nodeSurroundings.js'
import { NodeTrace } from './nodeTrace.js'
import { watchOf } from './nodeWatch.js'
import { withHandlers } from './simulatedHandlers.js'
import { SimulatedProcess, trueRate } from './simulatedProcess.js'

/** What becomes of its disk, beside a crash. */
const ruins: Readonly<Record<BitRot, string>> = {
  tail: ', and the tail of its disk rots',
  body: ', and the body of its disk rots',
  copy: ', and its disk goes back to an older copy',
}

/** Whoever looks after a node starts it again so much later. */
const restartMs = 500

/** One node through all of its lives: the real host on a simulated process, bus and disk. */
export class SimulatedNode {
  readonly id: NodeId
  readonly disk: SimulatedDisk
  /** How long its state machines take for each command. */
  applyUs = 0
  readonly #around: NodeSurroundings
  readonly #randomOf: (life: number) => Random
  readonly #trace: NodeTrace
  #process: SimulatedProcess | undefined
  #node: QuorateNode | undefined
  #lives = 0
  #writes = 0
  #rate = trueRate
  /** By how much its wall clock was set forward. */
  #wallAheadUs = 0
  #isReady = false
  #wasEverReady = false
  #opensInVain = 0
  /** True while it is to stay down. */
  #isHeldDown = false

  constructor(id: NodeId, ordinal: number, randomOf: (life: number) => Random, around: NodeSurroundings) {
    this.id = id
    this.#around = around
    this.#trace = new NodeTrace(id, around)
    this.#randomOf = randomOf
    this.disk = new SimulatedDisk(around.agenda, ordinal, {
      began: (writes) => {
        this.#trace.wrote(false, writes)
        around.monitor.asked(id, writes)
      },
      durable: (writes) => {
        this.#trace.wrote(true, writes)
        around.monitor.durable(id, writes)
      },
      failed: (fault) => around.happened(fault),
      latencyUs: () => {
        const latencyUs = around.plan.write(id, ++this.#writes)
        if (latencyUs !== undefined) around.happened('slow write')
        return latencyUs
      },
    })
  }

  /** The process that runs now. */
  get process(): SimulatedProcess | undefined {
    return this.#process
  }
  get isReady(): boolean {
    return this.#isReady
  }
  get wasEverReady(): boolean {
    return this.#wasEverReady
  }

  /**
   * The latest epoch in which it leads a group, for all that it knows, or serves one that has no leader; 0 where there are no
   * epochs. Below 0 if it does neither, or serves for another one that leads.
   */
  get leadsIn(): number {
    const groups = this.#isReady && this.#node ? Object.values(this.#node.status().groups) : []
    const leading = groups.flatMap(({ roles }) =>
      Object.values(roles).filter(({ serves, leader = this.id }) => serves && leader === this.id),
    )
    return Math.max(-1, ...leading.map(({ epoch = 0 }) => epoch))
  }

  /** The last entry that its state machine of a group has applied; 0 while it does not run. */
  appliedOf(group: string): number {
    return this.#node?.status({ groups: [group] }).groups[group]?.applied ?? 0
  }

  /** Who hosts a role of a group, as far as it knows; nobody while it does not run. */
  membersOf(group: string, role: string): readonly NodeId[] {
    return this.#node?.status({ groups: [group] }).groups[group]?.placement[role] ?? []
  }

  /** Starts it, unless it runs. */
  start(): void {
    if (this.#process) return
    this.#isHeldDown = false
    const { agenda, network, cluster, groups, handlers, adapt, probeEveryMs, bootstrap } = this.#around
    this.#lives++
    const process = new SimulatedProcess(this.id, agenda, () => this.#around.woken(), {
      rate: this.#rate,
      epochUs: this.#around.epochUsOf(this.id, this.#lives),
      wallUs: this.#around.wallUsOf(this.id) + this.#wallAheadUs,
    })
    this.#process = process
    if (this.#opensInVain > 0) process.strikeAfter(0, 'open', () => this.#openedInVain())
    this.#trace.note('starts')
    const simulated = {
      clock: process.clock,
      transport: network.transportFor(process),
      store: this.disk.storeFor(process),
      groups: withHandlers(groups, handlers, {
        ...this.#around,
        process,
        chance: this.#around.callsOf(this.id, this.#lives),
      }),
      appliedOf: (group: string) => this.appliedOf(group),
    }
    const { clock, transport, store, groups: hosted } = adapt?.(this.id, simulated) ?? simulated
    const watches = new Map(
      Object.keys(hosted).map((group) => [
        group,
        watchOf({
          place: { node: this.id, group },
          process,
          around: this.#around,
          applyUs: () => this.applyUs,
          stepped: (step) => this.#trace.stepped(step),
        }),
      ]),
    )
    const watched = Object.entries(hosted).map(([group, definition]) => {
      const watch = watches.get(group)
      return [group, watch ? observed(definition, watch) : definition]
    })
    const started = startNode({
      clock,
      transport,
      store,
      id: this.id,
      cluster,
      groups: Object.fromEntries(watched) as Record<string, GroupDefinition>,
      observe: (observed) => {
        if (observed.type === 'step') watches.get(observed.group)?.stepped(observed)
        else if (!process.isDead) this.#trace.observed(observed)
      },
      random: this.#randomOf(this.#lives),
      logger: this.#logger(process),
      bootstrap,
      ...(probeEveryMs !== undefined && { probeEveryMs }),
    })
    started.then(
      (node) => this.#started(process, node),
      (error: unknown) => this.#ended(process, error),
    )
    this.#around.woken()
  }

  /** It crashes again so many times, each while it opens its disk. */
  openInVain(times: number): void {
    this.#opensInVain = times
  }

  /** Ends it as SIGKILL does. With `forMs` somebody starts it again. */
  crash(unsynced: Unsynced, rotten: BitRot | undefined): void {
    const process = this.#process
    const rot = rotten === 'copy' && this.#decidesAlone() ? undefined : rotten
    if (process) {
      process.kill()
      this.#trace.note(`crashes${rot ? ruins[rot] : ''}`)
    }
    this.disk.crash(unsynced, rot, (key) => this.#disksWith(key))
    if (process) this.#forget(process)
    this.#around.monitor.ended(this.id, rot)
  }

  /** Of all others that run the role whose log that is, whether they have written anything or not. */
  #disksWith(key: string): readonly SimulatedDisk[] {
    const { groups, diskOf } = this.#around
    const [group = '', role = ''] = key.split('/')
    const of = groups[group]?.roles[role]
    const nodes = of ? hostsOf(of) : []
    return nodes.flatMap((node) => (node === this.id ? [] : (diskOf(node) ?? [])))
  }

  /** True if it is a quorum by itself, in one phase: then nobody else is asked about what it forgot. */
  #decidesAlone(): boolean {
    return Object.values(this.#around.groups).some(
      ({ quorums }) =>
        quorums && [quorums.phase1, quorums.phase2].some(({ tally }) => tally({ [this.id]: true }) === 'won'),
    )
  }

  /** Asks it to stop in good order. */
  stop(): void {
    const { process } = this
    if (!process || !this.#node) return
    this.#trace.note('is asked to stop')
    process.usesPromises = true
    void this.#node.stop()
    this.#around.woken()
  }

  /** It stays down until it is started. */
  holdDown(): void {
    this.#isHeldDown = true
  }

  setWall(byMs: number): void {
    this.#wallAheadUs += byMs * 1000
    this.#process?.setWall(byMs)
  }

  setRate(rate: number): void {
    this.#rate = rate
    this.#process?.setRate(rate)
  }

  #started(process: SimulatedProcess, node: QuorateNode): void {
    if (process.isDead) return
    this.#node = node
    node.ready.then(
      () => {
        if (process.isDead) return
        this.#isReady = true
        this.#wasEverReady = true
        process.usesPromises = false
        this.#trace.note('is ready')
      },
      () => {},
    )
    void node.stopped.then((error) => this.#ended(process, error))
  }

  #openedInVain(): void {
    this.#opensInVain--
    this.#around.happened('interrupted opening')
    this.crash('lost', undefined)
    this.#startLater()
  }

  #startLater(): void {
    this.#around.agenda.after(restartMs * 1000, 'timer', () => {
      if (!this.#isHeldDown) this.start()
    })
  }

  /** A process has ended by itself. */
  #ended(process: SimulatedProcess, error: unknown): void {
    if (process.isDead) return
    const { monitor } = this.#around
    this.#trace.note(error === undefined ? 'has stopped' : `has failed: ${messageOf(error)}`)
    process.kill()
    this.disk.crash('lost')
    this.#forget(process)
    monitor.ended(this.id, undefined)
    if (error !== undefined && !isDiskFault(error)) {
      monitor.broken(
        'Crash by Fault Only',
        'a node stops when its disk fails, and for no other reason',
        `${this.id}: ${messageOf(error)}`,
      )
    }
    if (this.disk.isDamaged) return
    this.#startLater()
  }

  #forget(process: SimulatedProcess): void {
    this.#around.network.forget(process)
    this.#process = undefined
    this.#node = undefined
    this.#isReady = false
  }

  #logger(process: SimulatedProcess): Logger {
    const nothing = () => {}
    return {
      debug: nothing,
      info: nothing,
      warn: nothing,
      // A node that breaks ends itself, by promises.
      error: () => {
        process.usesPromises = true
      },
    }
  }
}
