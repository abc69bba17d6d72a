import { type Codec, defineStateMachine, type TypedStateMachine } from '@quorate/core'
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
  type KvQuery,
  type KvResult,
} from './generated/kv.js'
import { applyCommand } from './operations.js'
import { select } from './select.js'
import { KvState } from './state.js'
import { copyOf } from './valueCopies.js'

/** A key-value store as a state machine. It runs on any group that orders a log, and is asked by a {@link KvClient}. */
export type KvStateMachine = TypedStateMachine<KvState, KvCommand, KvResult, KvQuery, KvAnswer>

const command: Codec<KvCommand> = { encode: encodeKvCommand, decode: decodeKvCommand }
const result: Codec<KvResult> = { encode: encodeKvResult, decode: decodeKvResult }
const query: Codec<KvQuery> = { encode: encodeKvQuery, decode: decodeKvQuery }
const answer: Codec<KvAnswer> = { encode: encodeKvAnswer, decode: decodeKvAnswer }

/** The key-value state machine: keys are texts, values are bytes. States are values. */
export const kv: KvStateMachine = defineStateMachine({
  initial: () => KvState.of([]),
  apply: applyCommand,
  query: select,
  snapshot: (state) => encodeKvSnapshot({ entries: state.entries() }),
  // Copied, or one small value would keep the whole snapshot.
  restore: (bytes) =>
    KvState.of(decodeKvSnapshot(bytes).entries.map((entry) => ({ ...entry, value: copyOf(entry.value) }))),
  codecs: { command, result, query, answer },
})
