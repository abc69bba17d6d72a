import { basename } from 'node:path'
import { type Finding, noProgress } from '@quorate/simulator'
import colours from 'picocolors'
import { type Io, printLine } from '../io.js'
import type { CampaignResult } from './campaign.js'
import { type Judgement, judgementLines } from './subject.js'

/** What is printed as JSON. */
export type SimReport = ReturnType<typeof reportOf>

/** What the campaign itself does not know. */
interface ReportDetails {
  /** How long it took. */
  readonly seconds: number
  /** Seeds whose scripts could not be written. */
  readonly unwritten: ReadonlySet<number>
  readonly unreachable: Readonly<Record<string, string>> | undefined
  readonly judgement: Judgement
}

/** What came of a campaign, for programs. */
export const reportOf = (
  protocol: string,
  firstSeed: number,
  { runs, findings, simulatedUs, events, faults, coverage }: CampaignResult,
  { seconds, unwritten, unreachable, judgement }: ReportDetails,
) => {
  const whereOf = ({ seed, length }: Finding) => ({
    seed,
    script: unwritten.has(seed) ? null : scriptFileOf(protocol, seed),
    steps: length,
  })
  const stuck = findings.filter(({ invariant }) => invariant === noProgress)
  const broken = findings.filter(({ invariant }) => invariant !== noProgress)
  return {
    protocol,
    runs,
    firstSeed,
    verdict: verdictOf(runs, findings.length, judgement),
    ...judgement,
    violations: broken.map((finding) => ({ ...whereOf(finding), invariant: finding.invariant, how: finding.how })),
    livenessFailures: stuck.length,
    withoutProgress: stuck.map(whereOf),
    simulatedSeconds: Math.round(simulatedUs / 1_000_000),
    events,
    eventsPerSecond: Math.round(events / seconds),
    coverage: coverage.report(unreachable),
    faults,
  }
}

type Verdict = 'nothing is wrong' | 'failed' | 'nothing was judged' | 'nothing was run'

const verdictOf = (runs: number, failed: number, { judged }: Judgement): Verdict => {
  if (failed > 0) return 'failed'
  if (runs === 0) return 'nothing was run'
  return Object.keys(judged).length > 0 ? 'nothing is wrong' : 'nothing was judged'
}

const seeText = (script: string | null): string => (script === null ? '' : `, see ${script}`)

/** Where the script of a seed is written: beside whoever runs it. */
export const scriptFileOf = (name: string, seed: number): string =>
  `${basename(name).replace(/\.[cm]?[jt]s$/, '')}-${seed}.sim`

/** A report for people. */
export const printReport = (
  io: Io,
  report: SimReport,
  { isCoverageShown }: { readonly isCoverageShown: boolean },
): void => {
  const { runs, verdict, violations, withoutProgress, simulatedSeconds, events, eventsPerSecond, faults } = report
  if (runs === 0) {
    printLine(io, 'nothing was run to its end: nothing is known')
    return
  }
  const failed = violations.length + withoutProgress.length
  const told = { 'nothing is wrong': colours.green, 'nothing was judged': colours.yellow }
  const shown = verdict in told ? told[verdict as keyof typeof told](verdict) : colours.red(`${failed} failed`)
  printLine(
    io,
    `${runs} runs, ${simulatedSeconds} simulated seconds, ${events} events (${eventsPerSecond}/s): ${shown}`,
  )
  for (const { seed, invariant, script } of violations) printLine(io, `  seed ${seed}: ${invariant}${seeText(script)}`)
  for (const { seed, script } of withoutProgress) {
    printLine(io, `  seed ${seed}: no progress after the core was healed${seeText(script)}`)
  }
  const happened = Object.entries(faults).map(([fault, times]) => `${fault} ${times}`)
  printLine(io, `faults: ${happened.join(', ') || 'none'}`)
  for (const line of judgementLines(report)) printLine(io, line)
  if (isCoverageShown) printCoverage(io, report)
}

/** Which transitions the runs took, and why some cannot be taken here: each reason once. */
const printCoverage = (io: Io, { coverage }: SimReport): void => {
  const counts = new Map<string, number>()
  for (const [role, { taken, total, missing, unreachable }] of Object.entries(coverage)) {
    printLine(io, `${role}: ${taken} of ${total} transitions taken`)
    for (const name of missing) printLine(io, `  not taken: ${name}`)
    for (const reason of Object.values(unreachable)) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  if (counts.size > 0) printLine(io, 'guards against what never happens here (--json names them):')
  for (const [reason, count] of counts) printLine(io, `  ${count}: ${reason}`)
}
