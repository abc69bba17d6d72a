/**
 * A register's history within a state: of each thread its completed operations in order, and the one that is under way, each
 * with the index of the last operation that every other thread had completed when it began. Nothing else matters: two runs
 * that differ in no more are one state.
 * @module
 */

export type RegisterOperation = { readonly type: 'write'; readonly value: string } | { readonly type: 'read' }

interface Begun {
  readonly operation: RegisterOperation
  /** Thread -> index of its last operation that was complete by then. */
  readonly after: Readonly<Record<string, number>>
}

interface Completed extends Begun {
  /** What a read returned; of a write, `undefined`. */
  readonly result: string | undefined
}

interface Thread {
  readonly completed: readonly Completed[]
  readonly pending: Begun | undefined
}

export type RegisterHistory = Readonly<Record<string, Thread>>

/** What was observed: an operation began, or ended. */
export type RegisterNote =
  | { readonly type: 'invoke'; readonly thread: string; readonly operation: RegisterOperation }
  | { readonly type: 'return'; readonly thread: string; readonly result: string | undefined }

export const noOperations: RegisterHistory = {}

/** The history after some notes, which were taken in one step. */
export const recordNotes = (history: RegisterHistory, notes: readonly RegisterNote[]): RegisterHistory =>
  notes.reduce(recordNote, history)

function recordNote(history: RegisterHistory, note: RegisterNote): RegisterHistory {
  const { completed, pending } = history[note.thread] ?? { completed: [], pending: undefined }
  if (note.type === 'invoke') {
    const others = Object.entries(history).filter(([name, of]) => name !== note.thread && of.completed.length > 0)
    const after = Object.fromEntries(others.map(([name, of]) => [name, of.completed.length - 1]))
    return { ...history, [note.thread]: { completed, pending: { operation: note.operation, after } } }
  }
  const ended = pending ? [...completed, { ...pending, result: note.result }] : completed
  return { ...history, [note.thread]: { completed: ended, pending: undefined } }
}

/**
 * True if the operations can be put in an order that a register explains and that keeps every operation behind those that
 * had ended before it began (Herlihy and Wing, "Linearizability", 1990). One under way may have taken place or not.
 */
export function isLinearizable(history: RegisterHistory, initial: string): boolean {
  const names = Object.keys(history)
  /** How many operations of a thread were placed. */
  const placed = new Map(names.map((name) => [name, 0]))
  const placedOf = (name: string): number => placed.get(name) ?? 0

  const isFree = ({ after }: Begun): boolean => Object.entries(after).every(([name, index]) => placedOf(name) > index)
  const isDone = (): boolean => names.every((name) => placedOf(name) >= (history[name]?.completed.length ?? 0))

  const search = (value: string): boolean => isDone() || names.some((name) => place(name, value))
  const place = (name: string, value: string): boolean => {
    const thread = history[name]
    const at = placedOf(name)
    const next: Begun | undefined =
      thread?.completed[at] ?? (at === thread?.completed.length ? thread.pending : undefined)
    if (!next || !isFree(next)) return false
    const isWrong = next.operation.type === 'read' && 'result' in next && next.result !== value
    if (isWrong) return false
    placed.set(name, at + 1)
    const found = search(next.operation.type === 'write' ? next.operation.value : value)
    placed.set(name, at)
    return found
  }
  return search(initial)
}
