export {
  ConnectedKvClient,
  connectKvClient,
  KvClient,
  type KvExpected,
  type KvGroup,
  type KvRangeOptions,
  type KvValue,
} from './client.js'
export type { KvAnswer, KvCommand, KvEntry, KvQuery, KvResult, Operation, Selection } from './generated/kv.js'
export { type KvStateMachine, kv } from './kv.js'
export type { KvState } from './state.js'
