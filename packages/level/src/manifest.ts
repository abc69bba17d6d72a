import { Reader } from './bytes.js'

/** Tags of the fields of a version edit (LevelDB, db/version_edit.cc). */
const tags = {
  comparator: 1,
  logNumber: 2,
  nextFile: 3,
  lastSequence: 4,
  compactPointer: 5,
  deletedFile: 6,
  newFile: 7,
  previousLog: 9,
} as const

/** What LevelDB's manifest says about its other files. */
export interface Manifest {
  /** Logs from this number on are replayed at open; 0 before the first. */
  logNumber: number
  previousLog: number
  /** Size in bytes of each live table, by number. */
  readonly tables: Map<number, { readonly level: number; readonly bytes: number }>
  /** Says less than this, and LevelDB does not open it. */
  complete: boolean
}

export const emptyManifest = (): Manifest => ({ logNumber: 0, previousLog: 0, tables: new Map(), complete: false })

/** Applies one record of the manifest. Throws a `RangeError` if it is none. */
export const applyEdit = (manifest: Manifest, record: Uint8Array): void => {
  const reader = new Reader(record)
  while (reader.left > 0) {
    const tag = reader.varint()
    switch (tag) {
      case tags.comparator:
        reader.raw(reader.varint())
        break
      case tags.logNumber:
        manifest.logNumber = reader.varint()
        manifest.complete = true
        break
      case tags.previousLog:
        manifest.previousLog = reader.varint()
        break
      case tags.nextFile:
      case tags.lastSequence:
        reader.varint()
        break
      case tags.compactPointer:
        reader.varint()
        reader.raw(reader.varint())
        break
      case tags.deletedFile: {
        const [level, number] = [reader.varint(), reader.varint()]
        if (manifest.tables.get(number)?.level === level) manifest.tables.delete(number)
        break
      }
      case tags.newFile: {
        const [level, number, bytes] = [reader.varint(), reader.varint(), reader.varint()]
        reader.raw(reader.varint())
        reader.raw(reader.varint())
        manifest.tables.set(number, { level, bytes })
        break
      }
      default:
        throw new RangeError(`a field has the tag ${tag}`)
    }
  }
}
