import type { Chart } from './chart.js'
import { describe } from './describe.js'
import * as layout from './layout.js'
import { type Detail, leftOutText } from './sketch.js'
import { sketchOf } from './sketchOf.js'
import { styleSheet } from './svgStyle.js'
import { escaped, textAt } from './svgText.js'
import { textWidth } from './textSize.js'

const footerHeight = 20
const cornerRadius = 6

/**
 * Draws a chart as SVG: one file with no fonts or images from elsewhere, readable on light and dark pages, with a title
 * and a description for those who cannot see it. The same chart gives the same bytes.
 */
export const svg = async (chart: Chart, { detail = 'summary' }: { readonly detail?: Detail } = {}): Promise<string> => {
  const sketch = sketchOf(chart, detail)
  const placed = await layout.layoutOf(sketch)
  const footer = leftOutText(sketch)
  const width = Math.max(placed.width, footer === '' ? 0 : textWidth(footer, layout.textStyle) + 32)
  const height = placed.height + (footer === '' ? 0 : footerHeight)
  const name = escaped(sketch.title)
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${name}-title ${name}-description">`,
    `<title id="${name}-title">${name}</title>`,
    `<desc id="${name}-description">${escaped(describe(sketch))}</desc>`,
    `<style>${styleSheet}</style>`,
    `<marker id="${name}-tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 .5 8 4 0 7.5z"/></marker>`,
    `<rect class="ground" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...placed.nodes.flatMap((node) => nodeLines(node, false)),
    ...placed.edges.map(({ points }) => `<path class="edge" d="${pathOf(points)}" marker-end="url(#${name}-tip)"/>`),
    ...placed.edges.flatMap(labelLines),
    ...(footer === '' ? [] : [textAt(footer, 16, height - 12, 'muted', layout.textStyle)]),
    '</svg>',
  ].join('\n')}\n`
}

const nodeLines = (placed: layout.PlacedNode, isRegion: boolean): readonly string[] => {
  const { node, x, y, width, height, children } = placed
  if (node.kind === 'initial') {
    return [`<circle class="dot" cx="${x + width / 2}" cy="${y + height / 2}" r="${width / 2}"/>`]
  }
  const rect = (kind: string, radius: number, inset = 0): string =>
    `<rect class="${kind}" x="${x + inset}" y="${y + inset}" width="${width - 2 * inset}" height="${height - 2 * inset}" rx="${radius}"/>`
  const texts = textLines(placed)
  if (children.length > 0) {
    const inner = children.flatMap((child) => nodeLines(child, node.kind === 'parallel'))
    return [rect(isRegion ? 'region' : 'frame', 8), ...texts, ...inner]
  }
  switch (node.kind) {
    case 'final':
      return [rect('box', 10), rect('rim', 7, 3), ...texts]
    case 'any':
    case 'history':
      return [rect('any', 10), ...texts]
    default:
      return [rect('box', 6), ...texts]
  }
}

/** A single word stands in the middle of its box; a title above lines, and that of a frame, at the left. */
const textLines = ({ node, x, y, width, lines, children }: layout.PlacedNode): readonly string[] => {
  const { titleStyle, textStyle, paddingPx, titleHeight, lineHeight } = layout
  const titleX =
    children.length > 0 || lines.length > 0 ? x + paddingPx.x : x + (width - textWidth(node.title, titleStyle)) / 2
  const top = y + paddingPx.y + titleHeight
  return [
    textAt(node.title, titleX, top - 5, node.kind === 'any' ? 'title muted' : 'title', titleStyle),
    ...lines.map((line, index) =>
      textAt(line, x + paddingPx.x, top + (index + 1) * lineHeight - 4, 'muted', textStyle),
    ),
  ]
}

const labelLines = ({ label }: layout.PlacedEdge): readonly string[] => {
  if (label === undefined) return []
  const { x, y, width, height, lines } = label
  return [
    `<rect class="plate" x="${x}" y="${y}" width="${width}" height="${height}"/>`,
    ...lines.map(({ text, isMuted }, index) => {
      const left = x + (width - textWidth(text, layout.textStyle)) / 2
      return textAt(text, left, y + (index + 1) * layout.lineHeight - 2, isMuted ? 'muted' : '', layout.textStyle)
    }),
  ]
}

/** A line with round corners. */
const pathOf = ([first, ...rest]: readonly layout.Point[]): string => {
  if (first === undefined) return ''
  const parts = rest.map((point, index) => {
    const before = rest[index - 1] ?? first
    const after = rest[index + 1]
    if (after === undefined) return `L${point.x} ${point.y}`
    const from = towards(point, before)
    const to = towards(point, after)
    return `L${from.x} ${from.y}Q${point.x} ${point.y} ${to.x} ${to.y}`
  })
  return `M${first.x} ${first.y}${parts.join('')}`
}

/** A point near a corner, on the way to the next. */
const towards = (corner: layout.Point, next: layout.Point): layout.Point => {
  const length = Math.hypot(next.x - corner.x, next.y - corner.y)
  const share = length === 0 ? 0 : Math.min(cornerRadius, length / 2) / length
  const along = (from: number, to: number): number => Math.round((from + (to - from) * share) * 2) / 2
  return { x: along(corner.x, next.x), y: along(corner.y, next.y) }
}
