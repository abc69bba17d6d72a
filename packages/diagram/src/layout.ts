import ELK, { type ElkExtendedEdge, type ElkNode, type ElkPoint } from 'elkjs/lib/elk.bundled.js'
import type { Line, Sketch, SketchEdge, SketchNode } from './sketch.js'
import { type TextStyle, textWidth, wrapped } from './textSize.js'

/** Gives every node and arrow of a sketch its place, by ELK's layered algorithm. @module */

export const titleStyle: TextStyle = { sizePx: 13, isBold: true }
export const textStyle: TextStyle = { sizePx: 11, isBold: false }
export const titleHeight = 18
export const lineHeight = 15

/** The space between a box and what it holds. */
export const paddingPx = { x: 12, y: 8 }
const dotPx = 12
const linePxMax = 420
/** No-break spaces: SVG leaves out plain ones at the beginning of a line. */
const indent = '\u00a0'.repeat(4)

/** About as wide as a README is shown. */
const pageWidth = 920

export interface Point {
  readonly x: number
  readonly y: number
}

/** A rectangle on the canvas. */
export interface Box extends Point {
  readonly width: number
  readonly height: number
}

export interface PlacedNode extends Box {
  readonly node: SketchNode
  /** What stands below the title, broken into lines. */
  readonly lines: readonly string[]
  readonly children: readonly PlacedNode[]
}

export interface PlacedEdge {
  readonly edge: SketchEdge
  /** From its beginning to the tip of the arrow. */
  readonly points: readonly Point[]
  /** Where its words are, if it has some. */
  readonly label: (Box & { readonly lines: readonly Line[] }) | undefined
}

export interface Layout {
  readonly width: number
  readonly height: number
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly PlacedEdge[]
}

/** Places a sketch, from left to right if a page is wide enough for it. The same sketch is always placed in the same way. */
export const layoutOf = async (sketch: Sketch): Promise<Layout> => {
  const across = await layoutTowards('RIGHT', sketch)
  return across.width <= pageWidth ? across : layoutTowards('DOWN', sketch)
}

const layoutTowards = async (direction: 'RIGHT' | 'DOWN', sketch: Sketch): Promise<Layout> => {
  const edges = sketch.edges.map((edge, index) => ({
    edge,
    id: `edge${index}`,
    lines: edge.lines.flatMap(wrappedLine),
  }))
  const graph: ElkNode = await new ELK.default().layout({
    id: 'root',
    layoutOptions: { ...options, 'elk.direction': direction, 'elk.padding': '[top=16,left=16,bottom=16,right=16]' },
    children: sketch.nodes.map(elkNode),
    edges: edges.map(elkEdge),
  })
  const placedEdges = new Map((graph.edges ?? []).map((edge) => [edge.id, edge]))
  return {
    width: Math.ceil(graph.width ?? 0),
    height: Math.ceil(graph.height ?? 0),
    nodes: placedNodes(sketch.nodes, graph.children ?? []),
    edges: edges.map(({ edge, id, lines }) => placedEdge(edge, lines, placedEdges.get(id))),
  }
}

/** ELK hands none of these down to what lies within. */
const options = {
  'elk.algorithm': 'layered',
  'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  'elk.layered.spacing.nodeNodeBetweenLayers': '28',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.edgeLabel': '4',
  'elk.spacing.nodeSelfLoop': '16',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.nodePlacement.favorStraightEdges': 'true',
}

const wrappedLine = ({ text, ...line }: Line): readonly Line[] =>
  wrapped(text, textStyle, linePxMax).map((part) => ({ ...line, text: part }))

const linesOf = ({ lines }: SketchNode): readonly string[] =>
  lines.flatMap((line) => wrapped(line, textStyle, linePxMax, indent))

const elkNode = (node: SketchNode): ElkNode => {
  const { id, kind, title, children } = node
  if (kind === 'initial') return { id, width: dotPx, height: dotPx }
  const lines = linesOf(node)
  const width = Math.max(textWidth(title, titleStyle), ...lines.map((line) => textWidth(line, textStyle)))
  const header = titleHeight + lines.length * lineHeight
  if (children.length === 0) return { id, width: width + 2 * paddingPx.x, height: header + 2 * paddingPx.y }
  return {
    id,
    children: children.map(elkNode),
    layoutOptions: {
      ...options,
      'elk.padding': `[top=${header + 2 * paddingPx.y + 8},left=16,bottom=16,right=16]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width + 2 * paddingPx.x},${header + 2 * paddingPx.y})`,
    },
  }
}

const elkEdge = ({ edge, id, lines }: { edge: SketchEdge; id: string; lines: readonly Line[] }): ElkExtendedEdge => ({
  id,
  sources: [edge.source],
  targets: [edge.target],
  ...(lines.length === 0
    ? {}
    : {
        labels: [
          {
            id: `${id}label`,
            text: id,
            width: Math.max(...lines.map(({ text }) => textWidth(text, textStyle))) + 8,
            height: lines.length * lineHeight + 4,
            layoutOptions: { 'elk.edgeLabels.inline': 'true', 'elk.edgeLabels.placement': 'CENTER' },
          },
        ],
      }),
})

const placedNodes = (nodes: readonly SketchNode[], placed: readonly ElkNode[]): readonly PlacedNode[] =>
  nodes.flatMap((node) => {
    const at = placed.find(({ id }) => id === node.id)
    if (at === undefined) return []
    return [{ node, ...boxOf(at), lines: linesOf(node), children: placedNodes(node.children, at.children ?? []) }]
  })

const placedEdge = (edge: SketchEdge, lines: readonly Line[], placed: ElkExtendedEdge | undefined): PlacedEdge => {
  const points = (placed?.sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ])
  const [label] = placed?.labels ?? []
  return { edge, points: points.map(roundedPoint), label: label && { ...boxOf(label), lines } }
}

const boxOf = ({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>): Box => ({
  ...roundedPoint({ x, y }),
  width: Math.round(width),
  height: Math.round(height),
})

/** Half pixels are enough, and the same on every machine. */
const roundedPoint = ({ x, y }: ElkPoint): Point => ({ x: Math.round(x * 2) / 2, y: Math.round(y * 2) / 2 })
