import { type Codec, defineStateMachine, type Restoring, type TypedStateMachine } from '@quorate/core'
import {
  decodeKvAnswer,
  decodeKvCommand,
  decodeKvQuery,
  decodeKvResult,
  decodeKvSnapshot,
  encodeKvAnswer,
  encodeKvCommand,
  encodeKvQuery,
  encodeKvResult,
  encodeKvSnapshot,
  type KvAnswer,
  type KvCommand,
  type KvEntry,
  type KvQuery,
  type KvResult,
} from './generated/kv.js'
import { applyCommand } from './operations.js'
import { select } from './select.js'
import { KvState } from './state.js'

/** A key-value store as a state machine. It runs on any group that orders a log, and is asked by a {@link KvClient}. */
export type KvStateMachine = TypedStateMachine<KvState, KvCommand, KvResult, KvQuery, KvAnswer>

const command: Codec<KvCommand> = { encode: encodeKvCommand, decode: decodeKvCommand }
const result: Codec<KvResult> = { encode: encodeKvResult, decode: decodeKvResult }
const query: Codec<KvQuery> = { encode: encodeKvQuery, decode: decodeKvQuery }
const answer: Codec<KvAnswer> = { encode: encodeKvAnswer, decode: decodeKvAnswer }

/** What a piece of a snapshot holds at least, but for the last: it is made in less than a millisecond. */
const pieceBytesMin = 64 * 1024

function* piecesOf(state: KvState): Generator<Uint8Array, void, undefined> {
  let entries: KvEntry[] = []
  let bytes = 0
  for (const entry of state.copy().from('')) {
    entries.push(entry)
    bytes += entry.key.length + entry.value.length
    if (bytes < pieceBytesMin) continue
    yield encodeKvSnapshot({ entries })
    entries = []
    bytes = 0
  }
  if (entries.length > 0) yield encodeKvSnapshot({ entries })
}

function restoring(): Restoring<KvState> {
  let state = KvState.empty()
  return {
    add: (piece) => {
      for (const entry of decodeKvSnapshot(piece).entries) state = state.with(entry.key, entry)
    },
    finish: () => state,
  }
}

/** The key-value state machine: keys are texts, values are bytes. States are values. */
export const kv: KvStateMachine = defineStateMachine({
  initial: () => KvState.empty(),
  apply: applyCommand,
  query: select,
  snapshot: (state) => piecesOf(state),
  restore: (bytes) => {
    const { add, finish } = restoring()
    add(bytes)
    return finish()
  },
  restoring,
  codecs: { command, result, query, answer },
})
