import { checkLinearizability, type Json, placeHistory } from '@quorate/checker'
import { exitCodes } from '../exitCodes.js'
import { type Io, printLine } from '../io.js'
import { OutputFiles } from '../outputFiles.js'
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
  if (settings.json) printLine(io, reportJson(checked))
  else for (const line of reportLines(checked)) printLine(io, line)
  io.exitCode = codes[report.verdict]
  if (settings.html !== undefined) draw(io, settings.html, page(checked, file), settings.json)
}

const draw = (io: Io, path: string, text: string, isQuiet = false): void => {
  const files = new OutputFiles()
  if (files.write(path, text) && !isQuiet) printLine(io, `wrote ${path}`)
  files.tell(io)
}
