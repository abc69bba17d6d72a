import type { Model } from '../check.js'
import { always, sometimes } from '../property.js'
import { type Transition, transitionModel } from '../transitions.js'

/**
 * Two-phase commit, as the TLA specification TwoPhase in Gray and Lamport, "Consensus on Transaction Commit" (2006),
 * section 3: messages are a set that only grows, and a step that changes nothing counts.
 * @module
 */

/** Of each resource manager one letter: states are many, and texts are cheap to compare and to rename. */
interface TwoPhase {
  /** w: working, p: prepared, c: committed, a: aborted. */
  readonly resourceManagers: string
  readonly transactionManager: 'init' | 'committed' | 'aborted'
  /** y: the transaction manager knows this one to be prepared. */
  readonly heard: string
  /** y: this one said so. */
  readonly said: string
  readonly decision: 'none' | 'commit' | 'abort'
}

const withAt = (letters: string, at: number, letter: string): string =>
  letters.slice(0, at) + letter + letters.slice(at + 1)

function* stepsOf(state: TwoPhase): Generator<Transition<TwoPhase>> {
  const { resourceManagers, transactionManager, heard, said, decision } = state
  if (transactionManager === 'init') {
    if (!heard.includes('n')) {
      yield { name: 'TMCommit', to: { ...state, transactionManager: 'committed', decision: 'commit' } }
    }
    yield { name: 'TMAbort', to: { ...state, transactionManager: 'aborted', decision: 'abort' } }
  }
  for (let at = 0; at < resourceManagers.length; at++) {
    const becomes = (letter: string) => ({ ...state, resourceManagers: withAt(resourceManagers, at, letter) })
    if (transactionManager === 'init' && said[at] === 'y') {
      yield { name: `TMRcvPrepared(${at})`, to: { ...state, heard: withAt(heard, at, 'y') } }
    }
    if (resourceManagers[at] === 'w') {
      yield { name: `RMPrepare(${at})`, to: { ...becomes('p'), said: withAt(said, at, 'y') } }
      yield { name: `RMChooseToAbort(${at})`, to: becomes('a') }
    }
    if (decision === 'commit') yield { name: `RMRcvCommitMsg(${at})`, to: becomes('c') }
    if (decision === 'abort') yield { name: `RMRcvAbortMsg(${at})`, to: becomes('a') }
  }
}

/** Gives the resource managers their places anew. */
const moved =
  (move: (letters: string) => string) =>
  (state: TwoPhase): TwoPhase => ({
    ...state,
    resourceManagers: move(state.resourceManagers),
    heard: move(state.heard),
    said: move(state.said),
  })

const swapFirst = moved((letters) => letters.charAt(1) + letters.charAt(0) + letters.slice(2))
const moveByOne = moved((letters) => letters.slice(1) + letters.charAt(0))

/** Two-phase commit of `rms` resource managers, which are all alike. */
export function twoPhaseCommit({ rms }: { readonly rms: number }): Model {
  const none = 'n'.repeat(rms)
  return transitionModel<TwoPhase>({
    name: 'reference/two-phase-commit',
    initial: [
      { resourceManagers: 'w'.repeat(rms), transactionManager: 'init', heard: none, said: none, decision: 'none' },
    ],
    steps: stepsOf,
    keyOf: ({ resourceManagers, transactionManager, heard, said, decision }) =>
      `${resourceManagers} ${transactionManager} ${heard} ${said} ${decision}`,
    symmetry: [swapFirst, moveByOne],
    properties: [
      sometimes('all abort', ({ resourceManagers }) => /^a*$/.test(resourceManagers)),
      sometimes('all commit', ({ resourceManagers }) => /^c*$/.test(resourceManagers)),
      always(
        'none commits when another aborts',
        ({ resourceManagers }) => !(resourceManagers.includes('a') && resourceManagers.includes('c')),
      ),
    ],
  })
}
