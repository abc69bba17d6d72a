import { isOpen, type Operation } from '../operation.js'
import type { KnownReads } from './values.js'

/** An open operation: it may be placed once its chain has come to a position, or never. */
export interface OpenPlace {
  readonly operation: number
  readonly chain: number
  readonly position: number
}

/**
 * What an order of operations must respect. Operations are numbers: their places in the list it was made from. Those that
 * returned form chains, each in its order.
 */
export interface Ordering {
  readonly chains: readonly Int32Array[]
  readonly opens: readonly OpenPlace[]
  /** Whether an operation that returned before another was invoked must stand before it, across chains too. */
  readonly isRealTime: boolean
  /** Of each operation, others that must come before it beside what the order says; empty if there are none at all. */
  readonly requires: readonly (readonly number[])[]
  /** Where it is known who read what. */
  readonly knownReads: KnownReads | undefined
  readonly invoked: Float64Array
  readonly returned: Float64Array
}

/** Order of real time: linearizability. As few chains as operations ran at once. */
export const realTimeOrdering = (
  operations: readonly Operation[],
  implied: readonly (readonly [Operation, Operation])[] = [],
): Ordering => {
  const chains: number[][] = []
  const ends: number[] = []
  for (const [number, operation] of operations.entries()) {
    if (isOpen(operation)) continue
    let chain = ends.findIndex((end) => end < operation.invoked)
    if (chain === -1) chain = chains.push([]) - 1
    chains[chain]?.push(number)
    ends[chain] = operation.returned
  }
  const opens = operations.flatMap((each, operation) => (isOpen(each) ? [{ operation, chain: 0, position: 0 }] : []))
  return {
    ...orderingOf(operations, chains, opens),
    isRealTime: true,
    requires: requirementsOf(operations, implied),
    knownReads: undefined,
  }
}

/**
 * Order of each process: sequential consistency. An open operation comes after what its process did before; what that process
 * did afterwards it did without knowing of its end, so that may come before or after.
 */
export const processOrdering = (
  operations: readonly Operation[],
  implied: readonly (readonly [Operation, Operation])[] = [],
  knownReads?: KnownReads,
): Ordering => {
  const numbers = new Map<Operation['process'], number>()
  const chains: number[][] = []
  const opens: OpenPlace[] = []
  for (const [number, operation] of operations.entries()) {
    const chain = numbers.get(operation.process) ?? chains.push([]) - 1
    numbers.set(operation.process, chain)
    if (isOpen(operation)) opens.push({ operation: number, chain, position: chains[chain]?.length ?? 0 })
    else chains[chain]?.push(number)
  }
  return {
    ...orderingOf(operations, chains, opens),
    isRealTime: false,
    requires: requirementsOf(operations, implied),
    knownReads,
  }
}

const orderingOf = (
  operations: readonly Operation[],
  chains: readonly (readonly number[])[],
  opens: readonly OpenPlace[],
): Pick<Ordering, 'chains' | 'opens' | 'invoked' | 'returned'> => ({
  chains: chains.map((chain) => Int32Array.from(chain)),
  opens,
  invoked: Float64Array.from(operations, ({ invoked }) => invoked),
  returned: Float64Array.from(operations, ({ returned }) => returned),
})

const requirementsOf = (
  operations: readonly Operation[],
  implied: readonly (readonly [Operation, Operation])[],
): readonly (readonly number[])[] => {
  if (implied.length === 0) return []
  const numbers = new Map(operations.map((operation, number) => [operation, number]))
  const requires: number[][] = operations.map(() => [])
  for (const [first, second] of implied) {
    const before = numbers.get(first)
    const after = numbers.get(second)
    if (before !== undefined && after !== undefined) requires[after]?.push(before)
  }
  return requires
}
