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
import { type KvState, stateOf } from './state.js'

/** A key-value store as a state machine. It runs on any group that orders a log, and is asked by a {@link KvClient}. */
export type KvStateMachine = TypedStateMachine<KvState, KvCommand, KvResult, KvQuery, KvAnswer>

const command: Codec<KvCommand> = { encode: encodeKvCommand, decode: decodeKvCommand }
const result: Codec<KvResult> = { encode: encodeKvResult, decode: decodeKvResult }
const query: Codec<KvQuery> = { encode: encodeKvQuery, decode: decodeKvQuery }
const answer: Codec<KvAnswer> = { encode: encodeKvAnswer, decode: decodeKvAnswer }

/** The key-value state machine: keys are texts, values are bytes. States are values and share what is equal. */
export const kv: KvStateMachine = defineStateMachine({
  initial: () => stateOf([]),
  apply: applyCommand,
  query: select,
  snapshot: (state) => encodeKvSnapshot({ entries: state.valuesArray() }),
  // Copied, or one small value would keep the whole snapshot.
  restore: (bytes) =>
    stateOf(decodeKvSnapshot(bytes).entries.map((entry) => ({ ...entry, value: entry.value.slice() }))),
  codecs: { command, result, query, answer },
})
