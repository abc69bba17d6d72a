import type { GroupDefinition, NodeId, RoleDefinition } from '@quorate/core'

/** True of the role that clients turn to. */
export const isServing = ({ orders, asked }: RoleDefinition): boolean => orders || asked === true

/** The nodes with such a role. */
export const nodesThat = ({ roles }: GroupDefinition, isSuch: (role: RoleDefinition) => boolean): readonly NodeId[] => [
  ...new Set(
    Object.values(roles)
      .filter(isSuch)
      .flatMap(({ nodes }) => nodes),
  ),
]
