import { type CheckedPart, consistencyModels, type Operation, type Violation } from '@quorate/checker'
import { element, escaped, style } from './html.js'
import { picture } from './picture.js'
import type { Checked } from './report.js'
import { callText, counted, keyText, operationText, statesText, wordsOf } from './words.js'

/** What one page shows at most: operations of a part, parts, lines of a list. */
const operationsMax = 60
const partsMax = 6
const linesMax = 40

/** The picture of a history: one HTML file that needs nothing else. */
export const page = (checked: Checked, name: string): string => {
  const { report, history } = checked
  const headline = { ok: 'linearizable', illegal: 'not linearizable', unknown: 'unknown' }[report.verdict]
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${escaped(name)}: ${headline}</title><style>${style}</style></head><body>`,
    `<h1>${escaped(name)}: <span class="${report.verdict}">${headline}</span></h1>`,
    element(
      'p',
      `${counted(history.operations.length, 'operation')} on a ${history.model.name}, ${counted(report.parts.length, 'part')}, ` +
        `${counted(report.steps, 'step')}`,
      'quiet',
    ),
    legend,
    ...(report.violation === undefined
      ? partSections(report.parts)
      : violationSection(report.violation, checked.isInterrupted)),
    ...placementSection(checked),
    showStuck,
    '</body></html>',
    '',
  ].join('\n')
}

const legend = [
  '<p class="legend quiet"><span><i class="key placed"></i>placed; the number is its place in the order</span>',
  '<span><i class="key core"></i>needed for the contradiction</span>',
  '<span><i class="key stuck"></i>cannot be placed</span>',
  '<span><i class="key unplaced"></i>not in the order; dashed: open for ever</span></p>',
  '<p class="quiet">Time runs from left to right, one column for each event; the line goes through the operations in the order',
  'in which they can be thought to have taken place.</p>',
].join('\n')

/** The picture may be wider than the window. */
const showStuck =
  "<script>document.querySelector('.bar.stuck')?.scrollIntoView({ block: 'nearest', inline: 'center' })</script>"

const violationSection = (
  { key, operations, order, stuck, states, core }: Violation,
  isInterrupted: boolean,
): readonly string[] => {
  const shown = lastOf(operations, core)
  return [
    element('h2', `The operation that cannot be placed${key === undefined ? '' : `, ${keyText(key)}`}`),
    `<p><code>${escaped(operationText(stuck))}</code></p>`,
    element('p', whyText(order, stuck, states)),
    ...(core.length > 1
      ? [
          element(
            'p',
            `${isInterrupted ? 'An' : 'The smallest'} illegal part is ${counted(core.length, 'operation')}: ${shortList(core)}.`,
          ),
        ]
      : [element('p', 'It fits nowhere, whatever the others did.')]),
    ...hiddenText(operations.length - shown.length),
    picture({ operations: shown, order, stuck, core }),
    ...orderSection('The longest order that explains what returned before', order),
  ]
}

const whyText = (order: readonly Operation[], stuck: Operation, states: readonly string[]): string => {
  const before =
    order.length === 0
      ? 'Nothing had to come before it, and'
      : `Everything that returned before it can be put in an order (below, ${counted(order.length, 'operation')}), after which`
  return (
    `${before} it holds ${statesText(states)}. No such order has a place for ${callText(stuck)} ` +
    'between its invocation and its return.'
  )
}

const shortList = (operations: readonly Operation[]): string => {
  const texts = operations.slice(-8).map((each) => `${callText(each)} by ${each.process}`)
  return `${operations.length > texts.length ? '..., ' : ''}${texts.join(', ')}`
}

const partSections = (parts: readonly CheckedPart[]): readonly string[] => {
  const undecidedFirst = [...parts].sort((left, right) => rank(left) - rank(right))
  const shown = undecidedFirst.slice(0, partsMax)
  return [
    ...shown.flatMap(({ key, verdict, operations, order }) => {
      const some = operations.slice(0, operationsMax)
      return [
        element('h2', `${keyText(key) || 'all operations'}: ${verdict}`),
        ...(operations.length > some.length
          ? [element('p', `The first ${some.length} of ${operations.length}.`, 'quiet')]
          : []),
        picture({ operations: some, order, stuck: undefined, core: [] }),
      ]
    }),
    ...(parts.length > shown.length
      ? [element('p', `${parts.length - shown.length} more parts are not shown.`, 'quiet')]
      : []),
  ]
}

const rank = ({ verdict }: CheckedPart): number => (verdict === 'unknown' ? 0 : 1)

/** The last operations, and those that matter. */
const lastOf = (operations: readonly Operation[], core: readonly Operation[]): readonly Operation[] => {
  const kept = new Set([...core.slice(-operationsMax), ...operations.slice(-operationsMax)])
  return operations.filter((operation) => kept.has(operation))
}

const hiddenText = (count: number): readonly string[] =>
  count === 0 ? [] : [element('p', `${counted(count, 'earlier operation')} not drawn.`, 'quiet')]

const orderSection = (title: string, order: readonly Operation[]): readonly string[] => {
  if (order.length === 0) return []
  const shown = order.slice(-linesMax)
  return [
    element('h2', title),
    ...hiddenText(order.length - shown.length),
    `<ol start="${order.length - shown.length + 1}">`,
    ...shown.map((operation) => element('li', operationText(operation))),
    '</ol>',
  ]
}

const placementSection = ({ placement }: Checked): readonly string[] => {
  if (placement === undefined) return []
  const rows = [...consistencyModels].reverse().map((name) => {
    const judgement = placement.judgements[name]
    const operations = judgement.verdict === 'illegal' ? judgement.operations.slice(0, linesMax) : []
    const says = { ok: 'holds', illegal: 'fails', unknown: 'unknown' }[judgement.verdict]
    const why = [judgement.why ?? '', ...operations.map(operationText)].filter((text) => text !== '').map(escaped)
    return `<tr>${element('td', wordsOf(name))}${element('td', says, judgement.verdict)}<td>${why.join('<br>')}</td></tr>`
  })
  return [element('h2', 'On the ladder of consistency models'), '<table>', ...rows, '</table>']
}
