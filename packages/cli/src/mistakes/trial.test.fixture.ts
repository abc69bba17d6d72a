import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  allInvariants,
  explore,
  failureOf,
  findingOf,
  type InvariantFactory,
  lengthOf,
  parseScript,
  type Script,
  type SimulationSubject,
  shrink,
  simulate,
} from '@quorate/simulator'
import { clusters, type Simulated } from './simulated.test.fixture.js'

/** What the simulator does to find a mistake, and what is kept of it. */

/** Scripts that are tried to make one shorter. */
const triesMax = 100

/** Who gets nothing done for so long gets nothing done. */
const progressWithinMs = 15_000

/** Faults of one kind leave quieter traces, so seeds take turns at them. */
const mixes = ['crash', 'all', 'network', 'disk'] as const

const mistaken = ({ cluster, change, limits }: Simulated): SimulationSubject => clusters[cluster](change, limits)
const sound = ({ cluster, limits }: Simulated): SimulationSubject => clusters[cluster]({}, limits)

const invariantsFor = ({ unwatched }: Simulated): readonly InvariantFactory[] =>
  allInvariants.map((make) => (subject) => {
    const invariant = make(subject)
    return invariant?.name === unwatched ? undefined : invariant
  })

const drawn = (mistake: Simulated, seed: number) => ({
  subject: mistaken(mistake),
  invariants: invariantsFor(mistake),
  progressWithinMs,
  seed,
  faults: mixes[seed % mixes.length] ?? ('all' as const),
  nodes: seed % 3 === 0 ? 5 : 3,
  // Not for long, since mistakes show early.
  lastsMs: 20_000,
})

/** What a seed shows to be wrong. */
export const failureAt = async (mistake: Simulated, seed: number): Promise<string | undefined> =>
  mistake.aim ? failureWith(mistake, mistake.aim(seed)) : failureOf(await explore(drawn(mistake, seed)))

/** What a script shows to be wrong. */
export const failureWith = async (mistake: Simulated, script: Script): Promise<string | undefined> =>
  failureOf(
    await simulate({ subject: mistaken(mistake), invariants: invariantsFor(mistake), progressWithinMs, script }),
  )

/** What the same script shows to be wrong without the mistake. */
export const failureWithout = async (mistake: Simulated, script: Script): Promise<string | undefined> =>
  failureOf(await simulate({ subject: sound(mistake), progressWithinMs, script }))

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
export const fileOf = ({ name }: Simulated): string =>
  fileURLToPath(new URL(`scripts/${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.test.sim`, import.meta.url))

/** The script that is kept of a mistake; its variant is the seed at which it was found. */
export function keptScript(mistake: Simulated): Script {
  const file = fileOf(mistake)
  if (!existsSync(file)) throw new Error('no script is kept: pnpm mistakes')
  return parseScript(readFileSync(file, 'utf8'))
}
