import {
  type Assumption,
  type CheckOptions,
  type CheckReport,
  type PropertyReport,
  transcriptOf,
} from '@quorate/checker'
import { table } from '../output.js'

const endings = {
  exhausted: 'every state was explored',
  violation: 'a violation was found',
  states: 'the budget of states was used up',
  depth: 'there is more, deeper',
  interrupted: 'it was ended before all was explored',
} as const satisfies Record<CheckReport['ending'], string>

const count = (number: number): string => number.toLocaleString('en-US')

/** What `--json` prints. */
export const jsonOf = (report: CheckReport, seconds: number) => {
  const { model, verdict, ending, distinct, generated, depth, terminal, properties, bytes } = report
  const { reducedStates, collisions, collisionsExpected, outside, fairness, parameters } = report
  return {
    model,
    ...(parameters && { parameters }),
    distinct,
    generated,
    depth,
    statesPerSecond: Math.round(distinct / seconds),
    verdict,
    ending,
    terminal,
    seconds: Number(seconds.toFixed(3)),
    bytesPerState: Math.round(bytes / distinct),
    reducedStates,
    ...(outside !== undefined && { outside }),
    ...(fairness && { fairness }),
    ...(collisions !== undefined && { collisions }),
    ...(collisionsExpected !== undefined && { collisionsExpected }),
    properties: properties.map(({ name, kind, verdict: of, trace, isVacuous }) => ({
      name,
      kind,
      verdict: of,
      ...(isVacuous && { isVacuous }),
      ...(trace && { steps: trace.steps.length }),
      ...(trace && of === 'violated' && { initial: trace.initial, script: trace.steps.map(({ text }) => text) }),
      ...(trace?.loopsTo !== undefined && { loopsTo: trace.loopsTo }),
    })),
  }
}

/** What was left out on purpose. */
const leftOut = ({ reducedStates, outside = 0 }: CheckReport, { symmetry }: CheckOptions): string =>
  [
    outside > 0 ? `what comes after states beyond the constraint (${count(outside)})` : '',
    reducedStates > 0 ? `orders of steps that no property can tell, at ${count(reducedStates)} states` : '',
    symmetry ? 'other names for the same' : '',
  ]
    .filter((text) => text !== '')
    .join(', and ') || 'nothing'

/** Of states that have the fingerprint of another one. */
const collisionsOf = ({ collisions, collisionsExpected = 0 }: CheckReport): string =>
  collisions === undefined
    ? `${collisionsExpected.toExponential(1)} pairs are to be expected among fingerprints of 64 bits (none is trusted with --exact)`
    : `${collisions} pairs, which were told apart`

/** Of which runs it was asked what must come. */
const assumedIn = (fairness: readonly Assumption[]): string =>
  fairness
    .map(({ strength, name, actions }) => `${strength} fairness: ${name}${actions > 0 ? '' : ' (no step is of it)'}`)
    .join('; ') || 'nothing: a run may stop anywhere'

const toldIn = (parameters: NonNullable<CheckReport['parameters']>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')

/** What is printed for people. */
export const textOf = (report: CheckReport, options: CheckOptions, seconds: number): readonly string[] => {
  const { model, parameters, ending, distinct, generated, depth, properties, bytes, computedSteps } = report
  return [
    `${model}: ${endings[ending]}`,
    ...(parameters ? [`  parameters ${toldIn(parameters)}`] : []),
    `  distinct   ${count(distinct)}`,
    `  generated  ${count(generated)}`,
    `  depth      ${depth}`,
    `  states/s   ${count(Math.round(distinct / seconds))} (${seconds.toFixed(1)} s, ${Math.round(bytes / distinct)} bytes a state, ${count(computedSteps)} steps of actors)`,
    `  judged     ${judgedIn(properties)}`,
    ...(report.fairness ? [`  assumed    ${assumedIn(report.fairness)}`] : []),
    `  left out   ${leftOut(report, options)}`,
    `  collisions ${collisionsOf(report)}`,
    '',
    ...table(
      ['PROPERTY', '', 'VERDICT'],
      properties.map((property) => [words[property.kind], property.name, verdictOf(property)]),
    ),
    ...properties.flatMap(violationOf),
  ]
}

const words = {
  always: 'always',
  everyStep: 'every step',
  deadlockFree: 'deadlock free',
  eventually: 'eventually',
  leadsTo: 'leads to',
  sometimes: 'sometimes',
} as const satisfies Record<PropertyReport['kind'], string>

/** A verdict is worth as much as the properties of which it speaks. */
const judgedIn = (properties: readonly PropertyReport[]): string => {
  const kinds = Object.entries(words)
  const counts = kinds.map(([kind, word]) => [word, properties.filter((of) => of.kind === kind).length] as const)
  const told = counts.flatMap(([kind, number]) => (number > 0 ? [`${number} ${kind}`] : [])).join(', ')
  const isAnythingRuledOut = properties.some(({ kind }) => kind !== 'sometimes')
  return isAnythingRuledOut ? told : `${told}: nothing is ruled out`
}

const verdictOf = ({ kind, verdict, trace, isVacuous }: PropertyReport): string => {
  if (isVacuous) return 'holds, but says nothing: it is never awaited'
  const isExample = kind === 'sometimes' && verdict === 'holds'
  return isExample && trace ? `holds, after ${trace.steps.length} steps` : verdict
}

const violationOf = (property: PropertyReport): readonly string[] => {
  const { kind, name, verdict, trace } = property
  if (verdict !== 'violated') return []
  if (!trace) return ['', `never: ${name}`, `violated: ${sentenceOf(property)}`]
  const said = `not ${words[kind]}: ${name}, after ${trace.steps.length} steps`
  return ['', said, ...marked(transcriptOf(trace), property), `violated: ${sentenceOf(property)}`]
}

/** The step that breaks a property is the last one. */
const marked = (lines: readonly string[], { kind, name }: PropertyReport): readonly string[] => {
  const last = kind === 'always' || kind === 'everyStep' ? lines.findLastIndex((line) => /^ *\d+\. /.test(line)) : -1
  return lines.map((line, at) => (at === last ? `${line}   <== breaks ${shortNameOf(name)}` : line))
}

/** `Election Safety: at most one leader ...` */
const shortNameOf = (name: string): string => name.replace(/:.*/, '')

const sentenceOf = ({ kind, name }: PropertyReport): string =>
  ({
    always: name,
    everyStep: name,
    deadlockFree: `a run ends where it must not: ${name}`,
    eventually: `a run may go on for ever without this: ${name}`,
    leadsTo: `a run may wait for this for ever: ${name}`,
    sometimes: `it never comes to this: ${name}`,
  })[kind]
