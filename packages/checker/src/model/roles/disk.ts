import {
  type Codec,
  type DurableEffect,
  type Effect,
  type Entry,
  invariant,
  type LogId,
  origin,
  type RecoveredState,
  type Snapshot,
} from '@quorate/core'

/** What an actor would find after a crash. A value. */
export interface Disk {
  /** As bytes: what does not survive its codec is lost here as it would be in a process. */
  readonly record: Uint8Array | undefined
  readonly snapshot: Snapshot | undefined
  readonly base: LogId
  readonly entries: readonly Entry[]
  /** As it was before the last write; where that may be lost. */
  readonly before?: Disk
  /** The last write is lost, and no record was written since. */
  readonly torn?: true
}

export const emptyDisk: Disk = { record: undefined, snapshot: undefined, base: origin, entries: [] }

/** The disk of an actor that would be started with this. */
export const diskWith = ({ record, snapshot, base, entries }: RecoveredState, codec: Codec<unknown>): Disk => ({
  record: record === undefined ? undefined : codec.encode(record),
  snapshot,
  base,
  entries,
})

/** The disk after a write: all of it, or nothing. */
export const written = (disk: Disk, write: readonly DurableEffect<Effect>[], record: Codec<unknown>): Disk =>
  write.reduce((before, effect) => withEffect(before, effect, record), disk)

/** The disk after a write that it may lose again. */
export const writtenInDoubt = (disk: Disk, write: readonly DurableEffect<Effect>[], record: Codec<unknown>): Disk => {
  const { before: _earlier, ...before } = disk
  return { ...written(before, write, record), before }
}

/** The disk without its last write, which it knows to be damaged. */
export const withoutLastWrite = ({ before, ...disk }: Disk): Disk => ({ ...(before ?? disk), torn: true })

function withEffect(disk: Disk, effect: DurableEffect<Effect>, record: Codec<unknown>): Disk {
  switch (effect.type) {
    case 'persist': {
      const { torn: _known, ...rest } = disk
      return { ...rest, record: record.encode(effect.record) }
    }
    case 'append': {
      const next = (disk.entries.at(-1)?.index ?? disk.base.index) + 1
      invariant(effect.entries[0]?.index === next, `appends at ${effect.entries[0]?.index}, not ${next}`)
      return { ...disk, entries: [...disk.entries, ...effect.entries] }
    }
    case 'truncate':
      return { ...disk, entries: disk.entries.filter(({ index }) => index <= effect.after.index) }
    case 'stage':
      return disk
    case 'compact': {
      const entries = disk.entries.filter(({ index }) => index > effect.through.index)
      return { ...disk, snapshot: effect.snapshot, base: effect.through, entries }
    }
    case 'install':
      return { ...disk, snapshot: effect.snapshot, base: effect.snapshot.last, entries: [] }
  }
}

/** What a role is started with. */
export const recovered = ({ record, snapshot, base, entries, torn }: Disk, codec: Codec<unknown>): RecoveredState => ({
  record: record && codec.decode(record),
  snapshot,
  base,
  entries,
  torn: torn ?? false,
})
