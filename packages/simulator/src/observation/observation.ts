import type { Effect, GroupDefinition, Message, Placed, RoleDefinition, StateMachine } from '@quorate/core'
import type { AnyActorLogic, AnyActorScope } from 'xstate'
import type { AnyTransition } from './transitions.js'

/** Sees what the actors of a group do on one node, while it happens. */
export interface ActorWatch {
  /** An actor took one step: `before` is undefined when it started. */
  stepped(role: string, before: unknown, event: { readonly type: string } | undefined, after: unknown): void
  /** A transition was taken. */
  took(transition: AnyTransition): void
  emitted(role: string, effect: Effect): void
  /** A record becomes bytes, to be written. */
  recorded(record: unknown, bytes: Uint8Array): void
  /** A message becomes bytes, to be sent at once. */
  encoding(message: Message): void
  applied(command: Uint8Array, at: Placed): void
}

/** A group whose roles, messages and state machine are what they were, and seen. */
export function observed(definition: GroupDefinition, watch: ActorWatch): GroupDefinition {
  const { messages, stateMachine, roles } = definition
  return {
    ...definition,
    messages: {
      types: messages.types,
      decode: (type, bytes) => messages.decode(type, bytes),
      encode(message) {
        watch.encoding(message)
        return messages.encode(message)
      },
    },
    stateMachine: observedMachine(stateMachine, watch),
    roles: Object.fromEntries(Object.entries(roles).map(([name, role]) => [name, observedRole(name, role, watch)])),
  }
}

const observedMachine = (machine: StateMachine<unknown>, watch: ActorWatch): StateMachine<unknown> => ({
  ...machine,
  apply(state, command, at) {
    watch.applied(command, at)
    return machine.apply(state, command, at)
  },
})

const observedRole = (name: string, role: RoleDefinition, watch: ActorWatch): RoleDefinition => ({
  ...role,
  logic: (random, node) => observedLogic(name, role.logic(random, node), watch),
  record: {
    decode: (bytes) => role.record.decode(bytes),
    encode(record) {
      const bytes = role.record.encode(record)
      watch.recorded(record, bytes)
      return bytes
    },
  },
})

interface Microstep {
  readonly type: string
  readonly _transitions?: readonly AnyTransition[]
}

/** The same actor logic: each step is handed on, with a scope that also tells what was taken and emitted. */
function observedLogic(name: string, logic: AnyActorLogic, watch: ActorWatch): AnyActorLogic {
  const scopes = new WeakMap<AnyActorScope, AnyActorScope>()
  const scopeOf = (scope: AnyActorScope): AnyActorScope => {
    const known = scopes.get(scope)
    if (known) return known
    const tell = ({ type, _transitions }: Microstep) => {
      if (type !== '@xstate.microstep' || !_transitions) return
      for (const transition of _transitions) watch.took(transition)
    }
    const seen: AnyActorScope = {
      ...scope,
      system: Object.assign(Object.create(scope.system), { _sendInspectionEvent: tell }),
      emit: (effect) => {
        watch.emitted(name, effect as unknown as Effect)
        scope.emit(effect)
      },
    }
    scopes.set(scope, seen)
    return seen
  }
  return {
    ...logic,
    config: logic.config,
    getInitialSnapshot(scope, input) {
      const snapshot = logic.getInitialSnapshot(scopeOf(scope), input)
      watch.stepped(name, undefined, undefined, snapshot)
      return snapshot
    },
    transition(snapshot, event, scope) {
      const next = logic.transition(snapshot, event, scopeOf(scope))
      if (next !== snapshot) watch.stepped(name, snapshot, event, next)
      return next
    },
    getPersistedSnapshot: (snapshot, options) => logic.getPersistedSnapshot(snapshot, options),
    restoreSnapshot: (snapshot, scope) => logic.restoreSnapshot?.(snapshot, scope) ?? snapshot,
    start: (snapshot, scope) => logic.start?.(snapshot, scopeOf(scope)),
  }
}
