import { type Clock, noBytes, type OpenStore, origin, type Store, type StoreWrite } from '@quorate/core'
import { slowDisks, tornTail } from './aims.js'
import { bookBehind } from './bookBehind.js'
import type { Pitfall } from './pitfalls.js'
import { type Change, type MistakenCluster, type Simulated, storing } from './simulated.js'

type Opened = (open: OpenStore, clock: Clock) => Partial<OpenStore>

/** Disks that open as something else. */
const opening = (change: Opened): Change =>
  storing(() => ({ store, clock }) => ({
    async open(identity) {
      const open = await store.open(identity)
      const own = change(open, clock)
      return {
        storeId: open.storeId,
        created: open.created,
        doubtful: open.doubtful,
        keys: () => open.keys(),
        recover: (key) => open.recover(key),
        write: (writes, done) => open.write(writes, done),
        close: () => open.close(),
        ...own,
      }
    },
  }))

/** Says that a write is durable as soon as it is asked for, and writes one after the other behind that. */
const early: Opened = (open, clock) => {
  const waiting: (readonly StoreWrite[])[] = []
  let isWriting = false
  const next = (): void => {
    const [writes] = waiting
    if (isWriting || !writes) return
    isWriting = true
    waiting.shift()
    open.write(writes, () => {
      isWriting = false
      next()
    })
  }
  return {
    write(writes, done) {
      waiting.push(writes)
      next()
      clock.setTimeout(() => done(), 0)
    },
  }
}

const emptyLog = { record: undefined, snapshot: undefined, base: origin, entries: [], table: [] }

/** A disk that was exchanged for an empty one when its tail was damaged, and says that it is what it was. */
const exchanged = (): ((ports: { readonly store: Store }) => Store) => {
  let isExchanged = false
  /** Of logs that have written no record since. */
  const forgotten = new Set<string>()
  return ({ store }) => ({
    async open(identity) {
      const open = await store.open(identity)
      const isEmptied = open.doubtful && !isExchanged
      isExchanged ||= open.doubtful
      let before = Promise.resolve()
      const emptied = (key: string): Promise<void> =>
        new Promise((resolve) => {
          forgotten.add(key)
          open.write([{ key, operations: [{ type: 'install', snapshot: { last: origin, bytes: noBytes } }] }], () =>
            resolve(),
          )
        })
      return {
        ...open,
        created: open.created,
        doubtful: false,
        async recover(key) {
          if (isEmptied) {
            before = before.then(() => emptied(key))
            await before
            return emptyLog
          }
          const found = await open.recover(key)
          const snapshot = found.snapshot?.last.index === 0 ? undefined : found.snapshot
          return { ...found, snapshot, record: forgotten.has(key) ? undefined : found.record }
        },
        write(writes, done) {
          for (const { key, operations } of writes) {
            if (operations.some(({ type }) => type === 'persist')) forgotten.delete(key)
          }
          open.write(writes, done)
        },
      }
    },
  })
}

type Aim = (subject: string) => NonNullable<Simulated['aim']>

const changes: readonly (readonly [string, Pitfall, Change, Aim?])[] = [
  ['a disk that says yes before it has synced', 'disk', opening(early), slowDisks],
  [
    'a node that goes on after a failed sync',
    'sync',
    opening((open) => ({ write: (writes, done) => open.write(writes, () => done()) })),
  ],
  ['a disk that cuts a torn tail and tells nobody', 'torn', opening(() => ({ doubtful: false })), tornTail],
  ['a book of peers that is written without the peer that is being recorded', 'book', opening(bookBehind)],
  ['an old id with an empty disk', 'emptyDisk', storing(exchanged), tornTail],
]

/** Mistakes of the host, made under a protocol that orders a log. */
export const hostMistakes = (title: string, cluster: MistakenCluster): readonly Simulated[] =>
  changes.map(
    ([name, pitfall, change, aim]): Simulated => ({
      name: `${title}: ${name}`,
      pitfall,
      cluster,
      change,
      ...(aim && { aim: aim(cluster.name) }),
      ...(pitfall === 'disk' && { unwatched: 'Disk Before Speech' }),
    }),
  )
