import type { Placed, StateMachine } from './stateMachine.js'

/**
 * What code of the user's returned, checked: it may be written in plain JavaScript, and what it gives must not bring down
 * the node that asked. All of these throw a TypeError that says what was found.
 */

/** Refuses a promise: it would be done at another time on every node. */
export function checkSettled<Value>(what: string, value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  // Read, not looked for with `in`, which is slower: each command is checked several times on each node.
  const { then } = value as { readonly then?: unknown }
  if (typeof then !== 'function') return value
  // Nobody waits for it, and a rejection that nobody hears would end the process.
  then.call(value, undefined, () => {})
  throw new TypeError(`${what} is a promise: it must be there when the function returns`)
}

/** The state and the result that `apply` returned, each read once. */
export function checkNext<State, Result>(next: unknown): { readonly state: State; readonly result: Result } {
  checkSettled('what apply returned', next)
  if (typeof next !== 'object' || next === null || !('state' in next))
    throw new TypeError('apply must return { state, result }, and there is no state')
  const { state, result } = next as { state: State; result: Result }
  return { state: checkSettled('the state that apply returned', state), result }
}

/** Applies a command, and gives a state and bytes or throws. */
export function applyChecked<State>(
  machine: StateMachine<State>,
  state: State,
  command: Uint8Array,
  at: Placed,
): { readonly state: State; readonly result: Uint8Array } {
  const next = checkNext<State, Uint8Array>(machine.apply(state, command, at))
  checkBytes('the result that apply returned', next.result)
  return next
}

/** Answers a question in bytes, or throws. */
export const answerChecked = <State>(machine: StateMachine<State>, state: State, query: Uint8Array): Uint8Array =>
  checkBytes('what query returned', machine.query(state, query))

export function checkBytes(what: string, bytes: unknown): Uint8Array {
  if (bytes instanceof Uint8Array) {
    if (bytes.length === 0) checkAttached(what, bytes)
    return bytes
  }
  checkSettled(what, bytes)
  throw new TypeError(`${what} must be a Uint8Array, not ${bytes === null ? 'null' : typeof bytes}`)
}

/** What was transferred, to a worker perhaps, throws where it is copied, and that is the node's own code. */
function checkAttached(what: string, bytes: Uint8Array): void {
  try {
    new Uint8Array(bytes.buffer)
  } catch (cause) {
    throw new TypeError(`${what} has no bytes any more: they were transferred`, { cause })
  }
}
