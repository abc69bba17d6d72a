import type { InvariantFactory } from '@quorate/core/testing'
import { invariantsOf, type SimulationSubject } from '@quorate/simulator'
import type { Subject } from '../sim/subject.js'
import { slugOf } from './mistake.js'
import type { Simulated } from './simulated.js'

/** What the simulator does to find a mistake. */

/** Who gets nothing done for so long gets nothing done. */
const progressWithinMs = 15_000

/** Faults of one kind leave quieter traces, so seeds take turns at them. */
const mixes = ['crash', 'all', 'network', 'disk'] as const

/** What names the clusters with a mistake. */
export const mistakePrefix = 'mistake/'

/** A cluster with a mistake, and how its seeds are run. */
export const subjectOf = (mistake: Simulated) => {
  const { cluster, change, limits, aim, unwatched } = mistake
  const subject = cluster.subject(change, limits)
  const name = `${mistakePrefix}${slugOf(mistake)}`
  return {
    ...subject,
    name,
    ...(unwatched !== undefined && { watched: allBut(unwatched, subject) }),
    progressWithinMs,
    isTopology: false,
    runOf: (seed: number) => ({
      faults: mixes[seed % mixes.length] ?? ('all' as const),
      nodes: seed % 3 === 0 ? 5 : 3,
      // Not for long, since mistakes show early.
      lastsMs: 20_000,
      ...(aim && { script: { ...aim(seed), subject: name } }),
    }),
  } satisfies Subject
}

const allBut = (unwatched: string, subject: SimulationSubject): readonly InvariantFactory[] =>
  invariantsOf(subject).map((make) => (group) => {
    const invariant = make(group)
    return invariant?.name === unwatched ? undefined : invariant
  })
