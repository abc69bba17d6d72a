import { isSame, type Json, textOf } from './json.js'
import { isOpen, type Operation, type ProcessId } from './operation.js'

/** Second opinions, as plain as can be: what each object does, and a checker that tries every order. */

/** One operation of an object: the state after, and what it gives. */
type Execute = (state: Json, f: string, argument: Json, process: ProcessId) => readonly [state: Json, result: Json]

const registerOf =
  (names: { read: string; write: string }): Execute =>
  (state, f, argument) => {
    if (f === names.read) return [state, state]
    if (f === names.write) return [argument, null]
    const [old, next] = argument as [Json, Json]
    return isSame(state, old) ? [next, true] : [state, false]
  }

export const naiveObjects: Readonly<Record<string, { readonly empty: Json; readonly execute: Execute }>> = {
  register: { empty: null, execute: registerOf({ read: 'read', write: 'write' }) },
  'cas-register': { empty: null, execute: registerOf({ read: 'read', write: 'write' }) },
  kv: {
    empty: null,
    execute: (state, f, argument, process) => {
      if (f === 'delete') return [null, state !== null]
      if (f === 'append') return [state === null ? argument : `${state}${argument}`, null]
      return registerOf({ read: 'get', write: 'put' })(state, f, argument, process)
    },
  },
  set: {
    empty: [],
    execute: (state, f, argument) => {
      const elements = state as Json[]
      const isIn = elements.includes(argument)
      if (f === 'contains') return [state, isIn]
      if (f === 'add') return isIn ? [state, false] : [[...elements, argument].sort(), true]
      return [elements.filter((element) => element !== argument), isIn]
    },
  },
  'set-full': {
    empty: [],
    execute: (state, f, argument) => {
      const elements = state as Json[]
      const isIn = elements.includes(argument)
      if (f === 'read') return [state, state]
      if (f === 'contains') return [state, isIn]
      if (f === 'add') return isIn ? [state, false] : [[...elements, argument].sort(), true]
      return [elements.filter((element) => element !== argument), isIn]
    },
  },
  counter: {
    empty: 0,
    execute: (state, f, argument) => (f === 'read' ? [state, state] : [(state as number) + (argument as number), null]),
  },
  queue: {
    empty: [],
    execute: (state, f, argument) => {
      const items = state as Json[]
      return f === 'enqueue' ? [[...items, argument], null] : [items.slice(1), items[0] ?? null]
    },
  },
  mutex: {
    empty: null,
    execute: (state, f, _argument, process) => {
      if (f === 'acquire') return state === null ? [process, true] : [state, false]
      return state === process ? [null, true] : [state, false]
    },
  },
}

/** Which of some operations must come before another. */
export type Before = (left: Operation, right: Operation) => boolean

export const inRealTime: Before = (left, right) => left.returned < right.invoked

export const inProcess: Before = (left, right) =>
  left.process === right.process && !isOpen(left) && left.invoked < right.invoked

/** Whether any permutation, with any of the open operations left out, explains all results. */
export const isExplainable = (name: string, operations: readonly Operation[], before: Before): boolean => {
  const { empty, execute } = naiveObjects[name]!
  const goOn = (rest: readonly Operation[], states: Readonly<Record<string, Json>>): boolean => {
    if (rest.every(isOpen)) return true
    return rest.some((each) => {
      if (rest.some((other) => other !== each && !isOpen(other) && before(other, each))) return false
      const key = textOf(each.key)
      const [state, result] = execute(states[key] ?? empty, each.f, each.argument ?? null, each.process)
      if (each.result !== undefined && !isSame(each.result, result)) return false
      return goOn(
        rest.filter((other) => other !== each),
        { ...states, [key]: state },
      )
    })
  }
  return goOn(operations, {})
}
