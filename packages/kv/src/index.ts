export type { KvAnswer, KvCommand, KvEntry, KvQuery, KvResult, Operation, Selection } from './generated/kv.js'
export { type KvStateMachine, kv } from './kv.js'
export type { KvState } from './state.js'
