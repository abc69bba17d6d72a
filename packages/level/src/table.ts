import { readFile } from 'node:fs/promises'
import { Reader } from './bytes.js'
import { maskedCrc32c } from './crc32c.js'

/** LevelDB's table format (doc/table_format.md): blocks, each with a type and a checksum behind it, and a footer. */
const trailerBytes = 5
const footerBytes = 48
const magicBytes = Buffer.from('57fb808b247547db', 'hex')

interface Handle {
  readonly offset: number
  readonly size: number
}

const readHandle = (reader: Reader): Handle => ({ offset: reader.varint(), size: reader.varint() })

/** What is wrong with a table, and where. */
export interface TableFault {
  readonly at: number
  readonly what: string
}

class TableCheck {
  fault: TableFault | undefined
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  run(): TableFault | undefined {
    const footerAt = this.#bytes.length - footerBytes
    if (footerAt < 0 || !this.#bytes.subarray(-magicBytes.length).equals(magicBytes))
      return { at: Math.max(0, footerAt), what: 'the footer is not that of a table' }
    const footer = new Reader(this.#bytes, footerAt)
    const [metaindex, index] = [readHandle(footer), readHandle(footer)]
    const padding = footer.raw(footer.left - magicBytes.length)
    if (padding.some((byte) => byte !== 0)) return { at: footerAt, what: 'the footer is not padded with zeros' }
    for (const directory of [metaindex, index])
      for (const handle of this.#block(directory) ? this.#handlesIn(directory) : []) this.#block(handle)
    return this.fault
  }

  /** Checks one block. */
  #block(handle: Handle): boolean {
    const { offset, size } = handle
    const end = offset + size
    if (end + trailerBytes > this.#bytes.length - footerBytes)
      return this.#bad(offset, 'a block would end beyond the file')
    if (maskedCrc32c(this.#bytes, offset, end + 1) !== this.#bytes.readUInt32LE(end + 1))
      return this.#bad(offset, `the checksum of a block of ${size} bytes does not match`)
    if (this.#bytes[end] !== 0) return this.#bad(end, 'a block is compressed, and this program never compresses')
    return true
  }

  /** The values of a block whose values name other blocks. */
  #handlesIn({ offset, size }: Handle): Handle[] {
    const restarts = this.#bytes.readUInt32LE(offset + size - 4)
    const reader = new Reader(this.#bytes, offset, offset + size - 4 * (restarts + 1))
    const handles: Handle[] = []
    while (reader.left > 0) {
      reader.varint()
      const [unshared, valueBytes] = [reader.varint(), reader.varint()]
      reader.raw(unshared)
      handles.push(readHandle(new Reader(reader.raw(valueBytes))))
    }
    return handles
  }

  #bad(at: number, what: string): false {
    this.fault ??= { at, what }
    return false
  }
}

/** Checks every block of a table: LevelDB itself would read a damaged one without a word. */
export const checkTable = async (path: string, bytes: number): Promise<TableFault | undefined> => {
  const found = await readFile(path)
  if (found.length !== bytes)
    return { at: found.length, what: `the table has ${found.length} bytes and should have ${bytes}` }
  try {
    return new TableCheck(found).run()
  } catch (cause) {
    if (cause instanceof RangeError)
      return { at: 0, what: `the directory of the table makes no sense: ${cause.message}` }
    throw cause
  }
}
