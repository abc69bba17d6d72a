import { type Drawable, isFamily } from '@quorate/diagram'
import { partsOf } from '../protocols/protocols.js'

/** Every role and family that can be drawn by its name. A family brings its roles: `raft/follower`. */
export const knownRoles = async (): Promise<ReadonlyMap<string, Drawable>> => {
  const named = (await partsOf(({ roles }) => roles)).flatMap(({ part }) => Object.entries(part))
  return new Map(named.flatMap(([name, drawable]) => [[name, drawable] as const, ...rolesOf(name, drawable)]))
}

const rolesOf = (family: string, drawable: Drawable): (readonly [string, Drawable])[] =>
  isFamily(drawable)
    ? Object.entries(drawable.roles).map(([role, { actor }]) => [`${family}/${role}`, actor] as const)
    : []
