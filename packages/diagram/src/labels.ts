import type { ChartTransition, Trigger } from './chart.js'
import type { Detail } from './sketch.js'

/** The words on an arrow: `event [guard] / actions`. @module */

/** The candidates of a state for one trigger, in the order in which they are tried. */
export type Cell = readonly [ChartTransition, ...ChartTransition[]]

export const cellsOf = (transitions: readonly ChartTransition[]): readonly Cell[] => {
  const cells = new Map<string, [ChartTransition, ...ChartTransition[]]>()
  for (const transition of transitions) {
    const trigger = triggerText(transition.trigger)
    const cell = cells.get(trigger)
    if (cell) cell.push(transition)
    else cells.set(trigger, [transition])
  }
  return [...cells.values()]
}

/** What triggers a transition. Of one that is always tried there is nothing to say. */
export const triggerText = (trigger: Trigger): string => {
  switch (trigger.type) {
    case 'event':
      return trigger.event
    case 'after':
      return `after ${trigger.delay}${/^\d+$/.test(trigger.delay) ? ' ms' : ''}`
    case 'done':
      return 'done'
    case 'always':
      return ''
  }
}

/** Where some candidates of a cell lead, and the label that says when. */
export interface Decision {
  /** The first of the candidates. */
  readonly transition: ChartTransition
  readonly text: string
}

/**
 * The decisions of a cell, in their order. In a summary neighbours that lead to the same states are one; where the last
 * of them has no guard, theirs need not be named: `else` says the same.
 */
export const decisionsOf = (cell: Cell, detail: Detail): readonly Decision[] => {
  const trigger = triggerText(cell[0].trigger)
  let tried = 0
  return runsOf(cell, detail).map((run) => {
    const condition = conditionOf(run, tried === 0)
    tried += run.length
    const [transition] = run
    const actions = detail === 'full' && transition.actions.length > 0 ? `/ ${transition.actions.join(', ')}` : ''
    return { transition, text: [trigger, condition, actions].filter((part) => part !== '').join(' ') }
  })
}

const conditionOf = (run: Cell, isFirst: boolean): string => {
  const guards = run.flatMap(({ guard }) => guard ?? [])
  if (guards.length === run.length) return `[${[...new Set(guards)].join(' or ')}]`
  return isFirst ? '' : '[else]'
}

const runsOf = (cell: Cell, detail: Detail): readonly Cell[] => {
  const runs: [ChartTransition, ...ChartTransition[]][] = []
  for (const transition of cell) {
    const run = runs.at(-1)
    const isSame = detail === 'summary' && run !== undefined && aimOf(run[0]) === aimOf(transition)
    if (isSame) run.push(transition)
    else runs.push([transition])
  }
  return runs
}

const aimOf = ({ targets, reenter }: ChartTransition): string => [...targets, String(reenter)].join(' ')
