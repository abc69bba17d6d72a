import type { Disturbances, Script } from './script.js'
import { shares } from './scriptFields.js'

/** One thing about the network that may be wrong. */
export type Disturbance = keyof Disturbances

/** What each says when nothing is wrong. */
export const quiet: Disturbances = {
  timing: 'synchronous',
  scheduling: 'uniform',
  reorders: false,
  jitterMs: 0,
  ...(Object.fromEntries(shares.map((share) => [share, 0])) as Pick<Disturbances, (typeof shares)[number]>),
}

export const disturbancesOf = (weather: Disturbances): Disturbance[] =>
  (Object.keys(quiet) as Disturbance[]).filter((each) => weather[each] !== quiet[each])

/** How many things a script says: those that happen, and those that are wrong with the weather. */
export const lengthOf = ({ steps, messages, writes, weather }: Script): number =>
  steps.length + messages.size + writes.size + (weather ? Math.max(1, disturbancesOf(weather).length) : 0)
