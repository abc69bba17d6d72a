import type { Sketch, SketchNode } from './sketch.js'

/** The drawing in words, one line for each arrow, for those who cannot see it. */
export const describe = ({ nodes, edges }: Sketch): string => {
  const all = nodes.flatMap(within)
  const nameOf = new Map(all.map((node) => [node.id, node.title]))
  const isInitial = new Set(all.filter(({ kind }) => kind === 'initial').map(({ id }) => id))
  return edges
    .map(({ source, target, lines }) => {
      const words = lines.map(({ text, isMuted }) => (isMuted ? `(${text})` : text)).join(', ')
      const end = nameOf.get(target) || 'the beginning'
      if (isInitial.has(source)) return `Begins in ${end}.`
      return `From ${nameOf.get(source) ?? source} to ${end}${words === '' ? '' : `: ${words}`}.`
    })
    .join('\n')
}

const within = (node: SketchNode): readonly SketchNode[] => [node, ...node.children.flatMap(within)]
