import type { Applied, AppliedState, DurableEffect, Effect, NodeId } from '@quorate/core'
import { defineStateMachine, json } from '@quorate/core'
import { type Packet as AnyPacket, type Driven, Stage, type StageActor, type StageDisk } from '@quorate/core/testing'
import { server } from './family.js'
import type { RaftMessage } from './generated/raft.js'
import { raft } from './raft.js'
import { type RaftRecord, serverRole } from './server.js'

type RaftEffect = Effect<RaftMessage, RaftRecord>
type Role = Driven<typeof server>

/** Small limits, so that windows, chunks and snapshots are met within a few entries. */
const limits = {
  entriesMax: 3,
  bytesMax: 200,
  inflightMessagesMax: 2,
  inflightBytesMax: 400,
  uncommittedEntriesMax: 50,
  uncommittedBytesMax: 100_000,
  entriesKept: 2,
  bytesKept: 100_000,
}

/** Remembers the commands in the order of their application. */
export const history = defineStateMachine<readonly string[], string, number>({
  initial: () => [],
  apply: (commands, command) => ({ state: [...commands, command], result: commands.length + 1 }),
  snapshot: json<readonly string[]>().encode,
  restore: json<readonly string[]>().decode,
})

export type Packet = AnyPacket & { readonly message: RaftMessage }

/** Nobody hands on what a candidate's log lacks: it has to win with what it has. */
export const withoutCatchUp = ({ message }: Packet): boolean => message.type !== 'CatchUp'

/** What a server would find after a crash. */
export interface Disk extends Omit<StageDisk, 'record'> {
  readonly record: RaftRecord | undefined
}

/** One server on the stage, typed as one. */
export class Host {
  readonly actor: StageActor

  constructor(actor: StageActor) {
    this.actor = actor
  }

  get id(): NodeId {
    return this.actor.node
  }
  get address() {
    return this.actor.address
  }
  get role(): Role | undefined {
    return this.actor.driven as unknown as Role | undefined
  }
  get disk(): Disk {
    const { record, ...rest } = this.actor.disk
    return { ...rest, record: record && (this.actor.definition.record.decode(record) as RaftRecord) }
  }
  set disk({ record, ...rest }: Disk) {
    this.actor.disk = { ...rest, record: record && this.actor.definition.record.encode(record) }
  }
  get writing(): readonly DurableEffect<RaftEffect>[] {
    return this.actor.writing as readonly DurableEffect<RaftEffect>[]
  }
  get outbox() {
    return this.actor.outbox
  }
  get appliedState(): AppliedState<readonly string[]> {
    return this.actor.appliedState as AppliedState<readonly string[]>
  }
  get applied(): Applied[] {
    return this.actor.applied
  }
  set applied(applied: Applied[]) {
    this.actor.applied = applied
  }
  get readable() {
    return this.actor.readable
  }
  get refused() {
    return this.actor.refused
  }

  start(doubtful = false): void {
    this.actor.start(doubtful)
  }
  crash(): void {
    this.actor.crash()
  }
  do(step: (role: Role) => readonly unknown[]): void {
    this.actor.do((driven) => step(driven as unknown as Role) as readonly Effect[])
  }
  beginWrite(): void {
    this.actor.beginWrite()
  }
  finishWrite(): void {
    this.actor.finishWrite()
  }
  takeSnapshot(): void {
    this.actor.takeSnapshot()
  }
}

/** A few servers on a stage. */
export class Cluster {
  readonly hosts: ReadonlyMap<NodeId, Host>
  readonly #stage: Stage

  constructor(members: readonly NodeId[], family = server) {
    this.#stage = new Stage(raft({ members, stateMachine: history, limits, family: () => family }))
    this.hosts = new Map(members.map((id) => [id, new Host(this.#stage.actor(serverRole, id))]))
  }

  get packets(): Packet[] {
    return this.#stage.packets as Packet[]
  }
  set packets(packets: Packet[]) {
    this.#stage.packets = packets
  }

  host(id: NodeId): Host {
    const host = this.hosts.get(id)
    if (!host) throw new RangeError(`no server ${id}`)
    return host
  }

  deliver(packet: Packet): void {
    this.#stage.deliver(packet)
  }

  /** Delivers and writes until nothing is left to do. Timers do not fire. */
  stabilize(isOpen: (packet: Packet) => boolean = () => true): void {
    this.#stage.stabilize((packet) => isOpen(packet as Packet))
  }

  propose(id: NodeId, command: string, request = 1): void {
    const bytes = history.codecs.command.encode(command)
    // Outside of sessions: here the log itself is under test.
    const plain = { kind: 'command', session: 0, sequence: 1, answeredBelow: 0, bytes } as const
    this.#stage.propose(this.host(id).actor, request, plain)
  }

  get leaders(): NodeId[] {
    return [...this.hosts.values()].filter(({ role }) => role?.snapshot.role === 'leader').map(({ id }) => id)
  }
}
