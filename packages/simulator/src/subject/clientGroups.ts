import type { GroupDefinition } from '@quorate/core'

type Groups = Readonly<Record<string, GroupDefinition>>

const roleCan = ({ roles }: GroupDefinition, trait: 'orders' | 'asked'): boolean =>
  Object.values(roles).some((role) => role[trait] === true)

/** Whether clients give it commands; otherwise they ask it questions, if anything. */
export const ordersLog = (definition: GroupDefinition): boolean => roleCan(definition, 'orders')

/** The groups that take anything from clients. Of others no progress can be demanded that clients would see. */
export const clientGroups = (groups: Groups): readonly (readonly [string, GroupDefinition])[] =>
  Object.entries(groups).filter(([, definition]) => ordersLog(definition) || roleCan(definition, 'asked'))

/** The group of the client of this name: the number in its name counts through the groups. Undefined where there is none. */
export const groupOfClient = (client: string, groups: Groups): readonly [string, GroupDefinition] | undefined => {
  const served = clientGroups(groups)
  const number = Number(/\d+$/.exec(client)?.[0] ?? 1)
  return served[(number + served.length - 1) % served.length]
}
