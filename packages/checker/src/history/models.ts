import type { HistoryModel } from './model.js'
import { counter } from './models/counter.js'
import { kv } from './models/kv.js'
import { mutex } from './models/mutex.js'
import { queue } from './models/queue.js'
import { casRegister, register } from './models/register.js'
import { set } from './models/set.js'
import { setFull } from './models/setFull.js'

/** The models that come with the checker, by name. */
export const historyModels: readonly HistoryModel[] = [
  register,
  casRegister,
  kv,
  set,
  queue,
  mutex,
  setFull,
  counter,
] as readonly HistoryModel[]
