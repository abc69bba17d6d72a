import {
  type DurableEffect,
  type Effect,
  emptyOutbox,
  enqueue,
  everyNode,
  type NodeId,
  nodeOf,
  type Outbox,
  type Received,
  take,
  written,
} from '@quorate/core'
import { type Driven, drive } from '@quorate/core/testing'
import type { WatchMessage } from './generated/watch.js'
import { watch } from './group.js'
import { type Sentry, type SentryRecord, type sentry, sentryRole } from './sentry.js'

type Said = Effect<WatchMessage, SentryRecord>

/** What a host is to a sentry, by hand: an outbox and a disk. */
class Place {
  role: Driven<typeof sentry> | undefined
  disk: SentryRecord | undefined
  outbox: Outbox<Said> = emptyOutbox
  writing: readonly DurableEffect<Said>[] = []
}

/**
 * Sentries and the messages between them. What happens next is drawn: a message arrives, arrives and comes again, or is
 * lost; a write ends; a timer fires; a node crashes and starts again with what was on its disk.
 */
export class Network {
  readonly members: readonly NodeId[]
  /** Who had the watch, by epoch. */
  readonly holders = new Map<number, Set<NodeId>>()
  readonly #draw: (below: number) => number
  readonly #machine: typeof sentry | undefined
  readonly #places: ReadonlyMap<NodeId, Place>
  #packets: { readonly to: NodeId; readonly message: Received<WatchMessage> }[] = []

  /** `machine` in place of the sentry that the group would run. */
  constructor(members: readonly NodeId[], seed: number, machine?: typeof sentry) {
    this.members = members
    this.#draw = drawFrom(seed)
    this.#machine = machine
    this.#places = new Map(members.map((id) => [id, new Place()]))
    for (const id of members) this.#start(id)
  }

  run(steps: number): void {
    for (let step = 0; step < steps; step++) this.#happen()
  }

  #happen(): void {
    const id = this.#oneOf(this.members)
    const kind = this.#draw(100)
    if (kind < 60) this.#arrive()
    else if (kind < 85) this.#finishWrite(id)
    else if (kind < 98) this.#fire(id)
    else this.#start(id)
  }

  #arrive(): void {
    if (this.#packets.length === 0) return
    const at = this.#draw(this.#packets.length)
    const packet = this.#packets[at]
    const fate = this.#draw(10)
    if (fate > 1) this.#packets.splice(at, 1)
    if (packet && fate < 9) this.#do(packet.to, (role) => role.receive(packet.message))
  }

  #fire(id: NodeId): void {
    this.#do(id, (role) => role.fire(this.#oneOf(Object.keys(role.timers))), true)
  }

  #start(id: NodeId): void {
    const place = this.#at(id)
    const definition = watch({ members: this.members }).roles[sentryRole]
    if (!definition) throw new RangeError(`watch() has no role ${sentryRole}`)
    const recovered = {
      record: place.disk,
      snapshot: undefined,
      base: { index: 0, term: 0 },
      entries: [],
      table: [],
      doubtful: false,
    }
    const input = definition.input({ group: 'g', node: id, recovered }) as Sentry
    const logic = this.#machine ?? (definition.logic({ below: () => 0 }, id) as typeof sentry)
    Object.assign(place, { role: drive(logic, input), outbox: emptyOutbox, writing: [] })
    this.#emitted(id, place.role?.effects ?? [])
  }

  #do(id: NodeId, step: (role: Driven<typeof sentry>) => readonly Said[], wantsTimer = false): void {
    const { role } = this.#at(id)
    if (!role || (wantsTimer && Object.keys(role.timers).length === 0)) return
    this.#emitted(id, step(role))
    const { onWatch, epoch } = role.context
    if (onWatch === id) this.holders.set(epoch, (this.holders.get(epoch) ?? new Set()).add(id))
  }

  #finishWrite(id: NodeId): void {
    const place = this.#at(id)
    if (place.writing.length === 0) {
      const taken = take(place.outbox)
      Object.assign(place, { outbox: taken.outbox, writing: taken.write })
      return
    }
    for (const effect of place.writing) if (effect.type === 'persist') place.disk = effect.record
    const { outbox, leaves } = written(place.outbox)
    Object.assign(place, { outbox, writing: [] })
    this.#say(id, leaves)
  }

  #emitted(id: NodeId, effects: readonly Said[]): void {
    const place = this.#at(id)
    const { outbox, leaves } = enqueue(place.outbox, effects)
    place.outbox = outbox
    this.#say(id, leaves)
  }

  #say(id: NodeId, effects: readonly Said[]): void {
    for (const effect of effects) {
      if (effect.type !== 'send') continue
      const message: Received<WatchMessage> = { ...effect.message, from: `g/${sentryRole}/${id}` }
      const receivers =
        nodeOf(effect.to) === everyNode ? this.members.filter((other) => other !== id) : [nodeOf(effect.to)]
      this.#packets.push(...receivers.map((to) => ({ to, message })))
    }
  }

  #at(id: NodeId): Place {
    const place = this.#places.get(id)
    if (!place) throw new RangeError(`no node ${id}`)
    return place
  }

  #oneOf<T>(items: readonly T[]): T {
    return items[this.#draw(items.length)] as T
  }
}

/** A small generator of numbers (a linear congruential one): the same seed, the same run. */
function drawFrom(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
