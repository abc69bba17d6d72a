import { type Json, textOf } from '../json.js'
import type { Access } from '../model.js'
import { type Call, isOpen, type Operation } from '../operation.js'

/** The time in which a register must have held a value: from the first return to the last invocation that is about it. */
interface Zone {
  readonly write: Operation | undefined
  firstReturn: number
  lastInvocation: number
  isRead: boolean
}

/**
 * What values that were written once say about the order of a register's operations (Gibbons and Korach 1997): such a value is
 * there for one stretch of time, so if anything about it returned before anything about another one was invoked, all about it
 * came before all about the other. Said of operations that ran at one time, where nothing else says it.
 */
export const orderByAccess = (
  part: readonly Operation[],
  initial: Json,
  accessOf: (call: Call) => Access | undefined,
): readonly (readonly [Operation, Operation])[] => {
  const accesses = part.map((operation) => ({ operation, access: accessOf(operation) }))
  const zones = zonesOf(accesses, initial)
  const pairs: (readonly [Operation, Operation])[] = []
  let running: readonly {
    readonly operation: Operation
    readonly zones: readonly Zone[]
    readonly written: Zone | undefined
  }[] = []
  for (const { operation, access } of accesses) {
    running = running.filter((other) => other.operation.returned > operation.invoked)
    if (access === undefined) continue
    const written = zones.get(textOf(access.writes))
    const own = [zones.get(textOf(access.reads)), written].filter((zone) => zone !== undefined)
    const isCertain = !isOpen(operation) || written?.isRead === true
    if (!isCertain) continue
    for (const other of running) {
      if (isBefore(own, other.written)) pairs.push([operation, other.operation])
      if (isBefore(other.zones, written)) pairs.push([other.operation, operation])
    }
    running = [...running, { operation, zones: own, written }]
  }
  return pairs
}

const isBefore = (zones: readonly Zone[], written: Zone | undefined): boolean =>
  written !== undefined && zones.some((zone) => zone !== written && zone.firstReturn < written.lastInvocation)

const zonesOf = (
  accesses: readonly { readonly operation: Operation; readonly access: Access | undefined }[],
  initial: Json,
): ReadonlyMap<string, Zone> => {
  const zones = new Map<string, Zone>()
  const isTwice = new Set<string>()
  zones.set(textOf(initial), { write: undefined, firstReturn: -1, lastInvocation: -1, isRead: true })
  for (const { operation, access } of accesses) {
    if (access?.writes === undefined) continue
    const value = textOf(access.writes)
    if (zones.has(value)) isTwice.add(value)
    const { invoked, returned } = operation
    zones.set(value, { write: operation, firstReturn: returned, lastInvocation: invoked, isRead: false })
  }
  for (const { operation, access } of accesses) {
    const zone = access?.reads === undefined || isOpen(operation) ? undefined : zones.get(textOf(access.reads))
    if (zone === undefined) continue
    zone.isRead = true
    zone.firstReturn = Math.min(zone.firstReturn, operation.returned)
    zone.lastInvocation = Math.max(zone.lastInvocation, operation.invoked)
  }
  for (const value of isTwice) zones.delete(value)
  zones.delete('')
  return zones
}
