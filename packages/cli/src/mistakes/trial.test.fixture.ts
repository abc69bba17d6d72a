import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  explore,
  failureOf,
  findingOf,
  lengthOf,
  parseScript,
  type Script,
  type SimulationSubject,
  shrink,
  simulate,
} from '@quorate/simulator'
import { slugOf } from './mistake.js'
import type { Simulated } from './simulated.js'
import { subjectOf } from './subjectOf.js'

/** What is kept of what the simulator does to find a mistake. */

/** Scripts that are tried to make one shorter. */
const triesMax = 100

const sound = ({ cluster, limits }: Simulated): SimulationSubject => cluster.subject({}, limits)

/** A seed of the cluster with the mistake; what is kept of it names the cluster without. */
const drawn = (mistake: Simulated, seed: number) => {
  const { runOf, watched, progressWithinMs, ...subject } = subjectOf(mistake)
  const { script: _, ...run } = runOf(seed)
  return {
    subject: { ...subject, name: mistake.cluster.name },
    ...(watched && { invariants: watched }),
    progressWithinMs,
    seed,
    ...run,
  }
}

/** What a seed shows to be wrong. */
export const failureAt = async (mistake: Simulated, seed: number): Promise<string | undefined> =>
  mistake.aim ? failureWith(mistake, mistake.aim(seed)) : failureOf(await explore(drawn(mistake, seed)))

/** What a script shows to be wrong. */
export const failureWith = async (mistake: Simulated, script: Script): Promise<string | undefined> =>
  failureOf(await simulate({ ...drawn(mistake, 0), script }))

/** What the same script shows to be wrong without the mistake. */
export const failureWithout = async (mistake: Simulated, script: Script): Promise<string | undefined> =>
  failureOf(await simulate({ subject: sound(mistake), progressWithinMs: subjectOf(mistake).progressWithinMs, script }))

/** The short script of a seed that shows something wrong. */
async function scriptAt(mistake: Simulated, seed: number): Promise<Script | undefined> {
  if (!mistake.aim) return (await findingOf({ ...drawn(mistake, seed), triesMax }))?.script
  const script = mistake.aim(seed)
  const failure = await failureWith(mistake, script)
  if (failure === undefined) return undefined
  return shrink(script, { fails: async (shorter) => (await failureWith(mistake, shorter)) === failure, triesMax })
}

/** The first seed that shows the mistake, and nothing without it, as a script that is short enough. */
export async function search(mistake: Simulated, limits: { readonly seedsMax: number; readonly stepsMax: number }) {
  for (let seed = 1; seed <= limits.seedsMax; seed++) {
    if ((await failureAt(mistake, seed)) === undefined) continue
    const script = await scriptAt(mistake, seed)
    if (script && lengthOf(script) <= limits.stepsMax && (await failureWithout(mistake, script)) === undefined)
      return script
  }
  throw new Error(`not found in ${limits.seedsMax} seeds, or not in ${limits.stepsMax} steps`)
}

/** The file in which its script is kept. */
export const fileOf = (mistake: Simulated): string =>
  fileURLToPath(new URL(`scripts/${slugOf(mistake)}.test.sim`, import.meta.url))

/** The script that is kept of a mistake; its variant is the seed at which it was found. */
export function keptScript(mistake: Simulated): Script {
  const file = fileOf(mistake)
  if (!existsSync(file)) throw new Error('no script is kept: pnpm mistakes')
  return parseScript(readFileSync(file, 'utf8'))
}
