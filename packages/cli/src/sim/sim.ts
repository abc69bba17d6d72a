import { randomInt } from 'node:crypto'
import { InvalidConfigurationError } from '@quorate/core'
import type { FaultMix, Finding } from '@quorate/simulator'
import colours from 'picocolors'
import { InterruptedError } from '../errors.js'
import { exitCodes } from '../exitCodes.js'
import { type Io, printLine, printNote } from '../io.js'
import { listMistakes, simulatedMistakes } from '../mistakes/catalogue.js'
import { OutputFiles } from '../outputFiles.js'
import { protocolNames } from '../protocols/protocols.js'
import { traceFile } from '../trace/traceFile.js'
import { untilInterrupted } from '../untilInterrupted.js'
import { campaign } from './campaign.js'
import { historyText } from './historyFile.js'
import { isInCi } from './isInCi.js'
import { replay } from './replay.js'
import { printReport, reportOf, scriptFileOf } from './report.js'
import { judgementOf, type Subject } from './subject.js'
import { mistakenSubject, subjectNamed } from './subjectNamed.js'

/** What `quorate sim` is told. */
export interface SimSettings {
  readonly seed?: number
  readonly runs?: number
  /** A mistake of the catalogue, or `list`. */
  readonly mistake?: string
  readonly faults: FaultMix
  readonly nodes?: number
  readonly minutes: number
  readonly trace?: string
  /** Where what clients saw is written. */
  readonly history?: string
  readonly replay?: string
  readonly json?: boolean
  /** How long a failure is made shorter, at most, in seconds. */
  readonly shrink: number
  readonly coverage?: boolean
}

/** A mistake is looked for from the first seed on, in as many as it may take. */
const ofMistakes = { firstSeed: 1, runs: 100, findingsMax: 1 }

/** Runs seeds, or a script again. The exit code is 1 when something is wrong with one of them. */
export const sim = async (io: Io, given: string | undefined, settings: SimSettings): Promise<void> => {
  if (settings.mistake === 'list') return listMistakes(io, await simulatedMistakes(), settings.json === true)
  if (settings.replay !== undefined) return replay(io, settings.replay, settings)
  const subject = await subjectOf(given, settings)
  const { name } = subject
  const nodes = subject.isTopology ? subject.nodes : settings.nodes
  if (subject.isTopology && settings.nodes !== undefined && settings.nodes !== subject.nodes) {
    throw new InvalidConfigurationError(`${name} has ${subject.nodes} nodes: leave --nodes out`)
  }
  const usual =
    settings.mistake === undefined ? { firstSeed: randomInt(2 ** 31), runs: 10, findingsMax: 5 } : ofMistakes
  const firstSeed = settings.seed ?? usual.firstSeed
  const { json = false, runs = usual.runs, faults } = settings
  if (!Number.isSafeInteger(firstSeed + runs)) {
    throw new InvalidConfigurationError(
      `${runs} runs from seed ${firstSeed} go beyond the largest seed, ${Number.MAX_SAFE_INTEGER - 1}: give a smaller --seed`,
    )
  }
  if (settings.history !== undefined && runs > 1) {
    throw new InvalidConfigurationError('--history is of one run: give --runs 1 too')
  }
  const limits = settings.mistake === undefined ? `, faults: ${faults}` : ' at most'
  if (!json) printNote(io, `${name}: ${runs} runs from seed ${firstSeed}${limits}`)
  const files = new OutputFiles()
  const trace = settings.trace === undefined ? undefined : traceFile(files, settings.trace, 'simulator')
  const unwritten = new Set<number>()
  const beganAtMs = performance.now()
  const { result, isInterrupted } = await untilInterrupted((signal) =>
    campaign({
      subject,
      firstSeed,
      runs,
      faults,
      findingsMax: usual.findingsMax,
      ...(nodes !== undefined && { nodes }),
      lastsMs: Math.round(settings.minutes * 60_000),
      isRepeated: isInCi(process.env),
      signal,
      ...(trace && { onSeed: (seed: number) => trace.begin(`${name}, seed ${seed}`), observe: trace.write }),
      shrinkForMs: settings.shrink * 1000,
      onHistory: (history) => {
        if (settings.history !== undefined) files.write(settings.history, historyText(history))
      },
      onRun: (done) => showProgress(io, `${done.runs} of ${runs} runs, ${done.findings.length} failed`, json),
      onShrink: (seed, length) =>
        showProgress(io, `seed ${seed} fails: ${length} steps by now (Ctrl-C keeps the shortest)`, json),
      onFinding: (finding) => {
        if (!save(io, files, name, finding, json)) unwritten.add(finding.seed)
      },
    }),
  )
  trace?.close()
  showProgress(io, undefined, json)
  const seconds = (performance.now() - beganAtMs) / 1000
  const judgement = judgementOf(subject)
  const report = reportOf(name, firstSeed, result, { seconds, unwritten, unreachable: subject.unreachable, judgement })
  if (json) printLine(io, JSON.stringify(report))
  else printReport(io, report, { isCoverageShown: settings.coverage === true })
  if (report.verdict === 'failed') io.exitCode = exitCodes.failure
  if (report.verdict === 'nothing was judged') io.exitCode = exitCodes.nothingJudged
  files.tell(io)
  if (isInterrupted) throw new InterruptedError()
}

/** What is simulated: what was named, or a cluster with a mistake. */
const subjectOf = async (name: string | undefined, { mistake }: SimSettings): Promise<Subject> => {
  if (mistake === undefined && name !== undefined) return subjectNamed(name)
  if (mistake !== undefined && name === undefined) return mistakenSubject(mistake)
  throw new InvalidConfigurationError(
    name === undefined
      ? `say what to simulate: ${protocolNames.join(', ')}, the file of a topology, or --mistake NAME`
      : `--mistake says itself what is simulated: leave ${name} out`,
  )
}

/** Writes what was found, and prints it; whether the script was written. */
const save = (io: Io, files: OutputFiles, name: string, finding: Finding, isQuiet: boolean): boolean => {
  const path = scriptFileOf(name, finding.seed)
  const historyPath = path.replace(/\.sim$/, '.jsonl')
  const isWritten = files.write(path, finding.transcript)
  files.write(historyPath, historyText(finding.history))
  if (!isQuiet) {
    const where = isWritten ? `, in ${path}; what clients saw, in ${historyPath}` : ''
    printNote(io, `\nseed ${finding.seed}, ${finding.length} steps${where}:`)
    printLine(io, finding.transcript)
  } else if (!isWritten) printNote(io, finding.transcript)
  return isWritten
}

const showProgress = ({ stderr }: Io, text: string | undefined, isQuiet: boolean): void => {
  if (isQuiet || !stderr.isTTY) return
  stderr.write(`\r\x1b[K${text === undefined ? '' : colours.dim(text)}`)
}
