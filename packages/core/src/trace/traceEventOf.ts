import type { Effect } from '../actor/effect.js'
import type { Observed } from '../actor/observed.js'
import type { StepRecord } from '../actor/stepRecord.js'
import type { LogId } from '../log/message.js'
import { statePath } from '../role/statePath.js'
import { nodeOf } from '../values/address.js'
import type { Json } from '../values/json.js'
import { messageIdOf } from '../wire/envelope.js'
import { plain } from './plain.js'
import type { StepEvent, TraceEvent } from './traceEvent.js'

/**
 * What was observed in a process, as data.
 * @param atUs in microseconds: see {@link TracePlace}
 * @param who the name of the process
 */
export function traceEventOf(observed: Observed, atUs: number, who: string): TraceEvent {
  switch (observed.type) {
    case 'step':
      return stepEventOf(observed, atUs, who)
    case 'sent': {
      const { type, from, fromStart, number, to, message, bytes } = observed
      return {
        type,
        atUs,
        who,
        ...idOf({ from, fromStart, message: number }),
        from,
        to,
        message: message.type,
        ...fieldsOf(message),
        bytes,
      }
    }
    case 'received': {
      const { type, envelope } = observed
      return { type, atUs, who, ...idOf(envelope), from: nodeOf(envelope.from), message: envelope.type }
    }
    case 'dropped': {
      const { type, why, envelope } = observed
      const whose = envelope && { ...idOf(envelope), from: nodeOf(envelope.from), message: envelope.type }
      return { type, atUs, who, by: 'node', why, ...whose }
    }
    case 'written': {
      const { type, isDurable, writes } = observed
      const done = writes.map(({ key, operations }) => ({ key, operations: operations.map((each) => each.type) }))
      return { type, atUs, who, isDurable, writes: done }
    }
    case 'applied': {
      const { type, group, applied } = observed
      const { index = 0, term = 0 } = applied.at(-1)?.entry ?? {}
      return { type, atUs, who, group, entries: applied.length, last: { index, term } }
    }
  }
}

/** What a message says, by field. */
export function fieldsOf({ type: _, ...fields }: { readonly type: string }): { readonly fields?: Json } {
  const shown = plain(fields)
  return shown === undefined ? {} : { fields: shown }
}

const idOf = (envelope: Parameters<typeof messageIdOf>[0]) => {
  const id = messageIdOf(envelope)
  return id && { id }
}

function stepEventOf(record: StepRecord, atUs: number, who: string): StepEvent {
  const { type, address: actor, cause, event, before, after, emitted, timers } = record
  const [taken, context] = [plain(event), changesOf(before?.snapshot.context, after.snapshot.context)]
  return {
    type,
    atUs,
    who,
    actor,
    cause,
    ...(taken !== undefined && { event: taken }),
    state: statePath(after.snapshot.value),
    ...(context !== undefined && { context }),
    ...(emitted.length > 0 && { emitted: plain(emitted.map(shownEffect)) ?? [] }),
    ...(timers.length > 0 && { timers }),
  }
}

/** What a message says is told when it leaves; entries came with the event, or will be applied. */
function shownEffect(effect: Effect): object {
  switch (effect.type) {
    case 'send':
      return { type: effect.type, to: effect.to, message: effect.message.type }
    case 'append':
    case 'commit':
      return { ...effect, entries: rangeOf(effect.entries) }
    default:
      return effect
  }
}

/** Entries by where they stand: contiguous ones by their ends. */
function rangeOf(entries: readonly LogId[]): object {
  const place = ({ index, term }: LogId) => ({ index, term })
  const [first, last] = [entries[0], entries.at(-1)]
  return { count: entries.length, ...(first && last && { first: place(first), last: place(last) }) }
}

/** Contexts are values: what did not change is the same object. */
function changesOf(before: unknown, after: unknown): Json | undefined {
  if (before === after) return undefined
  if (!isRecord(after)) return plain(after)
  const was = isRecord(before) ? before : {}
  const changes = Object.entries(after).filter(([name, value]) => name !== 'config' && value !== was[name])
  const gone = Object.keys(was).filter((name) => name !== 'config' && !(name in after))
  if (changes.length + gone.length === 0) return undefined
  return plain(Object.fromEntries([...changes, ...gone.map((name) => [name, null])]))
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
