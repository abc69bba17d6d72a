import { type History, type Json, linearizabilityInSlices, placementInSlices } from '@quorate/checker'
import { InterruptedError } from '../errors.js'
import { exitCodes } from '../exitCodes.js'
import { type Io, printLine } from '../io.js'
import { OutputFiles } from '../outputFiles.js'
import { untilInterrupted } from '../untilInterrupted.js'
import { historyIn } from './historyFile.js'
import { inTurns } from './inTurns.js'
import { modelsFor } from './models.js'
import { page } from './page.js'
import { type Checked, reportJson, reportLines } from './report.js'

/** What `quorate lincheck` is told. */
export interface LincheckSettings {
  /** The name of a model, or a file that exports one. */
  readonly model?: string
  readonly initial: Json
  readonly steps?: number
  readonly consistency?: true
  readonly html?: string
  readonly json?: true
}

const codes = { ok: exitCodes.success, illegal: exitCodes.failure, unknown: exitCodes.unknown } as const

/** Checks a history, prints what came of it, and draws it where that was asked for. */
export const lincheck = async (io: Io, file: string, settings: LincheckSettings): Promise<void> => {
  const history = await historyIn(io, file, await modelsFor(settings.model))
  const { result, isInterrupted } = await untilInterrupted((signal) => judged(history, settings, signal))
  const checked: Checked = { history, ...result, isInterrupted }
  if (settings.json) printLine(io, reportJson(checked))
  else for (const line of reportLines(checked)) printLine(io, line)
  io.exitCode = history.operations.length > 0 ? codes[checked.report.verdict] : exitCodes.nothingJudged
  if (settings.html !== undefined) draw(io, settings.html, page(checked, file), settings.json)
  if (isInterrupted) throw new InterruptedError()
}

const judged = async (
  { operations, model }: History,
  { initial, steps, consistency }: LincheckSettings,
  signal: AbortSignal,
): Promise<Pick<Checked, 'report' | 'placement'>> => {
  const options = { initial, signal, ...(steps !== undefined && { stepsMax: steps }) }
  const report = await inTurns(linearizabilityInSlices(operations, model, options))
  const placement = consistency && (await inTurns(placementInSlices(operations, model, options, report)))
  return { report, placement }
}

const draw = (io: Io, path: string, text: string, isQuiet = false): void => {
  const files = new OutputFiles()
  if (files.write(path, text) && !isQuiet) printLine(io, `wrote ${path}`)
  files.tell(io)
}
