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
} from '@quorate/core'
import { UnreadableFileError } from '../errors.js'
import { type Io, printLine } from '../io.js'

/** What `quorate trace` is told. */
export interface TraceSettings {
  readonly diagram?: boolean
}

/** Prints what a file tells, a line for an event, or each of its runs as a picture. What can be read before an error is printed. */
export const trace = async (io: Io, file: string, { diagram = false }: TraceSettings): Promise<void> => {
  const reader = new TraceReader()
  let view: View = nothing
  for await (const text of linesOf(io, file)) {
    const line = reader.read(text)
    if ('format' in line) {
      view.end()
      view = diagram ? new Picture(io, line) : new Text(io, line)
    } else view.take(line)
  }
  view.end()
}

async function* linesOf({ stdin }: Io, file: string): AsyncGenerator<string> {
  const input = file === '-' ? stdin : createReadStream(file)
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  } catch (error) {
    if (error instanceof QuorateError) throw error
    throw new UnreadableFileError('the trace', file, error)
  }
}

/** One run, as it is shown. */
interface View {
  take(event: TraceEvent): void
  end(): void
}

const nothing: View = { take: () => {}, end: () => {} }

class Text implements View {
  readonly #io: Io
  readonly #text = new TraceText()

  constructor(io: Io, { title }: TraceHeader) {
    this.#io = io
    printLine(io, `# ${title}`)
  }

  take(event: TraceEvent): void {
    const line = this.#text.lineOf(event)
    if (line) printLine(this.#io, lineText(line))
  }

  end(): void {}
}

class Picture implements View {
  readonly #io: Io
  readonly #title: string
  readonly #events: TraceEvent[] = []

  constructor(io: Io, { title }: TraceHeader) {
    this.#io = io
    this.#title = title
  }

  take(event: TraceEvent): void {
    this.#events.push(event)
  }

  end(): void {
    printLine(this.#io, `# ${this.#title}`)
    for (const line of spaceTimeDiagram(this.#events, lanesOf(this.#events))) printLine(this.#io, line)
  }
}
