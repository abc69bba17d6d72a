import {
  decodeWith,
  encodeWith,
  type OpenStore,
  type ProtoReader,
  type ProtoWriter,
  type StoreWrite,
} from '@quorate/core'

/** The book in which a node keeps who others are, without the one that is just being recorded. */

const bookKey = '$node/peers'

/** The fields of a book, those within it as they are. */
interface Book {
  readonly introduced: boolean
  readonly peers: readonly Uint8Array[]
  readonly start: number
  readonly groups: readonly Uint8Array[]
}

const textOf = (bytes: Uint8Array): string => bytes.join()

function readBook(reader: ProtoReader): Book {
  let introduced = false
  let start = 0
  const peers: Uint8Array[] = []
  const groups: Uint8Array[] = []
  while (reader.hasMore()) {
    const tag = reader.tag()
    if (tag === 8) introduced = reader.bool()
    else if (tag === 18) peers.push(reader.bytes())
    else if (tag === 24) start = reader.uint64()
    else if (tag === 34) groups.push(reader.bytes())
    else reader.skip(tag)
  }
  return { introduced, peers, start, groups }
}

function writeBook(writer: ProtoWriter, { introduced, peers, start, groups }: Book): void {
  if (introduced) writer.tag(8).bool(true)
  for (const peer of peers) writer.tag(18).bytes(peer)
  if (start > 0) writer.tag(24).uint64(start)
  for (const group of groups) writer.tag(34).bytes(group)
}

/** A store whose book lacks whoever was not in it when it was written before. */
export const bookBehind = (open: OpenStore): Partial<OpenStore> => {
  let known = new Set<string>()
  const behind = (record: Uint8Array): Uint8Array => {
    const book = decodeWith(readBook, record)
    const peers = book.peers.filter((peer) => known.has(textOf(peer)))
    known = new Set(book.peers.map(textOf))
    return encodeWith(writeBook, { ...book, peers })
  }
  const written = ({ key, operations }: StoreWrite): StoreWrite => ({
    key,
    operations: operations.map((operation) =>
      key === bookKey && operation.type === 'persist' ? { ...operation, record: behind(operation.record) } : operation,
    ),
  })
  return {
    async recover(key) {
      const recovered = await open.recover(key)
      if (key === bookKey && recovered.record) {
        known = new Set(decodeWith(readBook, recovered.record).peers.map(textOf))
      }
      return recovered
    },
    write: (writes, done) => open.write(writes.map(written), done),
  }
}
