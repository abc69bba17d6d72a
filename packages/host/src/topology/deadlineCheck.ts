import { type GroupDefinition, InvalidConfigurationError } from '@quorate/core'

/**
 * A state machine that names deadlines must run wherever its commands are ordered: who orders proposes the ticks. Without a
 * `tick` nothing would come of them, and one be proposed each second for ever.
 * @throws `QUORATE_INVALID_CONFIGURATION`
 */
export function checkDeadlines(group: string, { roles, service }: Pick<GroupDefinition, 'roles' | 'service'>): void {
  if (service.type !== 'log' || !service.stateMachine.deadline) return
  if (!service.stateMachine.tick)
    throw new InvalidConfigurationError(
      `the state machine of group ${group} names deadlines, and has no tick: give both`,
    )
  const applying = roles[service.applies]?.nodes ?? []
  const blind = roles[service.orders]?.nodes.find((node) => !applying.includes(node))
  if (blind === undefined) return
  throw new InvalidConfigurationError(
    `the state machine of group ${group} names deadlines, and ${blind}, which takes its commands, does not run it and would never ` +
      `know that one has passed: let ${blind} host role ${service.applies} too`,
  )
}
