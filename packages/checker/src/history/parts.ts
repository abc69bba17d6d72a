import { type Json, textOf } from './json.js'
import type { HistoryModel } from './model.js'
import type { Operation } from './operation.js'

/** The operations of a history that are about one thing: one key, and of it one part, where the model has parts. */
export interface Part {
  readonly key: Json | undefined
  /** By invocation. */
  readonly operations: readonly Operation[]
}

/** Divides operations by key, and by part: what is linearizable part by part is linearizable (Herlihy and Wing 1990, 3.1). */
export const partsOf = (operations: readonly Operation[], model: HistoryModel): readonly Part[] => {
  const parts = new Map<string, Operation[]>()
  for (const operation of operations) {
    const name = JSON.stringify([textOf(operation.key), model.partOf?.(operation) ?? ''])
    const part = parts.get(name)
    if (part === undefined) parts.set(name, [operation])
    else part.push(operation)
  }
  return [...parts.values()].map((part) => ({ key: part[0]?.key, operations: part }))
}

/** Without the open operations that cannot matter: what only observes, and whose effect nobody can have seen. */
export const withoutUnseen = (operations: readonly Operation[], model: HistoryModel): readonly Operation[] => {
  const mattering = operations.filter(
    (each) => each.returned !== Number.POSITIVE_INFINITY || !model.observesOnly?.(each),
  )
  const unseen = new Set(model.unseen?.(mattering) ?? [])
  return unseen.size === 0 ? mattering : mattering.filter((each) => !unseen.has(each))
}
