import { expect } from 'vitest'
import type { HistoryEvent } from './event.js'
import type { History } from './history.js'
import { HistoryBuilder } from './historyBuilder.js'
import type { Json } from './json.js'
import { historyModels } from './models.js'

/**
 * A history as a picture: one line for each process, `name: [call]` with the brackets where it is invoked and returns, a column
 * for each moment. A call is `f`, then what it is given, `>` what it gave; `[f ...` without a bracket at its end stays open, and so does `[f ... ~]`, whose process goes on.
 *
 *     a: [write 1  ]
 *     b:    [read >1]
 *
 * Elsewhere, where nothing runs at one time, {@link inTurn} is shorter.
 */
export const drawn = (model: string, picture: string): History => {
  const events = picture
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => {
      const process = line.trim().split(':')[0]!
      return [...line.matchAll(/\[([^[\]]*)(\]?)/g)].flatMap(({ index, 0: all, 1: call, 2: end }) => {
        const { invoke, ok } = eventsOf(process, call!.replace('~', '').trim())
        const begin = { at: index, event: invoke }
        if (end === '') return [begin]
        return [
          begin,
          { at: index + all.length, event: call!.includes('~') ? ({ ...invoke, type: 'info' } as const) : ok },
        ]
      })
    })
    .sort((left, right) => left.at - right.at || (left.event.type === 'invoke' ? 1 : -1))
  return built(
    model,
    events.map(({ event }) => event),
  )
}

/** Calls one after another, each `process f argument > result`. */
export const inTurn = (model: string, ...calls: readonly string[]): History =>
  built(
    model,
    calls.flatMap((text) => {
      const [process = '', ...call] = text.split(' ')
      const { invoke, ok } = eventsOf(process, call.join(' '))
      return [invoke, ok]
    }),
  )

const built = (model: string, events: readonly HistoryEvent[]): History => {
  const builder = new HistoryBuilder(historyModels.filter(({ name }) => name === model))
  for (const event of events) builder.add(event)
  const history = builder.build()
  expect(history.operations.length).toBeGreaterThan(0)
  return history
}

const eventsOf = (process: string, call: string): { readonly invoke: HistoryEvent; readonly ok: HistoryEvent } => {
  const [before = '', result] = call.split('>').map((part) => part.trim())
  const [name = '', ...rest] = before.split(' ').filter((word) => word !== '')
  const [f = '', key] = name.split('/')
  const values = rest.map((word) => parsed(word))
  const value = f === 'cas' ? values : (values[0] ?? null)
  const base = { process, f, ...(key !== undefined && { key }) }
  const given = values.length > 0 || result === undefined
  return {
    invoke: { ...base, type: 'invoke', value },
    ok: {
      ...base,
      type: 'ok',
      value: given ? value : parsed(result),
      ...(result !== undefined && { result: parsed(result) }),
    },
  }
}

const parsed = (word: string): Json => {
  try {
    return JSON.parse(word) as Json
  } catch {
    return word
  }
}
