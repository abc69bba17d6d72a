import { type Effect, isQuestion } from '../actor/effect.js'
import { withQuestion } from '../actor/questions.js'
import { invariant } from '../errors/errors.js'
import type { SnapshotFrom, StateValue } from '../role/statechart.js'
import { type StepOutcome, withKey } from '../role/stepper.js'
import type { PersistentMap } from '../values/persistentMap.js'
import { rowBytesMax, sizeOfRow } from '../values/table.js'
import type {
  AnyEach,
  InstanceQuestion,
  KeyedContext,
  KeyedLimits,
  KeyedRefusal,
  KeyedSettings,
  KeyedSnapshot,
} from './keyed.js'

export type AnySnapshot = KeyedSnapshot<AnyEach, unknown>
export type AnyInstance = SnapshotFrom<AnyEach> & { readonly value: StateValue }
export type AnyOutcome = StepOutcome<Effect>

/** What a step of one instance comes to, before it is known whether there is room for it. */
export interface Outcome {
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
  /** What it had asked and has no answer to. @default what is noted */
  readonly questions?: readonly InstanceQuestion[]
}

/** What becomes of the whole when one instance took a step. */
export function settle(
  settings: Whose,
  snapshot: AnySnapshot,
  key: string,
  { known, begun, after, outcomes, questions: before }: Change,
): Outcome {
  const { context, instances } = snapshot
  let { table } = context
  let questions = before ?? context.questions.get(key) ?? noQuestions
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
    const effect = ofTheActor(settings, outcome.effect, key)
    told.push({ type: 'effect', effect })
    if (isQuestion(outcome.effect)) {
      const { type, request } = outcome.effect
      questions = withQuestion(questions, { type, request })
      asks = true
    }
    if (effect.type === 'put') {
      table = table.with(key, effect.bytes)
      isTooLarge ||= effect.bytes.length > rowBytesMax
    }
    if (effect.type === 'delete') table = table.without(key)
  }
  const isKept = after.status === 'active' && (known !== undefined || after !== begun || asks || waits.size > 0)
  const kept = isKept ? withInstance(instances, key, after) : instances.without(key)
  const tabled = table === context.table ? context : { ...context, table, tableBytes: bytesAfter(context, table, key) }
  const changed = withQuestions(tabled, key, isKept ? questions : questions.map(stale))
  const isSame = kept === instances && changed === context
  return { snapshot: isSame ? snapshot : snapshotOf(kept, changed), outcomes: told, isTooLarge }
}

const stale = ({ type, request }: InstanceQuestion): InstanceQuestion => ({ type, request, isStale: true })

const noQuestions: readonly InstanceQuestion[] = []

/** What was asked in the name of a key is from now on this. */
export function withQuestions<Shared>(
  context: KeyedContext<Shared>,
  key: string,
  questions: readonly InstanceQuestion[],
): KeyedContext<Shared> {
  const { questions: all } = context
  const before = all.get(key) ?? noQuestions
  if (questions === before || (questions.length === 0 && before.length === 0)) return context
  return { ...context, questions: questions.length > 0 ? all.with(key, questions) : all.without(key) }
}

/** What an instance asks for, in the name of all. */
function ofTheActor({ id, row }: Whose, effect: Effect, key: string): Effect {
  if (isQuestion(effect)) return { ...effect, request: { key, request: effect.request } }
  switch (effect.type) {
    case 'send':
    case 'answer':
    case 'refuse':
      return effect
    case 'persist':
      return { type: 'put', key, bytes: row.encode(effect.record) }
    case 'delete':
      invariant(effect.key === key, () => `${id}: the instance of ${key} deletes ${effect.key}`)
      return effect
    default:
      invariant(false, `${id}: an instance has no log and no state machine, and emits ${effect.type}`)
  }
}

/** Why there is no room for the step; `undefined` where there is. */
export function refusalOf(
  { instancesMax, rowsMax, tableBytesMax }: KeyedLimits,
  { context, instances }: AnySnapshot,
  { snapshot: after, isTooLarge }: Outcome,
): KeyedRefusal | undefined {
  if (isTooLarge) return 'tooLarge'
  const isBeyond = (before: number, now: number, max: number): boolean => now > before && now > max
  const hasNoRoom =
    isBeyond(instances.size, after.instances.size, instancesMax) ||
    isBeyond(context.table.size, after.context.table.size, rowsMax) ||
    isBeyond(context.tableBytes, after.context.tableBytes, tableBytesMax)
  return hasNoRoom ? 'noRoom' : undefined
}

/** Of whom it is said, and how rows become bytes. */
type Whose = Pick<KeyedSettings<AnyEach, unknown, unknown>, 'id' | 'row'>

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

export const snapshotOf = (instances: AnySnapshot['instances'], context: KeyedContext<unknown>): AnySnapshot => ({
  status: 'active',
  output: undefined,
  error: undefined,
  context,
  instances,
  get value() {
    return Object.fromEntries(Array.from(instances, ([key, { value }]) => [key, value]))
  },
})
