import {
  type CheckedPart,
  consistencyModels,
  type History,
  type LinearizabilityReport,
  type Operation,
  type Placement,
  type Violation,
} from '@quorate/checker'
import { table } from '../output.js'
import { callText, counted, keyText, linesText, operationText, statesText, wordsOf } from './words.js'

/** What came of checking a history. */
export interface Checked {
  readonly history: History
  readonly report: LinearizabilityReport
  /** Where it was asked for. */
  readonly placement: Placement | undefined
  /** By Ctrl-C: what is unknown might have been found. */
  readonly isInterrupted: boolean
}

/** How many operations of an order are printed: the last ones. */
const orderLinesMax = 12

/** The report for people, in lines. */
export const reportLines = ({ history, report, placement, isInterrupted }: Checked): readonly string[] => {
  const { operations, model, failed } = history
  const about = `${counted(operations.length, 'operation')} on a ${model.name}`
  const without = failed > 0 ? `, ${failed} that failed left out` : ''
  const cost = `${counted(report.parts.length, 'part')}, ${counted(report.steps, 'step')}${without}`
  return [
    `${operations.length > 0 ? headline(report) : 'nothing was judged'}: ${about} (${cost})`,
    ...(report.violation === undefined ? [] : violationLines(report.violation, isInterrupted)),
    ...(report.verdict === 'illegal' && report.violation === undefined ? ['Interrupted before it was known why.'] : []),
    ...(report.verdict === 'unknown' ? unknownLines(report, isInterrupted) : []),
    ...(placement === undefined ? [] : placementLines(placement)),
  ]
}

const headline = ({ verdict }: LinearizabilityReport): string =>
  ({ ok: 'linearizable', illegal: 'NOT linearizable', unknown: 'unknown whether linearizable' })[verdict]

const violationLines = ({ key, order, stuck, states, core }: Violation, isInterrupted: boolean): readonly string[] => {
  const shown = order.slice(-orderLinesMax)
  const skipped = order.length - shown.length
  const rows = shown.map((each, at) => [skipped + at + 1, `process ${each.process}`, callText(each), linesText(each)])
  return [
    '',
    `Cannot be placed${key === undefined ? '' : `, ${keyText(key)}`}:`,
    `  ${operationText(stuck)}`,
    '',
    order.length === 0 ? 'Nothing else must come before it.' : 'The longest order that explains what returned before:',
    ...(skipped > 0 ? [`  ... ${counted(skipped, 'operation')} before`] : []),
    ...(rows.length === 0
      ? []
      : table(['', 'process', 'operation', 'lines'], rows)
          .slice(1)
          .map((line) => `  ${line}`)),
    `Then it holds ${statesText(states)}.`,
    '',
    `${isInterrupted ? 'An' : 'The smallest'} illegal part, ${counted(core.length, 'operation')}:`,
    ...core.slice(-orderLinesMax).map((each) => `  ${operationText(each)}`),
    ...(core.length > orderLinesMax ? [`  (the last ${orderLinesMax} of them)`] : []),
  ]
}

const unknownLines = ({ parts }: LinearizabilityReport, isInterrupted: boolean): readonly string[] => {
  const undecided = parts.filter(({ verdict }) => verdict === 'unknown')
  const named = undecided.slice(0, 5).map(({ key }) => keyText(key) || 'the whole history')
  const rest = undecided.length > named.length ? `, and ${undecided.length - named.length} more` : ''
  const decided = parts.length - undecided.length
  const done = decided > 0 ? `${counted(decided, 'part')} decided. ` : ''
  const advice = isInterrupted ? 'it was interrupted' : '--steps allows a longer search'
  return [`${done}Not decided: ${named.join(', ')}${rest}. Nothing illegal was found; ${advice}.`]
}

const placementLines = ({ judgements, strongest, firstFailing }: Placement): readonly string[] => {
  const rows = [...consistencyModels].reverse().map((name) => {
    const judgement = judgements[name]
    const says = { ok: 'holds', illegal: 'FAILS', unknown: 'unknown' }[judgement.verdict]
    return [wordsOf(name), says, judgement.why ?? '']
  })
  const failing = firstFailing && judgements[firstFailing]
  return [
    '',
    ...table(['model', '', ''], rows).slice(1),
    `The strongest that hold: ${strongest.map(wordsOf).join(', ') || 'none'}.`,
    ...(firstFailing === undefined || failing?.verdict !== 'illegal'
      ? []
      : [
          `The first that fails, from below: ${wordsOf(firstFailing)}, by`,
          ...failing.operations.slice(0, orderLinesMax).map((each) => `  ${operationText(each)}`),
        ]),
  ]
}

/** The report for programs. */
export const reportJson = ({ history, report, placement, isInterrupted }: Checked): string => {
  const { verdict, parts, violation, steps, configurations } = report
  return JSON.stringify({
    verdict: history.operations.length > 0 ? verdict : 'nothing judged',
    model: history.model.name,
    operations: history.operations.length,
    failed: history.failed,
    parts: parts.length,
    undecided: parts.filter((part: CheckedPart) => part.verdict === 'unknown').map(({ key }) => key ?? null),
    steps,
    configurations,
    interrupted: isInterrupted,
    violation: violation && {
      key: violation.key ?? null,
      stuck: plain(violation.stuck),
      states: violation.states,
      order: violation.order.map(plain),
      core: violation.core.map(plain),
    },
    consistency: placement && plainPlacement(placement),
  })
}

const plainPlacement = ({ judgements, strongest, firstFailing }: Placement) => ({
  strongest,
  firstFailing: firstFailing ?? null,
  models: Object.fromEntries(
    consistencyModels.map((name) => {
      const judgement = judgements[name]
      const operations = judgement.verdict === 'illegal' ? { operations: judgement.operations.map(plain) } : {}
      return [name, { verdict: judgement.verdict, why: judgement.why ?? null, ...operations }]
    }),
  ),
})

const plain = ({ process, f, argument, result, invokedLine, returnedLine, returned }: Operation) => ({
  process,
  f,
  value: argument,
  result,
  lines: [invokedLine, returnedLine ?? null],
  isOpen: returned === Number.POSITIVE_INFINITY,
})
