import { type Lane, type Placement, type Plan, type PlannedGroup, planOf } from './plan.js'
import { styleSheet } from './svgStyle.js'
import { escaped, textAt } from './svgText.js'
import { type TextStyle, textWidth, wrapped } from './textSize.js'

const titleStyle: TextStyle = { sizePx: 13, isBold: true }
const textStyle: TextStyle = { sizePx: 11, isBold: false }
const margin = 16
const headHeight = 32
const titleHeight = 24
const lineHeight = 15
const laneHeight = 36
const chipHeight = 18
const gap = 14
const labelWidthMax = 260
/** Left of the names of roles, for the way of a command. */
const wayWidth = 14

/** What stands in a row at the left. */
interface Row {
  readonly y: number
  readonly height: number
  readonly group: PlannedGroup
  readonly lane: Lane | undefined
}

/**
 * Draws a topology as SVG: a column for each node, a row for each role of each group, and a box where a node hosts a role.
 * The same topology gives the same bytes.
 */
export const topologySvg = (topology: Placement): string => {
  const plan = planOf(topology)
  const rows = rowsOf(plan)
  const labelWidth =
    wayWidth + Math.max(...plan.groups.flatMap(labelsOf).map(([text, style]) => textWidth(text, style)))
  const columnWidth = Math.max(28, ...plan.nodes.map((node) => textWidth(node, titleStyle))) + gap
  const left = margin + labelWidth + gap
  const last = rows.at(-1)
  const bottom = last ? last.y + last.height : headHeight
  const width = left + plan.nodes.length * columnWidth + margin - gap / 2
  const height = bottom + margin
  const name = escaped(plan.cluster)
  const columns = plan.nodes.map((node, at) => ({ node, x: left + at * columnWidth, width: columnWidth - gap / 2 }))
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${name}-title ${name}-description">`,
    `<title id="${name}-title">${name}</title>`,
    `<desc id="${name}-description">${escaped(describe(plan))}</desc>`,
    `<style>${styleSheet}</style>`,
    `<marker id="${name}-tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 .5 8 4 0 7.5z"/></marker>`,
    `<rect class="ground" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...columns.flatMap(({ node, x, width }) => [
      `<rect class="frame" x="${x}" y="8" width="${width}" height="${bottom}" rx="8"/>`,
      textAt(node, x + (width - textWidth(node, titleStyle)) / 2, 26, 'title', titleStyle),
    ]),
    ...rows.flatMap((row) => [...rowLabels(row), ...chipsOf(row, columns)]),
    ...plan.groups.flatMap((group) =>
      wayOf(
        rows.filter((row) => row.group === group && row.lane),
        name,
      ),
    ),
    '</svg>',
  ].join('\n')}\n`
}

const rowsOf = ({ groups }: Plan): readonly Row[] => {
  const rows: Row[] = []
  let y = headHeight
  for (const group of groups) {
    const head = titleHeight + quorumText(group).length * lineHeight + 4
    rows.push({ y, height: head, group, lane: undefined })
    y += head
    for (const lane of group.lanes) {
      rows.push({ y, height: laneHeight, group, lane })
      y += laneHeight
    }
  }
  return rows
}

const titleOf = ({ name, protocol }: PlannedGroup): string => (name === protocol ? name : `${name}: ${protocol}`)

const quorumText = ({ quorums }: PlannedGroup): readonly string[] =>
  quorums.flatMap((line) => wrapped(line, textStyle, labelWidthMax, '  '))

const labelsOf = (group: PlannedGroup): readonly (readonly [text: string, style: TextStyle])[] => [
  [titleOf(group), titleStyle],
  ...quorumText(group).map((line) => [line, textStyle] as const),
  ...group.lanes.flatMap(({ role, note }) => [[role, textStyle] as const, [note, textStyle] as const]),
]

const rowLabels = ({ y, group, lane }: Row): readonly string[] => {
  if (!lane) {
    const lines = quorumText(group).map((line, at) =>
      textAt(line, margin, y + titleHeight + 10 + at * lineHeight, 'muted', textStyle),
    )
    return [textAt(titleOf(group), margin, y + 18, 'title', titleStyle), ...lines]
  }
  const x = margin + wayWidth
  if (lane.note === '') return [textAt(lane.role, x, y + 22, '', textStyle)]
  return [textAt(lane.role, x, y + 15, '', textStyle), textAt(lane.note, x, y + 29, 'muted', textStyle)]
}

const chipsOf = (
  { y, height, lane }: Row,
  columns: readonly { readonly node: string; readonly x: number; readonly width: number }[],
): readonly string[] =>
  columns
    .filter(({ node }) => lane?.hosts.includes(node))
    .map(
      ({ x, width }) =>
        `<rect class="box" x="${x + 5}" y="${y + (height - chipHeight) / 2}" width="${width - 10}" height="${chipHeight}" rx="5"/>`,
    )

/** An arrow down along the roles of a group, where it has several. */
const wayOf = (rows: readonly Row[], name: string): readonly string[] => {
  const [first, last] = [rows[0], rows.at(-1)]
  if (!first || !last || first === last) return []
  const x = margin + 3
  return [
    `<path class="edge" d="M${x} ${first.y + 8}L${x} ${last.y + last.height - 8}" marker-end="url(#${name}-tip)"/>`,
  ]
}

/** The drawing in words, for those who cannot see it. */
const describe = ({ nodes, groups }: Plan): string =>
  [
    `Nodes: ${nodes.join(', ')}.`,
    ...groups.flatMap((group) => [
      `Group ${titleOf(group)}${group.quorums.map((line) => `, ${line}`).join('')}.`,
      ...group.lanes.map(
        ({ role, hosts, note }) => `${role}${note === '' ? '' : ` (${note})`} on ${hosts.join(', ')}.`,
      ),
    ]),
  ].join('\n')
