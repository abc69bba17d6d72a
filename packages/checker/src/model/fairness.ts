import type { Strength } from './engine/fairActions.js'

/** An assumption about runs that never end: an action that may not be put off for ever. */
export interface Fairness<Step> {
  readonly strength: Strength
  readonly name: string
  of(step: Step): boolean | string
}

/**
 * Weak fairness, TLA's `WF`: an action that can be taken from some state on, without a break, is taken again and again.
 * @param name what the report calls it.
 * @param of which steps are of the action: `true`, and it is enough that one of them is taken (`WF(A)`). A text: they are of
 *   the action that is called so, one of many, each of which is fair by itself (`\A p: WF(A(p))`). `false`: others.
 */
export const weakFairness = <Step>(name: string, of: (step: Step) => boolean | string): Fairness<Step> => ({
  strength: 'weak',
  name,
  of,
})

/**
 * Strong fairness, TLA's `SF`: an action that can be taken again and again is taken again and again, even if it cannot be
 * taken in between.
 * @param name what the report calls it.
 * @param of which steps are of the action, as for {@link weakFairness}.
 */
export const strongFairness = <Step>(name: string, of: (step: Step) => boolean | string): Fairness<Step> => ({
  strength: 'strong',
  name,
  of,
})
