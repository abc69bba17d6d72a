import type { ConnectionSettings } from '../connection/settings.js'
import { exitCodes } from '../exitCodes.js'
import { type Io, printLine } from '../io.js'
import { isQuorateError } from '../isQuorateError.js'
import { readInput } from './input.js'
import { narratorFor, silentNarrator } from './narrator.js'
import { reportLine } from './report.js'
import { runDemo } from './runDemo.js'

export interface DemoSettings extends ConnectionSettings {
  readonly input?: string
  readonly json?: boolean
  readonly keep?: boolean
}

/** Runs the demo, and tells people or programs about it. */
export const demo = async (io: Io, protocol: string, settings: DemoSettings): Promise<void> => {
  const { json, keep = false } = settings
  const narrator = json ? silentNarrator : narratorFor(io)
  try {
    const report = await runDemo({ protocol, input: readInput(settings.input), connection: settings, keep, narrator })
    if (json) printLine(io, reportLine(report))
    io.exitCode = report.ok ? exitCodes.success : exitCodes.failure
  } catch (error) {
    if (json && isQuorateError(error)) {
      const { code, message } = error
      printLine(io, JSON.stringify({ ok: false, protocol, error: { code, message } }))
    }
    throw error
  }
}
