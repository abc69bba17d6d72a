import colours from 'picocolors'
import { type Io, printLine } from '../io.js'
import type { SimReport } from './sim.js'

/** Missing transitions that are named; the JSON names all. */
const namedMax = 12

/** A report for people. */
export const printReport = (io: Io, report: SimReport, unreachable: Readonly<Record<string, string>>): void => {
  const { runs, violations, livenessFailures, simulatedSeconds, events, eventsPerSecond, coverage, faults } = report
  const failed = violations.length + livenessFailures
  const verdict = failed === 0 ? colours.green('nothing is wrong') : colours.red(`${failed} failed`)
  printLine(
    io,
    `${runs} runs, ${simulatedSeconds} simulated seconds, ${events} events (${eventsPerSecond}/s): ${verdict}`,
  )
  for (const { seed, invariant, script } of violations) printLine(io, `  seed ${seed}: ${invariant}, see ${script}`)
  if (livenessFailures > 0) printLine(io, `  ${livenessFailures} runs without progress after the core was healed`)
  const happened = Object.entries(faults).map(([fault, times]) => `${fault} ${times}`)
  printLine(io, `faults: ${happened.join(', ') || 'none'}`)
  for (const [role, { taken, total, missing }] of Object.entries(coverage)) {
    printLine(io, `${role}: ${taken} of ${total} transitions taken`)
    for (const name of missing.slice(0, namedMax)) printLine(io, `  not taken: ${name}`)
    if (missing.length > namedMax) printLine(io, `  and ${missing.length - namedMax} others (--json names them)`)
  }
  const known = Object.keys(unreachable).length
  if (known > 0) printLine(io, `${known} transitions guard against what never happens here; the README says why`)
}
