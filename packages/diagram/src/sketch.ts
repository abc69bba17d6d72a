/** What of a chart is drawn, before anything is placed: the same for Mermaid and SVG. @module */

/**
 * `summary`: what changes a state, and of a family its roles only. `full`: every transition with its actions, and what is
 * ignored with the reason.
 */
export type Detail = 'summary' | 'full'

export interface Sketch {
  readonly title: string
  readonly nodes: readonly SketchNode[]
  readonly edges: readonly SketchEdge[]
  /** Transitions that change no state, and are not shown. */
  readonly leftOut: number
}

/** A box or a dot. */
export interface SketchNode {
  readonly id: string
  /**
   * `initial` is the dot where a state begins. `any` stands within a state for whichever of its states is on: what the
   * state itself decides starts there, if it leads to a state within.
   */
  readonly kind: 'state' | 'parallel' | 'final' | 'history' | 'initial' | 'any'
  readonly title: string
  /** What stands below the title. */
  readonly lines: readonly string[]
  readonly children: readonly SketchNode[]
}

/** An arrow from node to node, with one or more reasons to take it. */
export interface SketchEdge {
  readonly source: string
  readonly target: string
  readonly lines: readonly Line[]
}

/** One reason to take an arrow. */
export interface Line {
  readonly text: string
  /** It explains the line above it, and is less important. */
  readonly isMuted?: boolean
}

/** The dot where a state begins, and the node that stands for any state within it. */
export const initialId = (state: string): string => `${state}#initial`
export const anyId = (state: string): string => `${state}#any`

export const initialNode = (state: string): SketchNode => ({
  id: initialId(state),
  kind: 'initial',
  title: '',
  lines: [],
  children: [],
})

/** Says how much is not shown, or nothing where all of it is. */
export const leftOutText = ({ leftOut }: Sketch): string => {
  if (leftOut === 0) return ''
  return `Not shown: ${leftOut} ${leftOut === 1 ? 'transition that changes' : 'transitions that change'} no state`
}

/** Gathers arrows: those between the same two nodes become one. */
export class Arrows {
  readonly #edges = new Map<string, { source: string; target: string; lines: Line[] }>()

  add(source: string, target: string, lines: readonly Line[] = []): void {
    const key = `${source} ${target}`
    const edge = this.#edges.get(key)
    if (edge) edge.lines.push(...lines)
    else this.#edges.set(key, { source, target, lines: [...lines] })
  }

  all(): readonly SketchEdge[] {
    return [...this.#edges.values()]
  }
}
