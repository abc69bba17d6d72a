import type { GroupDefinition } from '@quorate/core'
import type { AnyActorLogic } from '@quorate/core/statechart'

/** By role: the statechart that is to run in the place of the group's own. */
export type RolesInstead = Readonly<Record<string, AnyActorLogic>>

/** A group with other statecharts. */
export const withRoles = <Group extends GroupDefinition>(group: Group, instead: RolesInstead = {}): Group => ({
  ...group,
  roles: Object.fromEntries(
    Object.entries(group.roles).map(([name, role]) => {
      const logic = instead[name]
      return [name, logic ? { ...role, logic: () => logic } : role]
    }),
  ),
})
