import type { Chart, ChartState, ChartTransition } from './chart.js'
import { statesOf } from './chart.js'
import { cellsOf, decisionsOf } from './labels.js'
import { Arrows, anyId, type Detail, initialId, initialNode, type Sketch, type SketchNode } from './sketch.js'

/** Up to so many lines about what happens within states, a summary has room for them. */
const deedsMax = 8

/** All states of a chart, nested. */
export const stateSketch = (chart: Chart, detail: Detail): Sketch => {
  const drawing = new Drawing(chart, detail)
  const roots = chart.roots.map((root) => drawing.nodeOf(root))
  const isFamily = chart.kind === 'family'
  if (isFamily) drawing.arrows.add(initialId(chart.name), chart.initial)
  for (const { source, target, again } of chart.handovers) {
    drawing.arrows.add(source, drawing.endOf(source, target), again ? [{ text: 'again' }] : [])
  }
  return {
    title: chart.name,
    nodes: isFamily ? [initialNode(chart.name), ...roots] : roots,
    edges: drawing.arrows.all(),
    leftOut: drawing.leftOut,
  }
}

const isWithin = (inner: string, outer: string): boolean => inner.startsWith(`${outer}.`)

class Drawing {
  readonly arrows = new Arrows()
  leftOut = 0
  readonly #states: ReadonlyMap<string, ChartState>
  readonly #detail: Detail
  /** Whether states show what they do on entry, on exit and in between. */
  readonly #showsDeeds: boolean

  constructor(chart: Chart, detail: Detail) {
    this.#states = new Map(statesOf(chart).map((state) => [state.id, state]))
    this.#detail = detail
    this.#showsDeeds = detail === 'full' || isTerse([...this.#states.values()])
  }

  /** An arrow from within a state to that state ends at its beginning, where it can be seen to enter anew. */
  endOf(source: string, target: string): string {
    const isAnew = isWithin(source, target) && this.#states.get(target)?.initial !== undefined
    return isAnew ? initialId(target) : target
  }

  nodeOf(state: ChartState): SketchNode {
    const { id, name, kind, initial, states } = state
    const hasInward = this.#connect(state)
    const borderLines = this.#entryAndExit(state)
    const stayLines = this.#staying(state)
    if (states.length === 0) {
      const shape = kind === 'final' || kind === 'history' ? kind : 'state'
      return { id, kind: shape, title: name, lines: [...borderLines, ...stayLines], children: [] }
    }
    if (initial !== undefined) this.arrows.add(initialId(id), initial)
    const any: SketchNode = { id: anyId(id), kind: 'any', title: 'in any state', lines: stayLines, children: [] }
    const children = [
      ...(initial === undefined ? [] : [initialNode(id)]),
      ...states.map((child) => this.nodeOf(child)),
      ...(hasInward || stayLines.length > 0 ? [any] : []),
    ]
    return { id, kind: kind === 'parallel' ? kind : 'state', title: name, lines: borderLines, children }
  }

  /** Draws the arrows of a state, and tells whether one of them leads to a state within it. */
  #connect({ id, transitions }: ChartState): boolean {
    let hasInward = false
    for (const { transition, text } of cellsOf(transitions).flatMap((cell) => decisionsOf(cell, this.#detail))) {
      for (const target of transition.targets) {
        const isInward = isWithin(target, id)
        hasInward ||= isInward
        this.arrows.add(isInward ? anyId(id) : id, this.endOf(id, target), text === '' ? [] : [{ text }])
      }
    }
    return hasInward
  }

  #entryAndExit({ entry, exit }: ChartState): readonly string[] {
    return this.#showsDeeds ? [...actionLine('entry', entry), ...actionLine('exit', exit)] : []
  }

  /** What happens while the state stays. */
  #staying({ transitions }: ChartState): readonly string[] {
    const isShown = (transition: ChartTransition): boolean =>
      this.#detail === 'full' || (this.#showsDeeds && isDeed(transition))
    this.leftOut += transitions.filter((transition) => isStaying(transition) && !isShown(transition)).length
    return cellsOf(transitions)
      .flatMap((cell) => decisionsOf(cell, 'full'))
      .filter(({ transition }) => isStaying(transition) && isShown(transition))
      .map(({ transition, text }) => (isDeed(transition) ? text : ignoredText(text, transition.description)))
  }
}

const isStaying = ({ targets }: ChartTransition): boolean => targets.length === 0
const isDeed = (transition: ChartTransition): boolean => isStaying(transition) && transition.actions.length > 0

/** A summary names what happens within states where that is little, or all that a role does. */
const isTerse = (states: readonly ChartState[]): boolean => {
  const deeds = states.map(
    ({ entry, exit, transitions }) =>
      Number(entry.length > 0) + Number(exit.length > 0) + transitions.filter(isDeed).length,
  )
  return deeds.reduce((sum, each) => sum + each, 0) <= deedsMax || states.length === 1
}

const actionLine = (when: string, actions: readonly string[]): readonly string[] =>
  actions.length > 0 ? [`${when} / ${actions.join(', ')}`] : []

const ignoredText = (text: string, reason: string | undefined): string =>
  reason === undefined ? `${text} ignored` : `${text} ignored: ${reason}`
