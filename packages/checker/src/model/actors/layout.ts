import { InvalidModelError } from '../errors.js'
import type { ActorSystem } from './actor.js'

/** Where things stand in a tuple: local states, history, the last message delivered, budgets, and then the messages. */
export interface Layout {
  readonly actors: number
  /** Below 0 without a history. */
  readonly history: number
  /** Below 0 but in a network that duplicates; there 0 means none yet, and else the event plus 1. */
  readonly last: number
  readonly budgets: number
  readonly budgetNames: readonly string[]
  /** The budget for a loss; below 0: losses are free; `undefined`: nothing is lost. */
  readonly losses: number | undefined
  /** The budget for a duplicate; `undefined`: none are made. */
  readonly duplications: number | undefined
  readonly messages: number
}

// biome-ignore lint/suspicious/noExplicitAny: a layout is the same for actors of all kinds.
export function layoutOf(system: ActorSystem<any, any, any, any>): Layout {
  const { network, budgets = {} } = system
  const budgetNames = Object.keys(budgets)
  const wrong = Object.entries(budgets).find(([, count]) => !Number.isInteger(count) || count < 0)
  if (wrong) throw new InvalidModelError(system.name, `budget ${wrong[0]} is ${wrong[1]}: expected a whole number`)
  const actors = system.actors.length
  const history = system.history ? actors : -1
  const last = network.kind === 'dup' ? actors + (history < 0 ? 0 : 1) : -1
  const first = actors + (history < 0 ? 0 : 1) + (last < 0 ? 0 : 1)
  const placeOf = (name: string): number => (name in budgets ? first + budgetNames.indexOf(name) : -1)
  return {
    actors,
    history,
    last,
    budgets: first,
    budgetNames,
    losses: network.lossy ? placeOf('losses') : undefined,
    duplications: network.kind !== 'dup' && 'duplications' in budgets ? placeOf('duplications') : undefined,
    messages: first + budgetNames.length,
  }
}
