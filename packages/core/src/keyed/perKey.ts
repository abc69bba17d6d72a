import { type Effect, isQuestion, type OwnRequest } from '../actor/effect.js'
import { invariant } from '../errors/errors.js'
import { limitsOf } from '../group/configuration.js'
import type { Family, Roles } from '../role/become.js'
import type { AnyActorLogic, AnyActorScope, AnyStatechart, SnapshotFrom, StateValue } from '../role/statechart.js'
import {
  isTimer,
  relay,
  relayTransition,
  type Step,
  type StepOutcome,
  type Stepper,
  stepper,
  withKey,
  withoutKey,
} from '../role/stepper.js'
import { type PersistentMap, persistentMap } from '../values/persistentMap.js'
import { compareKeys, isRowKey, rowBytesMax, sizeOfRow } from '../values/table.js'
import type {
  AnyEach,
  Keyed,
  KeyedContext,
  KeyedInput,
  KeyedLimits,
  KeyedRecord,
  KeyedRefusal,
  KeyedSettings,
  KeyedSnapshot,
} from './keyed.js'
import { noticesOf } from './notices.js'

const defaults: KeyedLimits = { instancesMax: 16_384, rowsMax: 1_000_000, tableBytesMax: 256 * 1024 * 1024 }

/**
 * Many small instances of one statechart at one address (a transaction, a slot, an object), each found by the key of a message
 * and durable by itself: what an instance persists is its row of the actor's table, and what it begins with.
 *
 * An event for a key without an instance begins one. It is kept as long as there is something to keep: an instance that ended,
 * or that is still in the state it began in, with no timer and no question of its own, is dropped, and begins again from its
 * row with the next event. So a key that is at rest costs its row and nothing else. An instance that is done with its key
 * emits `delete` with it.
 *
 * Instances may send, persist, delete, answer, refuse, choose, call and wait. They have no log and no state machine.
 *
 * An event from outside for which there is no room changes nothing: its step does not happen, and what `refuse` says of it is
 * emitted instead. Timers and answers are never refused, so an instance may pass a limit by itself, with its own row.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION` for limits that are none.
 */
export function perKey<Each extends AnyEach, Shared, Row>(
  settings: KeyedSettings<Each, Shared, Row>,
): Keyed<Each, Shared> {
  const { id, each } = settings
  const limits = limitsOf(`perKey ${id}`, defaults, settings.limits)
  const instances = new Instances(settings as unknown as AnySettings, limits)
  return {
    id,
    each,
    row: settings.row,
    config: each.config,
    ...chartOf(each),
    getInitialSnapshot: (scope: AnyActorScope, input: KeyedInput<Shared>) => instances.begin(input, scope),
    transition: (snapshot: AnySnapshot, event: AnyEvent, scope: AnyActorScope) =>
      instances.take(snapshot, event, scope),
    notices: (snapshot: AnySnapshot) => noticesOf(id, limits, snapshot),
    provide: (by: never) => perKey({ ...settings, each: each.provide(by) as Each }),
    getPersistedSnapshot: (snapshot: AnySnapshot) => snapshot,
  } as unknown as Keyed<Each, Shared>
}

function chartOf(each: AnyEach): Pick<Keyed<AnyEach>, 'root' | 'roles' | 'initial'> {
  const { root, roles, initial } = each as Partial<AnyStatechart & Family<Roles>>
  return { ...(root && { root }), ...(roles && initial && { roles, initial }) }
}

// The types hold for one statechart; below, it is any.

interface AnyEvent {
  readonly type: string
  readonly request?: OwnRequest
}
type AnySnapshot = KeyedSnapshot<AnyEach, unknown>
type AnyInstance = SnapshotFrom<AnyEach> & { readonly value: StateValue }
type AnyOutcome = StepOutcome<Effect>
type AnySettings = Omit<KeyedSettings<AnyEach, unknown, unknown>, 'keyOf' | 'isForAll' | 'refuse'> & {
  keyOf(event: AnyEvent): string | undefined
  isForAll?(event: AnyEvent): boolean
  refuse(event: AnyEvent, why: KeyedRefusal): Effect | undefined
}

/** What a step of one instance comes to, before it is known whether there is room for it. */
interface Outcome {
  readonly snapshot: AnySnapshot
  readonly outcomes: readonly AnyOutcome[]
  /** What it persists is larger than a row may be. */
  readonly isTooLarge: boolean
}

/** An instance before and after a step. */
interface Change {
  /** As it was; `undefined` where there was none. */
  readonly known: AnyInstance | undefined
  /** As it began, where there was none. */
  readonly begun?: AnyInstance
  readonly after: AnyInstance
  readonly outcomes: readonly AnyOutcome[]
}

class Instances {
  readonly #settings: AnySettings
  readonly #limits: KeyedLimits
  readonly #steps: Stepper<AnyActorLogic>
  /** Of the step that is being taken. */
  #scope: AnyActorScope | undefined

  constructor(settings: AnySettings, limits: KeyedLimits) {
    this.#settings = settings
    this.#limits = limits
    this.#steps = stepper<AnyActorLogic>(settings.each, (transition) => {
      if (this.#scope) relayTransition(this.#scope, transition)
    })
  }

  begin({ shared, recovered: { record, table, doubtful } }: KeyedInput<unknown>, scope: AnyActorScope): AnySnapshot {
    this.#scope = scope
    const { doubts: known = 0 } = (record ?? {}) as Partial<KeyedRecord>
    const doubts = doubtful ? known + 1 : known
    // A store stays in doubt until each log that was recovered has persisted a record.
    if (doubtful) relay(scope, { type: 'effect', effect: { type: 'persist', record: { doubts } } })
    let snapshot = snapshotOf(persistentMap(), {
      config: shared,
      table: persistentMap(new Map(table.map(({ key, bytes }) => [key, bytes]))),
      tableBytes: table.reduce((sum, row) => sum + sizeOfRow(row), 0),
      doubts,
    })
    const { resumes = () => true, row } = this.#settings
    for (const { key, bytes } of table) {
      if (!resumes(row.decode(bytes))) continue
      const [begun, outcomes] = this.#start(snapshot.context, key)
      snapshot = this.#done(this.#settle(snapshot, key, { known: undefined, begun, after: begun, outcomes }), key)
    }
    return snapshot
  }

  take(snapshot: AnySnapshot, event: AnyEvent, scope: AnyActorScope): AnySnapshot {
    this.#scope = scope
    if (isTimer(event.type)) {
      const { key, timer } = withoutKey(event.type) ?? {}
      if (key === undefined || timer === undefined) return snapshot
      return this.#resume(snapshot, key, (instance) => this.#steps.fire(instance, timer, event))
    }
    // No instance has a log.
    if (event.type === 'storage.persisted') return snapshot
    if (this.#settings.isForAll?.(event)) return this.#deliverToAll(snapshot, event)
    const { request } = event
    if (typeof request !== 'object') return this.#deliver(snapshot, event)
    const answer = { ...event, request: request.request }
    return this.#resume(snapshot, request.key, (instance) => this.#steps.step(instance, answer))
  }

  /** What an instance waited for. Where it has ended meanwhile, nobody waits any more. */
  #resume(snapshot: AnySnapshot, key: string, step: (instance: AnyInstance) => Step<AnyActorLogic>): AnySnapshot {
    const known = snapshot.instances.get(key) as AnyInstance | undefined
    if (!known) return snapshot
    const [after, outcomes] = step(known) as InstanceStep
    return this.#done(this.#settle(snapshot, key, { known, after, outcomes }), key)
  }

  #deliverToAll(snapshot: AnySnapshot, event: AnyEvent): AnySnapshot {
    const keys = [...snapshot.instances.keys()].sort(compareKeys)
    return keys.reduce(
      (after, key) => this.#resume(after, key, (instance) => this.#steps.step(instance, event)),
      snapshot,
    )
  }

  /** What comes from outside, for one key. */
  #deliver(snapshot: AnySnapshot, event: AnyEvent): AnySnapshot {
    const key = this.#settings.keyOf(event)
    if (key === undefined || !isRowKey(key)) return this.#refuse(snapshot, event, 'noKey')
    const known = snapshot.instances.get(key) as AnyInstance | undefined
    const [before, first] = known ? [known, nothing] : this.#start(snapshot.context, key)
    const [after, then] =
      before.status === 'active' ? (this.#steps.step(before, event) as InstanceStep) : [before, nothing]
    const outcomes = known ? then : [...first, ...then]
    const outcome = this.#settle(snapshot, key, { known, begun: before, after, outcomes })
    const why = this.#refusalOf(snapshot, outcome)
    return why ? this.#refuse(snapshot, event, why) : this.#done(outcome, key)
  }

  #start({ config: shared, table, doubts }: KeyedContext<unknown>, key: string): InstanceStep {
    const { input, row } = this.#settings
    const bytes = table.get(key)
    return this.#steps.initial(input({ shared, key, row: bytes && row.decode(bytes), doubts })) as InstanceStep
  }

  /** What becomes of the whole when one instance took a step. */
  #settle(snapshot: AnySnapshot, key: string, { known, begun, after, outcomes }: Change): Outcome {
    const { context, instances } = snapshot
    let { table } = context
    let isTooLarge = false
    let asks = false
    const waits = new Set<string>()
    const told: AnyOutcome[] = []
    for (const outcome of outcomes) {
      if (outcome.type === 'schedule') waits.add(outcome.timer)
      if (outcome.type === 'cancel') waits.delete(outcome.timer)
      if (outcome.type !== 'effect') {
        told.push({ ...outcome, timer: withKey(outcome.timer, key) })
        continue
      }
      const effect = this.#ofTheActor(outcome.effect, key)
      told.push({ type: 'effect', effect })
      asks ||= isQuestion(effect)
      if (effect.type === 'put') {
        table = table.with(key, effect.bytes)
        isTooLarge ||= effect.bytes.length > rowBytesMax
      }
      if (effect.type === 'delete') table = table.without(key)
    }
    const isKept = after.status === 'active' && (known !== undefined || after !== begun || asks || waits.size > 0)
    const kept = isKept ? withInstance(instances, key, after) : instances.without(key)
    const changed =
      table === context.table ? context : { ...context, table, tableBytes: bytesAfter(context, table, key) }
    const isSame = kept === instances && changed === context
    return { snapshot: isSame ? snapshot : snapshotOf(kept, changed), outcomes: told, isTooLarge }
  }

  /** What an instance asks for, in the name of all. */
  #ofTheActor(effect: Effect, key: string): Effect {
    if (isQuestion(effect)) return { ...effect, request: { key, request: effect.request } }
    switch (effect.type) {
      case 'send':
      case 'answer':
      case 'refuse':
        return effect
      case 'persist':
        return { type: 'put', key, bytes: this.#settings.row.encode(effect.record) }
      case 'delete':
        invariant(effect.key === key, () => `${this.#settings.id}: the instance of ${key} deletes ${effect.key}`)
        return effect
      default:
        invariant(false, `${this.#settings.id}: an instance has no log and no state machine, and emits ${effect.type}`)
    }
  }

  #refusalOf({ context, instances }: AnySnapshot, { snapshot: after, isTooLarge }: Outcome): KeyedRefusal | undefined {
    if (isTooLarge) return 'tooLarge'
    const { instancesMax, rowsMax, tableBytesMax } = this.#limits
    const isBeyond = (before: number, now: number, max: number): boolean => now > before && now > max
    const hasNoRoom =
      isBeyond(instances.size, after.instances.size, instancesMax) ||
      isBeyond(context.table.size, after.context.table.size, rowsMax) ||
      isBeyond(context.tableBytes, after.context.tableBytes, tableBytesMax)
    return hasNoRoom ? 'noRoom' : undefined
  }

  #refuse(snapshot: AnySnapshot, event: AnyEvent, why: KeyedRefusal): AnySnapshot {
    const effect = this.#settings.refuse(event, why)
    if (effect) this.#tell([{ type: 'effect', effect }])
    return snapshot
  }

  /** The step happens. */
  #done({ snapshot, outcomes, isTooLarge }: Outcome, key: string): AnySnapshot {
    invariant(!isTooLarge, () => `${this.#settings.id}: the row of ${key} would be larger than ${rowBytesMax} bytes`)
    this.#tell(outcomes)
    return snapshot
  }

  #tell(outcomes: readonly AnyOutcome[]): void {
    invariant(this.#scope !== undefined, 'a step has a scope')
    for (const outcome of outcomes) relay(this.#scope, outcome)
  }
}

type InstanceStep = readonly [snapshot: AnyInstance, outcomes: readonly AnyOutcome[]]

const nothing: readonly never[] = []

const withInstance = (
  instances: AnySnapshot['instances'],
  key: string,
  instance: AnyInstance,
): AnySnapshot['instances'] => (instances.get(key) === instance ? instances : instances.with(key, instance))

function bytesAfter({ table, tableBytes }: KeyedContext<unknown>, after: Table, key: string): number {
  const sizeIn = (rows: Table): number => {
    const bytes = rows.get(key)
    return bytes ? sizeOfRow({ key, bytes }) : 0
  }
  return tableBytes - sizeIn(table) + sizeIn(after)
}

type Table = PersistentMap<string, Uint8Array>

const snapshotOf = (instances: AnySnapshot['instances'], context: KeyedContext<unknown>): AnySnapshot => ({
  status: 'active',
  output: undefined,
  error: undefined,
  context,
  instances,
  get value() {
    return Object.fromEntries(Array.from(instances, ([key, { value }]) => [key, value]))
  },
})
