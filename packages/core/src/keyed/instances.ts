import type { Answer, Effect, OwnRequest } from '../actor/effect.js'
import { answeredBy } from '../actor/questions.js'
import { invariant } from '../errors/errors.js'
import type { AnyActorLogic, AnyActorScope } from '../role/statechart.js'
import { isTimer, relay, relayTransition, type Step, type Stepper, stepper, withoutKey } from '../role/stepper.js'
import { persistentMap } from '../values/persistentMap.js'
import { compareKeys, isRowKey, rowBytesMax, sizeOfRow } from '../values/table.js'
import type {
  AnyEach,
  InstanceQuestion,
  KeyedContext,
  KeyedInput,
  KeyedLimits,
  KeyedRecord,
  KeyedRefusal,
  KeyedSettings,
} from './keyed.js'
import {
  type AnyInstance,
  type AnyOutcome,
  type AnySnapshot,
  type Outcome,
  refusalOf,
  settle,
  snapshotOf,
  withQuestions,
} from './outcome.js'

// The types of `perKey` hold for one statechart; here, it is any.

export interface AnyEvent {
  readonly type: string
  readonly request?: OwnRequest
}
export type AnySettings = Omit<KeyedSettings<AnyEach, unknown, unknown>, 'keyOf' | 'isForAll' | 'refuse'> & {
  keyOf(event: AnyEvent): string | undefined
  isForAll?(event: AnyEvent): boolean
  refuse(event: AnyEvent, why: KeyedRefusal): Effect | undefined
}

/** The instances of one statechart at one address: who takes which event, and what becomes of it. */
export class Instances {
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
      questions: persistentMap(),
      doubts,
    })
    const { resumes = () => true, row } = this.#settings
    for (const { key, bytes } of table) {
      if (!resumes(row.decode(bytes), doubts)) continue
      const [begun, outcomes] = this.#start(snapshot.context, key)
      snapshot = this.#done(
        settle(this.#settings, snapshot, key, { known: undefined, begun, after: begun, outcomes }),
        key,
      )
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
    return this.#answer(snapshot, request.key, { ...event, request: request.request } as Answer)
  }

  /** An answer to what was asked in the name of a key: for the instance that asked, and for no later one. */
  #answer(snapshot: AnySnapshot, key: string, answer: Answer): AnySnapshot {
    const { context, instances } = snapshot
    const found = answeredBy(context.questions.get(key) ?? nothing, answer)
    if (!found) return snapshot
    const { question, left } = found
    if (question.isStale) return snapshotOf(instances, withQuestions(context, key, left))
    return this.#resume(snapshot, key, (instance) => this.#steps.step(instance, answer), left)
  }

  /** What an instance waited for. Where it has ended meanwhile, nobody waits any more. */
  #resume(
    snapshot: AnySnapshot,
    key: string,
    step: (instance: AnyInstance) => Step<AnyActorLogic>,
    questions?: readonly InstanceQuestion[],
  ): AnySnapshot {
    const known = snapshot.instances.get(key) as AnyInstance | undefined
    if (!known) return snapshot
    const [after, outcomes] = step(known) as InstanceStep
    const change = { known, after, outcomes, ...(questions && { questions }) }
    return this.#done(settle(this.#settings, snapshot, key, change), key)
  }

  #deliverToAll(snapshot: AnySnapshot, event: AnyEvent): AnySnapshot {
    if (snapshot.instances.size === 0) return this.#refuse(snapshot, event, 'noInstance')
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
    const outcome = settle(this.#settings, snapshot, key, { known, begun: before, after, outcomes })
    const why = refusalOf(this.#limits, snapshot, outcome)
    return why ? this.#refuse(snapshot, event, why) : this.#done(outcome, key)
  }

  #start({ config: shared, table, doubts }: KeyedContext<unknown>, key: string): InstanceStep {
    const { input, row } = this.#settings
    const bytes = table.get(key)
    return this.#steps.initial(input({ shared, key, row: bytes && row.decode(bytes), doubts })) as InstanceStep
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
