import {
  type Address,
  type Applied,
  applyEntries,
  type DriverState,
  type DurableEffect,
  defineStateMachine,
  type Effect,
  type Entry,
  emptyOutbox,
  enqueue,
  initialDriver,
  json,
  type Mark,
  majority,
  nodeOf,
  type Outbox,
  origin,
  type RecoveredState,
  type Snapshot,
  take,
  written,
} from '@quorate/core'
import { type Driven, drive } from '@quorate/core/testing'
import { server } from './family.js'
import type { RaftMessage } from './generated/raft.js'
import { type RaftLimits, type RaftRecord, recover } from './server.js'

type RaftEffect = Effect<RaftMessage, RaftRecord>

/** Small limits, so that windows, chunks and snapshots are met within a few entries. */
const smallLimits: RaftLimits = {
  entriesMax: 3,
  bytesMax: 200,
  inflightMessagesMax: 2,
  inflightBytesMax: 400,
  uncommittedEntriesMax: 50,
  entriesKept: 2,
}

/** Remembers the commands in the order of their application. */
export const history = defineStateMachine<readonly string[], string, number>({
  initial: () => [],
  apply: (commands, command) => ({ state: [...commands, command], result: commands.length + 1 }),
  snapshot: json<readonly string[]>().encode,
  restore: json<readonly string[]>().decode,
})

export interface Disk {
  readonly record: RaftRecord | undefined
  readonly snapshot: Snapshot | undefined
  readonly base: Mark
  readonly entries: readonly Entry[]
}

const emptyDisk: Disk = { record: undefined, snapshot: undefined, base: origin, entries: [] }

const onDisk = (disk: Disk, effect: DurableEffect<RaftEffect>): Disk => {
  switch (effect.type) {
    case 'persist':
      return { ...disk, record: effect.record }
    case 'append':
      return { ...disk, entries: [...disk.entries, ...effect.entries] }
    case 'truncate':
      return { ...disk, entries: disk.entries.filter(({ index }) => index <= effect.after.index) }
    case 'compact':
      return {
        ...disk,
        snapshot: effect.snapshot,
        base: effect.through,
        entries: disk.entries.filter(({ index }) => index > effect.through.index),
      }
    case 'install':
      return { ...disk, snapshot: effect.snapshot, base: effect.snapshot.last, entries: [] }
  }
}

export interface Packet {
  readonly from: Address
  readonly to: Address
  readonly message: RaftMessage
}

type Machine = typeof history
const driverCodec = json<{ readonly applied: Mark; readonly state: readonly string[] }>()

/** One server with its outbox, its disk and its state machine, and a host's part done by hand, step by step. */
export class Host {
  disk: Disk = emptyDisk
  writing: readonly DurableEffect<RaftEffect>[] = []
  outbox: Outbox<RaftEffect> = emptyOutbox
  driver: DriverState<readonly string[]> = initialDriver(history as Machine)
  applied: Applied[] = []
  readable: { readonly request: number; readonly at: number }[] = []
  refused: number[] = []
  role: Driven<typeof server> | undefined
  readonly id: string
  readonly #members: readonly string[]
  readonly #say: (packet: Packet) => void
  readonly #family: typeof server

  constructor(id: string, members: readonly string[], say: (packet: Packet) => void, family = server) {
    this.id = id
    this.#members = members
    this.#say = say
    this.#family = family
  }

  get address(): Address {
    return `g/server/${this.id}`
  }

  start(torn = false): void {
    const config = {
      group: 'g',
      id: this.id,
      peers: this.#members.filter((member) => member !== this.id),
      quorum: majority(this.#members),
      limits: smallLimits,
    }
    const { snapshot } = this.disk
    const restored = snapshot ? driverCodec.decode(snapshot.bytes) : undefined
    this.driver = restored ? { ...restored, sessions: new Map() } : initialDriver(history as Machine)
    this.outbox = emptyOutbox
    this.writing = []
    const recovered: RecoveredState<RaftRecord> = { ...this.disk, torn }
    this.role = drive(this.#family, recover(config, recovered))
    this.#emit(this.role.effects)
  }

  /** What was not on the disk is gone. */
  crash(): void {
    this.role = undefined
    this.outbox = emptyOutbox
    this.writing = []
  }

  do(step: (role: Driven<typeof server>) => readonly RaftEffect[]): void {
    if (this.role) this.#emit(step(this.role))
  }

  /** Begins a write of all that waits, unless one is under way. */
  beginWrite(): void {
    if (this.writing.length > 0) return
    const taken = take(this.outbox)
    this.outbox = taken.outbox
    this.writing = taken.write
  }

  finishWrite(): void {
    if (this.writing.length === 0) return
    for (const effect of this.writing) this.disk = onDisk(this.disk, effect)
    const last = this.writing.flatMap((effect) => (effect.type === 'append' ? effect.entries : [])).at(-1)
    this.writing = []
    const { outbox, leaves } = written(this.outbox)
    this.outbox = outbox
    this.#carryOut(leaves)
    if (last) this.do((role) => role.tell({ type: 'storage.persisted', last: { index: last.index, term: last.term } }))
  }

  takeSnapshot(): void {
    const { applied, state } = this.driver
    const snapshot = { last: applied, bytes: driverCodec.encode({ applied, state }) }
    this.do((role) => role.tell({ type: 'snapshot.taken', snapshot }))
  }

  #emit(effects: readonly RaftEffect[]): void {
    const { outbox, leaves } = enqueue(this.outbox, effects)
    this.outbox = outbox
    this.#carryOut(leaves)
  }

  #carryOut(effects: readonly RaftEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'send') this.#say({ from: this.address, to: effect.to, message: effect.message })
      else if (effect.type === 'multicast') this.#multicast(effect.message)
      else if (effect.type === 'commit') {
        const next = applyEntries(history as Machine, this.driver, effect.entries, { sessionsMax: 8 })
        this.driver = next.driver
        this.applied.push(...next.applied)
      } else if (effect.type === 'restore') {
        this.driver = { ...driverCodec.decode(effect.snapshot.bytes), sessions: new Map() }
      } else if (effect.type === 'readable') this.readable.push({ request: effect.request, at: effect.at })
      else if (effect.type === 'refuse') this.refused.push(effect.request)
    }
  }

  #multicast(message: RaftMessage): void {
    for (const member of this.#members) {
      if (member !== this.id) this.#say({ from: this.address, to: `g/server/${member}`, message })
    }
  }
}

/** A few servers and the packets between them, which stay where they are until somebody delivers, repeats or drops them. */
export class Cluster {
  packets: Packet[] = []
  readonly hosts: ReadonlyMap<string, Host>

  constructor(members: readonly string[], family = server) {
    const say = (packet: Packet) => this.packets.push(packet)
    this.hosts = new Map(members.map((id) => [id, new Host(id, members, say, family)]))
    for (const host of this.hosts.values()) host.start()
  }

  host(id: string): Host {
    const host = this.hosts.get(id)
    if (!host) throw new RangeError(`no server ${id}`)
    return host
  }

  deliver(packet: Packet): void {
    this.host(nodeOf(packet.to)).do((role) => role.receive({ ...packet.message, from: packet.from }))
  }

  /** Delivers and writes until nothing is left to do. Timers do not fire. */
  stabilize(isOpen: (packet: Packet) => boolean = () => true): void {
    for (let quiet = false; !quiet; ) {
      const packets = this.packets
      this.packets = []
      quiet = packets.length === 0
      for (const packet of packets) if (isOpen(packet)) this.deliver(packet)
      for (const host of this.hosts.values()) {
        host.beginWrite()
        if (host.writing.length > 0) quiet = false
        host.finishWrite()
      }
    }
  }

  propose(id: string, command: string, request = 1): void {
    const bytes = history.codecs.command.encode(command)
    // An openSession entry is applied without a session's bookkeeping; here the log itself is under test.
    this.host(id).do((role) =>
      role.tell({
        type: 'client.proposed',
        request,
        commands: [{ kind: 'command', session: 0, sequence: 1, answeredBelow: 0, bytes }],
      }),
    )
  }

  get leaders(): string[] {
    return [...this.hosts.values()].filter(({ role }) => role?.snapshot.role === 'leader').map(({ id }) => id)
  }
}
