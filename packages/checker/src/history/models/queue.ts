import { isSame, type Json, textOf } from '../json.js'
import type { HistoryModel } from '../model.js'
import { isOpen, type Operation } from '../operation.js'

/** The enqueuing of a value that was enqueued once, and the dequeuing of it, if it is known. */
interface Passage {
  readonly enqueue: Operation
  readonly dequeue: Operation | undefined
}

/** The values of which it is clear which operation enqueued them and which dequeued them. */
const passagesOf = (part: readonly Operation[], initial: readonly Json[]): readonly Passage[] => {
  const enqueues = new Map<string, Operation[]>(initial.map((value) => [textOf(value), []]))
  const dequeues = new Map<string, Operation[]>()
  for (const each of part) {
    const isEnqueue = each.f === 'enqueue'
    if (!isEnqueue && isOpen(each)) continue
    const map = isEnqueue ? enqueues : dequeues
    const value = textOf(isEnqueue ? each.argument : each.result)
    const others = map.get(value)
    if (others === undefined) map.set(value, [each])
    else others.push(each)
  }
  const initialTexts = new Set(initial.map(textOf))
  return [...enqueues].flatMap(([value, [enqueue, ...more]]) => {
    const [dequeue, ...again] = dequeues.get(value) ?? []
    const isClear = more.length === 0 && again.length === 0 && value !== 'null' && !initialTexts.has(value)
    return isClear && enqueue !== undefined ? [{ enqueue, dequeue }] : []
  })
}

/** First in, first out: who was surely dequeued earlier was enqueued earlier. Said of what was enqueued at one time. */
const impliedOrder = (part: readonly Operation[], initial: Json): readonly (readonly [Operation, Operation])[] => {
  const passages = passagesOf(part, Array.isArray(initial) ? initial : [])
  const mayTakeAny = part.some((each) => each.f === 'dequeue' && isOpen(each))
  const isEarlier = (left: Passage, right: Passage): boolean => {
    if (left.dequeue === undefined) return false
    if (right.dequeue === undefined) return !mayTakeAny
    return left.dequeue.returned < right.dequeue.invoked
  }
  const pairs: (readonly [Operation, Operation])[] = []
  let running: readonly Passage[] = []
  for (const passage of passages) {
    running = running.filter(({ enqueue }) => enqueue.returned > passage.enqueue.invoked)
    for (const other of running) {
      if (isEarlier(other, passage)) pairs.push([other.enqueue, passage.enqueue])
      if (isEarlier(passage, other)) pairs.push([passage.enqueue, other.enqueue])
    }
    running = [...running, passage]
  }
  return pairs
}

/** A first-in-first-out queue: `enqueue`, `dequeue` (null when it is empty). `initial` lists what is in it, first in first. */
export const queue: HistoryModel<readonly Json[]> = {
  name: 'queue',
  operations: { enqueue: { argument: 'value', result: 'none' }, dequeue: { argument: 'none', result: 'value' } },
  expectedInitial: (initial) =>
    initial === null || Array.isArray(initial) ? undefined : 'a list of what is in the queue, first in first, or null',
  init: (initial) => (Array.isArray(initial) ? initial : []),
  step: (items, { f, argument = null, result }) => {
    if (f === 'enqueue') return [...items, argument]
    const [first = null, ...rest] = items
    return result === undefined || isSame(result, first) ? rest : undefined
  },
  identify: textOf,
  // A null among the items looks like an empty queue, and taking it changes the queue.
  observesOnly: () => false,
  unseen: (part) => {
    const taken = new Set(part.flatMap((each) => (each.f === 'dequeue' && !isOpen(each) ? [textOf(each.result)] : [])))
    return part.filter((each) => isOpen(each) && each.f === 'enqueue' && !taken.has(textOf(each.argument)))
  },
  impliedOrder,
}
