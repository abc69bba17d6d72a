import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { failureOf, parseScript, retell } from '@quorate/simulator'
import { UnreadableFileError, UnusableTopologyError } from '../errors.js'
import { exitCodes } from '../exitCodes.js'
import { type Io, printLine } from '../io.js'
import { isQuorateError } from '../isQuorateError.js'
import { OutputFiles } from '../outputFiles.js'
import { traceFile } from '../trace/traceFile.js'
import { historyText } from './historyFile.js'
import { judgementLines, judgementOf, type Subject } from './subject.js'
import { subjectNamed } from './subjectNamed.js'

/** How a script is run again. */
interface ReplaySettings {
  /** Where every event is written. */
  readonly trace?: string
  /** Where what clients saw is written. */
  readonly history?: string
  readonly json?: boolean
}

/** Runs a script again, and prints what happens. The exit code is 1 when something is wrong. */
export const replay = async (
  io: Io,
  path: string,
  { trace: tracePath, history, json = false }: ReplaySettings,
): Promise<void> => {
  const script = parseScript(textOf(path))
  const subject = await subjectOf(script.subject, path)
  const files = new OutputFiles()
  const trace = tracePath === undefined ? undefined : traceFile(files, tracePath, 'simulator')
  trace?.begin(`${script.subject}, ${basename(path)}`)
  const { result, transcript } = await retell(
    { subject, ...judging(subject), ...(trace && { observe: trace.write }) },
    script,
  )
  trace?.close()
  if (history !== undefined) files.write(history, historyText(result.history))
  const failure = failureOf(result)
  const { hash, violation } = result
  const judgement = judgementOf(subject)
  if (json) {
    const found = { protocol: script.subject, hash, failure: failure ?? null, how: violation?.how, ...judgement }
    printLine(io, JSON.stringify(found))
  } else {
    printLine(io, transcript)
    if (failure === undefined) for (const line of judgementLines(judgement)) printLine(io, line)
  }
  if (failure !== undefined) io.exitCode = exitCodes.failure
  else if (Object.keys(judgement.judged).length === 0) io.exitCode = exitCodes.nothingJudged
  files.tell(io)
}

const judging = ({ watched, progressWithinMs }: Subject) => ({
  ...(watched && { invariants: watched }),
  ...(progressWithinMs !== undefined && { progressWithinMs }),
})

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new UnreadableFileError('the script', path, cause)
  }
}

/** A topology is named as it was when the script was written, from there; so it is looked for beside the script too. */
const subjectOf = async (name: string, scriptPath: string) => {
  try {
    return await subjectNamed(name)
  } catch (error) {
    if (!isQuorateError(error) || error.code !== 'QUORATE_UNUSABLE_TOPOLOGY' || existsSync(name)) throw error
    const [here, beside] = [resolve(name), resolve(dirname(scriptPath), name)]
    if (here === beside) throw error
    if (existsSync(beside)) return subjectNamed(beside)
    throw new UnusableTopologyError(name, `there is no such file, looked for it as ${here} and as ${beside}`)
  }
}
