import {
  type AnyStateMachine,
  applyChecked,
  decodeAppliedState,
  encodeAppliedState,
  type GroupDefinition,
  initialAppliedState,
  type NodeId,
  noBytes,
  type Placed,
  QuorateError,
  textOf,
} from '@quorate/core'
import type { Groups } from '../topology/configuration.js'
import { inAnotherWorld } from './anotherWorld.js'

/** `QUORATE_NOT_DETERMINISTIC`: a command, or a tick, would not do the same again, or does not on another node. */
export class NotDeterministicError extends QuorateError {
  readonly group: string
  /** Index of its entry. */
  readonly index: number
  constructor(group: string, index: number, what: string) {
    super(
      'QUORATE_NOT_DETERMINISTIC',
      `the state machine of group ${group} is not deterministic at entry ${index}: ${what}. Hand apply what it needs within the ` +
        'command, and let it return a new state instead of changing the one that it was given',
    )
    this.group = group
    this.index = index
  }
}

type Next = ReturnType<AnyStateMachine['apply']>

/** What an entry does to a state: a command by `apply`, or a `tick`. */
interface Deed {
  readonly name: 'apply' | 'tick'
  do(state: unknown): Next
}

/** What an entry did that it would not do again. */
class Difference extends Error {}

/** What came of an entry. */
type Ending = { readonly next: Next; readonly state: Uint8Array } | { readonly thrown: unknown }

/**
 * Applies every command and every tick of a cluster twice and compares what came of it: on the state, and on a copy of it (by `snapshot`
 * and `restore`) at another time and with other random numbers. Then it compares the states of the nodes.
 */
export class DeterminismCheck {
  /** Which node was first to have applied an entry, and what its state was: by group and index. */
  readonly #first = new Map<string, { readonly node: NodeId; readonly state: Uint8Array }>()
  #failure: NotDeterministicError | undefined

  /** The first thing that was found. */
  get failure(): NotDeterministicError | undefined {
    return this.#failure
  }

  /** The groups as this node is to run them. */
  watched<G extends Groups>(groups: G, node: NodeId): G {
    const watched = Object.entries<GroupDefinition>(groups).map(([name, definition]) => {
      const { service } = definition
      if (service.type !== 'log') return [name, definition]
      const stateMachine = this.#watched(service.stateMachine, name, node)
      return [name, { ...definition, service: { ...service, stateMachine } }]
    })
    return Object.fromEntries(watched) as G
  }

  #watched(machine: AnyStateMachine, group: string, node: NodeId): AnyStateMachine {
    const twice = (state: unknown, { index }: Placed, deed: Deed): Next => {
      try {
        return this.#twice(machine, state, deed, `${group}/${index}`, node)
      } catch (error) {
        if (!(error instanceof Difference)) throw error
        const failure = new NotDeterministicError(group, index, error.message)
        this.#failure ??= failure
        throw failure
      }
    }
    const apply: AnyStateMachine['apply'] = (state, command, at) =>
      twice(state, at, { name: 'apply', do: (of) => applyChecked(machine, of, command, at) })
    const tick: AnyStateMachine['tick'] =
      machine.tick &&
      ((state, at) =>
        twice(state, at, { name: 'tick', do: (of) => ({ state: machine.tick?.(of, at), result: noBytes }) }).state)
    // Its other methods are its own, with what `this` is to them.
    return new Proxy(machine, {
      get: (target, key) => {
        if (key === 'apply') return apply
        if (key === 'tick') return tick
        const value: unknown = Reflect.get(target, key)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  #twice(machine: AnyStateMachine, state: unknown, deed: Deed, place: string, node: NodeId): Next {
    const before = snapshotOf(machine, state)
    const copy = decodeAppliedState(machine, before.slice()).state
    if (!isEqual(before, snapshotOf(machine, copy)))
      throw new Difference('restore(snapshot(state)) has another snapshot than the state')
    const other = inAnotherWorld(() => endingOf(machine, copy, deed))
    const own = endingOf(machine, state, deed)
    if (!isEqual(before, snapshotOf(machine, state)))
      throw new Difference(`${deed.name} changed the state that it was given`)
    const difference = differenceOf(deed.name, own, other)
    if (difference) throw new Difference(`at another time, and where other random numbers are drawn, ${difference}`)
    const known = this.#knownBefore(place, node, 'thrown' in own ? before : own.state)
    if (known) throw new Difference(`node ${node} has another state after it than node ${known}`)
    if ('thrown' in own) throw own.thrown
    return own.next
  }

  /** A node that has applied this entry, too, and came to another state. */
  #knownBefore(place: string, node: NodeId, state: Uint8Array): NodeId | undefined {
    const first = this.#first.get(place)
    if (!first) this.#first.set(place, { node, state })
    return first && !isEqual(first.state, state) ? first.node : undefined
  }
}

/** As a node would write it: in one piece or in several. */
const snapshotOf = (machine: AnyStateMachine, state: unknown): Uint8Array =>
  encodeAppliedState(machine, { ...initialAppliedState(machine), state })

function endingOf(machine: AnyStateMachine, state: unknown, deed: Deed): Ending {
  try {
    const next = deed.do(state)
    return { next, state: snapshotOf(machine, next.state) }
  } catch (thrown) {
    return { thrown }
  }
}

function differenceOf(name: Deed['name'], own: Ending, other: Ending): string | undefined {
  if ('thrown' in own || 'thrown' in other) {
    const [here, there] = [own, other].map((end) => ('thrown' in end ? `threw ${textOf(end.thrown)}` : 'threw nothing'))
    return here === there ? undefined : `${name} ${there} where it ${here}`
  }
  if (!isEqual(own.next.result, other.next.result)) return `${name} gave another result`
  return isEqual(own.state, other.state) ? undefined : `${name} gave another state`
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at])
