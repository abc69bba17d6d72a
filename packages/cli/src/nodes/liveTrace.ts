import { accessSync, close, constants, openSync, write } from 'node:fs'
import { join } from 'node:path'
import { encodeTrace, type Observed, type TraceEvent, traceEventOf, traceHeader } from '@quorate/core'
import { UnwritableFileError } from '../errors.js'
import { makeDirectory } from '../makeDirectory.js'

/** What happened and is not written down yet: so much waits, what comes beyond is dropped. */
const waitingMax = 50_000
/** Lines that are written down and not in the file yet, in characters. */
const charactersMax = 8 * 1024 * 1024
/** Of the time of a node, writing down takes a fifth at most. */
const sliceMs = 4
const pauseMs = 16
/** A disk that takes nothing is tried again after this. */
const retryMs = 1000
/** Room that is left for the note with which a file ends, in bytes. */
const endBytes = 1024
/** How long closing waits for a disk, in milliseconds. */
const closeWithinMs = 5000

interface Seen {
  readonly observed: Observed
  readonly atUs: number
}

/**
 * Makes the directory for the traces of nodes.
 * @throws {@link UnwritableFileError} `QUORATE_UNWRITABLE_FILE`
 */
export const traceDirectory = (path: string): void => {
  try {
    makeDirectory(path)
    accessSync(path, constants.W_OK)
  } catch (cause) {
    throw new UnwritableFileError(path, cause)
  }
}

/** Where the trace of a node belongs that starts now. */
export const tracePath = (directory: string, node: string): string =>
  join(directory, `${node}-${new Date().toISOString().replaceAll(/[-:]/g, '')}.jsonl`)

/**
 * Writes what happens on a node to a file, as it happens. The node waits for none of it: what is
 * more than there is time for, or than the disk takes, is dropped, and a note in the file says how much. A file that is full
 * ends with a note.
 */
export class LiveTrace {
  readonly path: string
  /** For `startNode`. */
  readonly observe = (observed: Observed): void => this.#take(observed)
  readonly #node: string
  readonly #file: number
  readonly #bytesMax: number
  /** Of all lines. */
  #bytes = 0
  /** The file has no room for more. */
  #isFull = false
  #waiting: Seen[] = []
  /** Lines that nobody has begun to write. */
  #text = ''
  /** What a write that failed has left, perhaps the end of a line: it comes before all others, whenever that may be. */
  #rest: Buffer = Buffer.alloc(0)
  #dropped = 0
  /** Of these the file does not say yet. */
  #untold = 0
  #isScheduled = false
  #isWriting = false
  /** The last write failed, or was not of all. */
  #isStuck = false
  #isClosed = false

  /**
   * @param about `bytesMax`: how large the file may become
   * @throws {@link UnwritableFileError} `QUORATE_UNWRITABLE_FILE` when the file cannot be opened.
   */
  constructor(path: string, about: { readonly node: string; readonly cluster: string; readonly bytesMax: number }) {
    const { node, cluster, bytesMax } = about
    this.path = path
    this.#node = node
    this.#bytesMax = bytesMax
    try {
      this.#file = openSync(this.path, 'w')
    } catch (cause) {
      throw new UnwritableFileError(this.path, cause)
    }
    this.#text = `${encodeTrace(traceHeader({ place: 'host', title: `node ${node} of ${cluster}` }))}\n`
    this.#bytes = Buffer.byteLength(this.#text)
    this.#write()
  }

  /** Events that are not in the file, and will not be. */
  get dropped(): number {
    return this.#dropped
  }

  /** Writes what is left, as far as the disk takes it at once. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#writeDown(Number.POSITIVE_INFINITY)
    const untilMs = performance.now() + closeWithinMs
    this.#isStuck = false
    this.#write()
    while (this.#isWriting && performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 5))
    this.#dropped += linesIn(this.#rest.toString() + this.#text)
    await new Promise<void>((resolve) => close(this.#file, () => resolve()))
  }

  /** Called while it happens: it does nothing that can fail or take long. All that it is given are values. */
  #take(observed: Observed): void {
    if (this.#isClosed) return
    if (this.#isFull || this.#waiting.length >= waitingMax) this.#drop()
    else this.#waiting.push({ observed, atUs: Math.round((performance.timeOrigin + performance.now()) * 1000) })
    this.#schedule(0)
  }

  #drop(): void {
    this.#dropped++
    this.#untold++
  }

  #schedule(delayMs: number): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setTimeout(() => {
      this.#isScheduled = false
      if (this.#isClosed) return
      this.#writeDown(performance.now() + sliceMs)
      this.#write()
      if (this.#waiting.length > 0) this.#schedule(pauseMs)
    }, delayMs).unref()
  }

  #writeDown(untilMs: number): void {
    const lines: string[] = []
    let count = 0
    for (const { observed, atUs } of this.#waiting) {
      count++
      if (this.#isFull || this.#text.length + this.#rest.length > charactersMax) this.#drop()
      else lines.push(...this.#linesOf(observed, atUs))
      if (performance.now() > untilMs) break
    }
    this.#waiting = this.#waiting.slice(count)
    this.#text += lines.join('')
  }

  #linesOf(observed: Observed, atUs: number): readonly string[] {
    let line: string
    try {
      line = lineOf(traceEventOf(observed, atUs, this.#node))
    } catch {
      // A value of the user's that cannot be told.
      this.#drop()
      return []
    }
    const note = (text: string): string => lineOf({ type: 'note', atUs, who: this.#node, text })
    const lines = this.#untold === 0 ? [line] : [note(`${this.#untold} events ${lost}`), line]
    this.#bytes += lines.reduce((sum, each) => sum + Buffer.byteLength(each), 0)
    if (this.#bytes <= this.#bytesMax - endBytes) {
      this.#untold = 0
      return lines
    }
    this.#isFull = true
    this.#drop()
    return [note(`the trace ends here: its file may have ${this.#bytesMax} bytes`)]
  }

  #write(): void {
    if (this.#isWriting || this.#isStuck || this.#rest.length + this.#text.length === 0) return
    this.#isWriting = true
    const bytes = Buffer.concat([this.#rest, Buffer.from(this.#text)])
    this.#text = ''
    write(this.#file, bytes, 0, bytes.length, null, (error, written) => {
      this.#isWriting = false
      this.#rest = bytes.subarray(error ? 0 : written)
      this.#isStuck = this.#rest.length > 0
      if (this.#isStuck && !this.#isClosed) setTimeout(() => this.#retry(), retryMs).unref()
      else this.#write()
    })
  }

  #retry(): void {
    this.#isStuck = false
    this.#write()
  }
}

const lost = 'were dropped before this: there was no time, or no room on the disk'

const lineOf = (event: TraceEvent): string => `${encodeTrace(event)}\n`

const linesIn = (text: string): number => text.split('\n').length - 1
