import type { Chart, ChartState, ChartTransition } from './chart.js'
import { statesWithin } from './chart.js'
import { triggerText } from './labels.js'
import { Arrows, initialId, initialNode, type Line, type Sketch, type SketchNode } from './sketch.js'

/** More causes than these are counted. */
const causesMax = 3

/** The roles of a family and who follows whom: an arrow bears the final state, and below it what leads there. */
export const familySketch = (chart: Chart): Sketch => {
  const arrows = new Arrows()
  arrows.add(initialId(chart.name), chart.initial)
  for (const { source, target, again } of chart.handovers) {
    const role = chart.roots.find(({ states }) => states.some(({ id }) => id === source))
    if (role === undefined) continue
    const final = source.slice(role.id.length + 1)
    arrows.add(role.id, target, [{ text: again ? `${final}, again` : final }, ...causeLines(role, source)])
  }
  return {
    title: chart.name,
    nodes: [initialNode(chart.name), ...chart.roots.map(roleNode)],
    edges: arrows.all(),
    leftOut: 0,
  }
}

const roleNode = ({ id, name, states }: ChartState): SketchNode => ({
  id,
  kind: 'state',
  title: name,
  lines: [
    states
      .filter(({ kind }) => kind !== 'final')
      .map((state) => state.name)
      .join(', '),
  ],
  children: [],
})

const causeLines = (role: ChartState, final: string): readonly Line[] => {
  const transitions = statesWithin(role).flatMap((state) => state.transitions)
  const causes = [...causesOf(final, timersFirst(transitions), new Set())]
  const rest = causes.length - causesMax
  // To count a single one takes as much room as to name it.
  const shown = rest > 1 ? [...causes.slice(0, causesMax), `${rest} more`] : causes
  return shown.map((text) => ({ text, isMuted: true }))
}

const timersFirst = (transitions: readonly ChartTransition[]): readonly ChartTransition[] => {
  const isTimer = ({ trigger }: ChartTransition): boolean => trigger.type === 'after'
  return [...transitions.filter(isTimer), ...transitions.filter((transition) => !isTimer(transition))]
}

/** What leads to a state; where nothing but an unguarded step does, what leads to the one before. */
const causesOf = (
  state: string,
  transitions: readonly ChartTransition[],
  visited: ReadonlySet<string>,
): ReadonlySet<string> => {
  if (visited.has(state)) return new Set()
  return new Set(
    transitions
      .filter(({ targets }) => targets.includes(state))
      .flatMap(({ source, trigger, guard }) => {
        if (trigger.type !== 'always') return [triggerText(trigger)]
        if (guard !== undefined) return [`[${guard}]`]
        return [...causesOf(source, transitions, new Set([...visited, state]))]
      }),
  )
}
