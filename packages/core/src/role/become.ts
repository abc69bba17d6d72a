import { InvalidConfigurationError, invariant } from '../errors/errors.js'
import type {
  ActorLogic,
  ActorSystem,
  AnyActorScope,
  AnyMachineSnapshot,
  AnyStatechart,
  AnyStateNode,
  ContextFrom,
  EmittedFrom,
  EventFromLogic,
  InputFrom,
  OutputFrom,
  Snapshot,
  SnapshotFrom,
  StateValue,
} from './statechart.js'
import { nodesWithin } from './stateNodes.js'

/** Who takes the turn after a final state: the name of a role, or {@link again} of it. */
export type Successor<Name extends string> = Name | { readonly role: Name; readonly again: true }

/** The successor also handles the event that ended its predecessor. A timer's event is never handled twice. */
export const again = <const Name extends string>(role: Name) => ({ role, again: true }) as const

interface AnyRow {
  readonly actor: AnyStatechart
  readonly on: { readonly [finalState: string]: Successor<string> | undefined }
}

/** The table of a family: for each role its machine and, for each of its final states, who takes the next turn. */
export interface Roles {
  readonly [name: string]: AnyRow
}

/** The names of a machine's top-level states. Its type does not know which of them are final. */
type StateKey<Machine extends AnyStatechart> = SnapshotFrom<Machine>['value'] extends infer Value
  ? Value extends string
    ? Value
    : keyof Value & string
  : never

type RoleOf<Next> = Next extends { readonly role: infer Name } ? Name : Next

/** Every key is a top-level state, every successor a role of the table, and the output an input of the successor. */
type CheckedRow<Table extends Roles, Row extends AnyRow> = {
  readonly on: {
    readonly [Final in keyof Row['on']]: Final extends StateKey<Row['actor']>
      ? RoleOf<Row['on'][Final]> extends infer Name extends keyof Table & string
        ? [OutputFrom<Row['actor']>] extends [InputFrom<Table[Name]['actor']>]
          ? Row['on'][Final]
          : `the output of this role is not an input of ${Name}`
        : Successor<keyof Table & string>
      : `${Final & string} is no top-level state of this role`
  }
}

/** Looks like a machine's snapshot whose top-level states are the roles: `value` is `{ leader: 'replicating' }`. */
export type FamilySnapshot<Table extends Roles> = {
  [Name in keyof Table & string]: {
    readonly status: 'active'
    readonly output: undefined
    readonly error: undefined
    /** Whose turn it is. */
    readonly role: Name
    readonly value: { readonly [Key in Name]: StateValue }
    readonly context: ContextFrom<Table[Name]['actor']>
    /** The snapshot of that role's own machine. */
    readonly inner: SnapshotFrom<Table[Name]['actor']>
  }
}[keyof Table & string]

/** Several roles that take turns at one address: XState actor logic, for `createActor` and `stepper`. */
export interface Family<Table extends Roles, Initial extends keyof Table & string = keyof Table & string>
  extends ActorLogic<
    FamilySnapshot<Table>,
    EventFromLogic<Table[keyof Table]['actor']>,
    InputFrom<Table[Initial]['actor']>,
    // biome-ignore lint/suspicious/noExplicitAny: XState types its own machines so; nothing narrower is assignable.
    ActorSystem<any>,
    EmittedFrom<Table[keyof Table]['actor']>
  > {
  readonly id: string
  readonly initial: Initial
  /** The table itself, to replace a row: `become({ ...raft, roles: { ...raft.roles, leader: { ... } } })`. */
  readonly roles: Table
  /** The roles drawn as the top-level states of one statechart, in the form of a machine's config. */
  readonly config: {
    readonly id: string
    readonly initial: Initial
    readonly states: { readonly [Name in keyof Table]: object }
  }
  /**
   * `machine.provide` for the roles: delays by those who randomize them, guards and actions by those who break them.
   */
  provide(
    by: { readonly [Name in keyof Table]?: Parameters<Table[Name]['actor']['provide']>[0] },
  ): Family<Table, Initial>
}

/**
 * Joins roles that take turns at one address, from a table: the keys under `on` are the final states of each machine,
 * and the output of a role is the input of its successor. A step in which nothing changed gives the same snapshot
 * object.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION` when the table leaves out a final state,
 *   names one that is not final, names an unknown role, or when two roles share a state's id (their timers would share
 *   it), or a role invokes or spawns, or its root is parallel.
 * @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT`, from a step, when a role's turn comes twice in it.
 */
export function become<const Table extends Roles, const Initial extends keyof Table & string>(family: {
  readonly id: string
  readonly initial: Initial
  readonly roles: Table & { readonly [Name in keyof Table]: CheckedRow<Table, Table[Name]> }
}): Family<Table, Initial> {
  checkTable(family)
  // The types above hold for the table as a whole; below, any role may follow any other.
  return logicOf(family) as unknown as Family<Table, Initial>
}

interface AnyFamily {
  readonly id: string
  readonly initial: string
  readonly roles: Roles
}

interface Turn {
  readonly status: AnyMachineSnapshot['status']
  readonly output: undefined
  readonly error: unknown
  readonly role: string
  readonly value: { readonly [role: string]: StateValue }
  readonly context: unknown
  readonly inner: AnyMachineSnapshot
}

function logicOf({ id, initial, roles }: AnyFamily) {
  const machineOf = (role: string): AnyStatechart => rowOf(role).actor
  const rowOf = (role: string): AnyRow => {
    const row = roles[role]
    invariant(row !== undefined, `${id}: there is no role ${role}`)
    return row
  }

  const start = (role: string, input: unknown, scope: AnyActorScope): AnyMachineSnapshot => {
    const inner: AnyMachineSnapshot = machineOf(role).getInitialSnapshot(scope, input)
    // A machine does not throw while it starts; an actor that went on from such a snapshot would hide the cause.
    if (inner.status === 'error') throw inner.error
    invariant(Object.keys(inner.children).length === 0, `${id}: role ${role} spawned an actor`)
    return inner
  }

  const advance = (role: string, from: AnyMachineSnapshot, event: { type: string }, scope: AnyActorScope) => {
    const inner: AnyMachineSnapshot = machineOf(role).transition(from, event, scope)
    invariant(inner.children === from.children, `${id}: role ${role} spawned an actor`)
    return inner
  }

  /** Hands over from role to role until one has not ended. */
  const settle = (
    from: string,
    ended: AnyMachineSnapshot,
    entered: Set<string>,
    event: { type: string } | undefined,
    scope: AnyActorScope,
  ): Turn => {
    let role = from
    let inner = ended
    while (inner.status === 'done') {
      const next = rowOf(role).on[inner.value as string]
      invariant(next !== undefined, `${id}: role ${role} ended in ${String(inner.value)}, which has no successor`)
      role = typeof next === 'string' ? next : next.role
      invariant(!entered.has(role), `${id}: the turn of ${role} came twice in one step (${[...entered].join(', ')})`)
      entered.add(role)
      inner = start(role, inner.output, scope)
      const isHandledAgain = typeof next !== 'string' && event !== undefined && !event.type.startsWith('xstate.')
      if (isHandledAgain && inner.status === 'active') inner = advance(role, inner, event, scope)
    }
    return turn(role, inner)
  }

  return {
    id,
    initial,
    roles,
    config: {
      id,
      initial,
      states: Object.fromEntries(Object.entries(roles).map(([name, { actor }]) => [name, actor.config])),
    },
    getInitialSnapshot: (scope: AnyActorScope, input: unknown): Turn =>
      settle(initial, start(initial, input, scope), new Set([initial]), undefined, scope),
    transition: (snapshot: Turn, event: { type: string }, scope: AnyActorScope): Turn => {
      const inner = advance(snapshot.role, snapshot.inner, event, scope)
      return inner === snapshot.inner ? snapshot : settle(snapshot.role, inner, new Set(), event, scope)
    },
    provide: (by: { readonly [role: string]: Parameters<AnyStatechart['provide']>[0] | undefined }) => {
      const unknown = Object.keys(by).find((name) => !Object.hasOwn(roles, name))
      if (unknown !== undefined) throw new InvalidConfigurationError(`${id} has no role ${unknown} to provide for`)
      const provided = Object.entries(roles).map(([name, row]) => {
        const implementations = by[name]
        return [name, implementations ? { ...row, actor: row.actor.provide(implementations) } : row] as const
      })
      return logicOf({ id, initial, roles: Object.fromEntries(provided) })
    },
    getPersistedSnapshot: ({ status, role, inner }: Turn) => ({
      status,
      role,
      inner: machineOf(role).getPersistedSnapshot(inner),
    }),
    restoreSnapshot: ({ role, inner }: { role: string; inner: Snapshot<unknown> }, scope: AnyActorScope): Turn =>
      turn(role, machineOf(role).restoreSnapshot(inner, scope)),
  }
}

const turn = (role: string, inner: AnyMachineSnapshot): Turn => ({
  status: inner.status,
  output: undefined,
  error: inner.error,
  role,
  value: { [role]: inner.value },
  context: inner.context,
  inner,
})

function checkTable({ id, initial, roles }: AnyFamily): void {
  const refuse = (what: string): never => {
    throw new InvalidConfigurationError(`family ${id}: ${what}`)
  }
  if (!Object.hasOwn(roles, initial)) refuse(`the initial role ${initial} is not in the table`)
  const ownerOf = new Map<string, string>()
  for (const [name, { actor, on }] of Object.entries(roles)) {
    if (actor.root.type === 'parallel') {
      refuse(`the root of role ${name} is parallel, so it never ends in one state; nest its regions in a state`)
    }
    for (const state of Object.values(actor.states)) {
      if (state.type === 'final' && on[state.key] === undefined) {
        refuse(`role ${name} may end in ${state.key}, which has no successor; add it under "on"`)
      }
    }
    for (const [final, next] of Object.entries(on)) {
      if (actor.states[final]?.type !== 'final') refuse(`${final} is no final state of role ${name}`)
      const successor = typeof next === 'object' ? next.role : next
      if (successor === undefined || !Object.hasOwn(roles, successor))
        refuse(`${name}.${final} leads to ${successor}, which is no role`)
    }
    for (const node of nodesWithin(actor.root)) {
      const owner = ownerOf.get(node.id)
      if (owner !== undefined) {
        refuse(`roles ${owner} and ${name} both have a state with the id "${node.id}", so their timers would be one`)
      }
      if (startsActors(node)) refuse(`role ${name} invokes or spawns in "${node.id}"; what a role wants done it emits`)
    }
    for (const node of nodesWithin(actor.root)) ownerOf.set(node.id, name)
  }
}

function startsActors(node: AnyStateNode): boolean {
  const transitions = [...node.transitions.values(), node.always ?? []].flat()
  const actions: readonly unknown[] = [...node.entry, ...node.exit, ...transitions.flatMap(({ actions }) => actions)]
  const { implementations } = node.machine
  const isSpawn = (action: unknown): boolean => {
    const named = typeof action === 'string' ? implementations.actions[action] : action
    return typeof named === 'function' && 'type' in named && named.type === 'xstate.spawnChild'
  }
  return node.invoke.length > 0 || actions.some(isSpawn)
}
