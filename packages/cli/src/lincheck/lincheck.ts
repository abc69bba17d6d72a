import { writeFileSync } from 'node:fs'
import { checkLinearizability, type Json, placeHistory } from '@quorate/checker'
import { UnwritableFileError } from '../errors.js'
import { exitCodes } from '../exitCodes.js'
import { type Io, printLine } from '../io.js'
import { historyIn } from './historyFile.js'
import { page } from './page.js'
import { type Checked, reportJson, reportLines } from './report.js'

/** What `quorate lincheck` is told. */
export interface LincheckSettings {
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
  const history = await historyIn(io, file, settings.model)
  const { initial, steps } = settings
  const options = { initial, ...(steps !== undefined && { stepsMax: steps }) }
  const report = checkLinearizability(history.operations, history.model, options)
  const placement = settings.consistency && placeHistory(history.operations, history.model, options, report)
  const checked: Checked = { history, report, placement }
  if (settings.html !== undefined) write(settings.html, page(checked, file))
  if (settings.json) printLine(io, reportJson(checked))
  else for (const line of reportLines(checked)) printLine(io, line)
  if (settings.html !== undefined && !settings.json) printLine(io, `wrote ${settings.html}`)
  io.exitCode = codes[report.verdict]
}

const write = (file: string, text: string): void => {
  try {
    writeFileSync(file, text)
  } catch (cause) {
    throw new UnwritableFileError(file, cause)
  }
}
