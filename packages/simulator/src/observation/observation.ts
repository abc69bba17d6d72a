import type { GroupDefinition, Message, Placed, RoleDefinition, Service, StateMachine, StepRecord } from '@quorate/core'

/** Sees what the actors of a group do on one node, while it happens. */
export interface ActorWatch {
  /** An actor took one step. */
  stepped(step: StepRecord): void
  /** A record becomes bytes, to be written. */
  recorded(record: unknown, bytes: Uint8Array): void
  /** A message becomes bytes, to be sent at once. */
  encoding(message: Message): void
  applied(command: Uint8Array, at: Placed): void
}

/** A group whose records, messages and state machine are what they were, and seen. */
export function observed(definition: GroupDefinition, watch: ActorWatch): GroupDefinition {
  const { messages, service, roles } = definition
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
    service: observedService(service, watch),
    roles: Object.fromEntries(Object.entries(roles).map(([name, role]) => [name, observedRole(role, watch)])),
  }
}

const observedService = (service: Service, watch: ActorWatch): Service =>
  service.type === 'log' ? { ...service, stateMachine: observedMachine(service.stateMachine, watch) } : service

const observedMachine = (machine: StateMachine<unknown>, watch: ActorWatch): StateMachine<unknown> => ({
  ...machine,
  apply(state, command, at) {
    watch.applied(command, at)
    return machine.apply(state, command, at)
  },
})

const observedRole = (role: RoleDefinition, watch: ActorWatch): RoleDefinition => ({
  ...role,
  record: {
    decode: (bytes) => role.record.decode(bytes),
    encode(record) {
      const bytes = role.record.encode(record)
      watch.recorded(record, bytes)
      return bytes
    },
  },
})
