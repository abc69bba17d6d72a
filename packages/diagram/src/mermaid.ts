import type { Chart } from './chart.js'
import { type Detail, type Line, leftOutText, type Sketch, type SketchEdge, type SketchNode } from './sketch.js'
import { sketchOf } from './sketchOf.js'

/**
 * Writes a chart as Mermaid's `stateDiagram-v2`, to be put into Markdown between fences. Arrows into a state's own
 * beginning point at the state that begins, for Mermaid's dots have no name.
 */
export const mermaid = (chart: Chart, { detail = 'summary' }: { readonly detail?: Detail } = {}): string => {
  const sketch = sketchOf(chart, detail)
  const writer = new Writer(sketch)
  const leftOut = leftOutText(sketch)
  const comment = leftOut === '' ? [] : [`  %% ${leftOut}`]
  const lines = ['stateDiagram-v2', `  accTitle: ${plain(sketch.title)}`, ...comment, ...writer.scope(sketch.nodes, '')]
  return `${lines.join('\n')}\n`
}

class Writer {
  readonly #names: ReadonlyMap<string, string>
  readonly #parents: ReadonlyMap<string, SketchNode | undefined>
  readonly #edges: readonly SketchEdge[]
  /** Where the arrow from a beginning leads, by the id of its dot. */
  readonly #beginnings: ReadonlyMap<string, string>

  constructor({ nodes, edges }: Sketch) {
    const all = nodes.flatMap(within)
    const dots = new Set(all.filter(({ kind }) => kind === 'initial').map(({ id }) => id))
    this.#names = namesOf(all)
    this.#parents = parentsOf(nodes, undefined)
    this.#beginnings = new Map(
      edges.filter(({ source }) => dots.has(source)).map(({ source, target }) => [source, target]),
    )
    this.#edges = edges
  }

  /** What stands in a state, or in the whole: its states, and the arrows that lead from one part of it to another. */
  scope(nodes: readonly SketchNode[], parent: string): readonly string[] {
    const edges = this.#edges.filter(({ source, target }) => this.#scopeOf(source, target) === parent)
    const isBeginning = ({ source }: SketchEdge): boolean => this.#beginnings.has(source)
    const isOneOf = (id: string): boolean => nodes.some((node) => node.id === id)
    const isDirect = ({ source, target }: SketchEdge): boolean => isOneOf(source) && isOneOf(target)
    return [
      ...edges.filter(isBeginning),
      // Mermaid draws a state where it is mentioned last: one that is deeper within must yet come.
      ...edges.filter((edge) => !isBeginning(edge) && !isDirect(edge)),
      ...nodes,
      ...edges.filter((edge) => !isBeginning(edge) && isDirect(edge)),
    ].flatMap((part) => ('source' in part ? [this.#edge(part)] : this.#node(part)).map((line) => `  ${line}`))
  }

  #node(node: SketchNode): readonly string[] {
    const { id, kind, title, lines, children } = node
    if (kind === 'initial') return []
    const name = this.#nameOf(id)
    const text = [title, ...lines].map(plain).join('<br/>')
    const declaration = `state "${text}" as ${name}`
    if (children.length === 0) return [text === name ? name : declaration, ...this.#ending(node)]
    const head = text === name ? `state ${name} {` : `${declaration} {`
    if (kind !== 'parallel') return [head, ...this.scope(children, id), '}']
    const regions = children.map((child) => this.scope([child], id))
    return [head, ...regions.flatMap((region, index) => (index === 0 ? region : ['  --', ...region])), '}']
  }

  #ending({ id, kind }: SketchNode): readonly string[] {
    const isEnd = kind === 'final' && !this.#edges.some(({ source }) => source === id)
    return isEnd ? [`${this.#nameOf(id)} --> [*]`] : []
  }

  #edge({ source, target, lines }: SketchEdge): string {
    const from = this.#beginnings.has(source) ? '[*]' : this.#nameOf(source)
    const label = lines.map(({ text }: Line) => plain(text)).join('<br/>')
    const to = this.#nameOf(this.#beginnings.get(target) ?? target)
    return `${from} --> ${to}${label === '' ? '' : `: ${label}`}`
  }

  #nameOf(id: string): string {
    return this.#names.get(id) ?? id
  }

  /** The innermost state that holds both ends. Of one with regions none is meant, so it is the one around it. */
  #scopeOf(source: string, target: string): string {
    const around = new Set(this.#around(source))
    return this.#around(target).find((id) => around.has(id)) ?? ''
  }

  #around(id: string): readonly string[] {
    const parent = this.#parents.get(id)
    if (parent === undefined) return ['']
    return parent.kind === 'parallel' ? this.#around(parent.id) : [parent.id, ...this.#around(parent.id)]
  }
}

const within = (node: SketchNode): readonly SketchNode[] => [node, ...node.children.flatMap(within)]

const parentsOf = (
  nodes: readonly SketchNode[],
  parent: SketchNode | undefined,
): ReadonlyMap<string, SketchNode | undefined> =>
  new Map(nodes.flatMap((node) => [[node.id, parent] as const, ...parentsOf(node.children, node)]))

/** Words that begin something else than the name of a state. */
const reserved = /^(accDescr|accTitle|as|class|classDef|click|default|direction|end|href|note|scale|state|style)$/i

/** Each state by its own name where no other bears it, else by its path. */
const namesOf = (nodes: readonly SketchNode[]): ReadonlyMap<string, string> => {
  const shortOf = ({ id }: SketchNode): string => wordOf(id.slice(id.search(/[^.#]*$/)))
  const names = new Map<string, string>()
  const taken = new Set<string>()
  for (const node of nodes) {
    const short = shortOf(node)
    const isItsOwn = nodes.every((other) => other === node || shortOf(other) !== short)
    let name = isItsOwn ? short : wordOf(node.id)
    while (taken.has(name)) name += '_'
    taken.add(name)
    names.set(node.id, name)
  }
  return names
}

const wordOf = (text: string): string => {
  const word = text.replace(/\W/g, '_')
  return reserved.test(word) || /^\d/.test(word) ? `_${word}` : word
}

/** Without the characters that Mermaid reads as its own. Of numbers in their place it decodes only some. */
const plain = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replaceAll(';', ',')
    .replaceAll('"', "'")
    .replaceAll('<', '(')
    .replaceAll('>', ')')
    .replace(/:(?=:|$)/g, '')
