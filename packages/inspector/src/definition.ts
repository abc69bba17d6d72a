import type { Successor } from '@quorate/core'

/** What is read of a role's config here; all else passes as it stands. */
interface StateConfig {
  readonly states?: { readonly [name: string]: StateConfig }
  readonly [key: string]: unknown
}

interface FamilyLike {
  readonly config: { readonly id: string }
  readonly roles: {
    readonly [name: string]: {
      readonly actor: { readonly config: StateConfig }
      readonly on: { readonly [finalState: string]: Successor<string> | undefined }
    }
  }
}

/**
 * The statechart of an actor as the JSON of a machine's config, with actions and guards by name: of a machine its own,
 * of a family its roles as top-level states, where each final state of a role leads on to the role that follows. Logic
 * that is no statechart has only its name.
 */
export const definitionOf = (logic: unknown, name: string): string => {
  const nameless = JSON.stringify({ id: name })
  const config = isFamily(logic) ? drawn(logic) : configOf(logic)
  try {
    return config === undefined ? nameless : (JSON.stringify(config, withNames) ?? nameless)
  } catch {
    // A config that no text can hold, e.g. with a cycle in somebody's `meta`.
    return nameless
  }
}

const configOf = (logic: unknown): object | undefined => {
  const config = typeof logic === 'object' && logic !== null && 'config' in logic ? logic.config : undefined
  return typeof config === 'object' && config !== null ? config : undefined
}

const isFamily = (logic: unknown): logic is FamilyLike =>
  configOf(logic) !== undefined && typeof logic === 'object' && logic !== null && 'roles' in logic

const drawn = ({ config, roles }: FamilyLike): object => ({
  ...config,
  states: Object.fromEntries(
    Object.entries(roles).map(([name, { actor, on }]) => {
      const states = Object.entries(actor.config.states ?? {}).map(([state, child]) => {
        const next = on[state]
        return [state, next === undefined ? child : leadingOn(child, config.id, next)] as const
      })
      return [name, { ...actor.config, states: Object.fromEntries(states) }]
    }),
  ),
})

/** A final state from which the next role takes over. */
const leadingOn = ({ type: _final, ...state }: StateConfig, family: string, next: Successor<string>): StateConfig => {
  const role = typeof next === 'string' ? next : next.role
  const description = typeof next === 'string' ? undefined : 'the message is handled again'
  return { ...state, always: { target: `#${family}.${role}`, reenter: true, description } }
}

/** Where a chart names what is done or asked, an inline function is named too; elsewhere functions say nothing. */
const withNames = (key: string, value: unknown): unknown => {
  if (typeof value !== 'function') return value
  return key === 'context' || key === 'output' || key === 'input' ? undefined : { type: value.name || 'inline' }
}
