import { basename } from 'node:path'
import { type Finding, noProgress } from '@quorate/simulator'
import colours from 'picocolors'
import { type Io, printLine } from '../io.js'
import type { CampaignResult } from './campaign.js'

/** What is printed as JSON. */
export type SimReport = ReturnType<typeof reportOf>

/** What the campaign itself does not know. */
interface ReportDetails {
  /** How long it took. */
  readonly seconds: number
  /** Seeds whose scripts could not be written. */
  readonly unwritten: ReadonlySet<number>
  readonly unreachable: Readonly<Record<string, string>> | undefined
}

/** What came of a campaign, for programs. */
export const reportOf = (
  protocol: string,
  firstSeed: number,
  { runs, findings, simulatedUs, events, faults, coverage }: CampaignResult,
  { seconds, unwritten, unreachable }: ReportDetails,
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

const seeText = (script: string | null): string => (script === null ? '' : `, see ${script}`)

/** Where the script of a seed is written: beside whoever runs it. */
export const scriptFileOf = (name: string, seed: number): string =>
  `${basename(name).replace(/\.[cm]?[jt]s$/, '')}-${seed}.sim`

/** Missing transitions that are named; the JSON names all. */
const namedMax = 12

/** A report for people. */
export const printReport = (io: Io, report: SimReport, unreachable: Readonly<Record<string, string>>): void => {
  const { runs, violations, withoutProgress, simulatedSeconds, events, eventsPerSecond, coverage, faults } = report
  if (runs === 0) {
    printLine(io, 'nothing was run to its end: nothing is known')
    return
  }
  const failed = violations.length + withoutProgress.length
  const verdict = failed === 0 ? colours.green('nothing is wrong') : colours.red(`${failed} failed`)
  printLine(
    io,
    `${runs} runs, ${simulatedSeconds} simulated seconds, ${events} events (${eventsPerSecond}/s): ${verdict}`,
  )
  for (const { seed, invariant, script } of violations) printLine(io, `  seed ${seed}: ${invariant}${seeText(script)}`)
  for (const { seed, script } of withoutProgress) {
    printLine(io, `  seed ${seed}: no progress after the core was healed${seeText(script)}`)
  }
  const happened = Object.entries(faults).map(([fault, times]) => `${fault} ${times}`)
  printLine(io, `faults: ${happened.join(', ') || 'none'}`)
  for (const [role, { taken, total, missing }] of Object.entries(coverage)) {
    printLine(io, `${role}: ${taken} of ${total} transitions taken`)
    for (const name of missing.slice(0, namedMax)) printLine(io, `  not taken: ${name}`)
    if (missing.length > namedMax) printLine(io, `  and ${missing.length - namedMax} others (--json names them)`)
  }
  printUnreachable(io, unreachable)
}

/** Why some transitions cannot be taken here: each reason once. */
const printUnreachable = (io: Io, unreachable: Readonly<Record<string, string>>): void => {
  const counts = new Map<string, number>()
  for (const reason of Object.values(unreachable)) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  if (counts.size === 0) return
  printLine(io, 'guards against what never happens here (--json names them):')
  for (const [reason, count] of counts) printLine(io, `  ${count}: ${reason}`)
}
