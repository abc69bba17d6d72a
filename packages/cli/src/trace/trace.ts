import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import {
  lanesOf,
  lineText,
  QuorateError,
  spaceTimeDiagram,
  type TraceEvent,
  type TraceHeader,
  TraceReader,
  TraceText,
  UnreadableTraceError,
} from '@quorate/core'
import { UnreadableFileError } from '../errors.js'
import { type Io, printLine, printNote } from '../io.js'

/** What `quorate trace` is told. */
export interface TraceSettings {
  readonly diagram?: boolean
}

/**
 * Prints what a file tells, a line for an event, or each of its runs as a picture. What can be read before an error is printed.
 * Several files are those of nodes of one cluster, and one run.
 */
export const trace = async (io: Io, files: readonly string[], { diagram = false }: TraceSettings): Promise<void> => {
  const viewOf = diagram ? picture : text
  const [file = '-', ...others] = files
  if (others.length > 0) return together(io, files, viewOf)
  let view: View = nothing
  for await (const line of linesOf(io, file)) {
    if ('format' in line) {
      view.end()
      view = viewOf(io, line.title, line.place === 'host')
    } else view.take(line)
  }
  view.end()
}

/** By time, as far as the clocks of several machines agree; what each process did stays in order. */
const together = async (io: Io, files: readonly string[], viewOf: MakeView): Promise<void> => {
  const events: TraceEvent[] = []
  for (const file of files) {
    try {
      for await (const line of linesOf(io, file)) if (!('format' in line)) events.push(line)
    } catch (error) {
      printNote(io, `in ${file}:`)
      throw error
    }
  }
  const view = viewOf(io, `${files.length} traces`, true)
  for (const event of events.sort((a, b) => a.atUs - b.atUs)) view.take(event)
  view.end()
}

async function* linesOf(io: Io, file: string): AsyncGenerator<TraceHeader | TraceEvent> {
  const reader = new TraceReader()
  const input = file === '-' ? io.stdin : createReadStream(file)
  let isLive = false
  let unreadable: UnreadableTraceError | undefined
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (unreadable) throw unreadable
      try {
        const line = reader.read(text)
        if ('format' in line) isLive = line.place === 'host'
        yield line
      } catch (error) {
        if (!(error instanceof UnreadableTraceError) || !isLive) throw error
        unreadable = error
      }
    }
  } catch (error) {
    if (error instanceof QuorateError) throw error
    throw new UnreadableFileError('the trace', file, error)
  }
  // The last one: the node was killed while it wrote it.
  if (unreadable) printNote(io, `${file} ends within line ${unreadable.line}: its node was killed`)
}

/** One run, as it is shown. */
interface View {
  take(event: TraceEvent): void
  end(): void
}

/** `isLive`: its times are those of a calendar, and are told from its first event on. */
type MakeView = (io: Io, title: string, isLive: boolean) => View

const nothing: View = { take: () => {}, end: () => {} }

const text: MakeView = (io, title, isLive) => {
  const lines = new TraceText()
  const timed = fromTheFirst(isLive)
  let isBegun = false
  return {
    take: (event) => {
      const line = lines.lineOf(timed(event))
      if (!isBegun) print(io, titleOf(title, isLive, event))
      isBegun = true
      if (line) print(io, lineText(line))
    },
    end: () => {
      if (!isBegun) print(io, titleOf(title, false))
    },
  }
}

const picture: MakeView = (io, title, isLive) => {
  const events: TraceEvent[] = []
  return {
    take: (event) => void events.push(event),
    end: () => {
      print(io, titleOf(title, isLive, events[0]))
      const timed = events.map(fromTheFirst(isLive))
      for (const line of spaceTimeDiagram(timed, lanesOf(timed))) print(io, line)
    },
  }
}

/** What a file holds may be anybody's: nothing of it steers the terminal, or begins a line. */
const print = (io: Io, line: string): void => printLine(io, line.replaceAll(/\p{Cc}/gu, ' '))

const titleOf = (title: string, isLive: boolean, first?: TraceEvent): string =>
  `# ${title}${isLive && first ? `, from ${new Date(first.atUs / 1000).toISOString()} on` : ''}`

const fromTheFirst = (isLive: boolean): ((event: TraceEvent) => TraceEvent) => {
  let firstUs: number | undefined
  return (event) => {
    if (!isLive) return event
    firstUs ??= event.atUs
    return { ...event, atUs: Math.max(0, event.atUs - firstUs) }
  }
}
