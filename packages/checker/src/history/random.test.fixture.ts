import type { HistoryEvent } from './event.js'
import type { History } from './history.js'
import { HistoryBuilder } from './historyBuilder.js'
import type { Json } from './json.js'
import type { HistoryModel } from './model.js'
import { historyModels } from './models.js'
import { naiveObjects } from './naive.test.fixture.js'

/** Numbers from 0 to below 1, always the same for one seed (mulberry32). */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const chosen = <T>(random: () => number, from: readonly T[]): T => from[Math.floor(random() * from.length)]!

export interface Draw {
  readonly model: string
  readonly processes: number
  readonly operations: number
  /** How many values, counted from 1; none: every value is another one. */
  readonly values?: number
  readonly keys?: readonly string[]
  /** How many of the operations end by info. @default 0 */
  readonly infos?: number
  /** How many of those that tell something tell nothing but the truth; the others are drawn. @default 1 */
  readonly truth?: number
}

/** How often a process goes on with what it has begun rather than another one. */
interface Running {
  readonly process: number
  readonly f: string
  readonly key: string | undefined
  readonly argument: Json | undefined
  result: Json | undefined
  stage: 'invoked' | 'done'
}

/** The events of an object that is linearizable, called by processes that take their time: some never hear of the end. */
export const drawEvents = (random: () => number, draw: Draw): HistoryEvent[] => {
  const { model: name, processes, keys, infos = 0, truth = 1 } = draw
  const { operations } = historyModels.find((each) => each.name === name)!
  const { empty, execute } = naiveObjects[name]!
  const states = new Map<string | undefined, Json>()
  const events: HistoryEvent[] = []
  const running = new Map<number, Running>()
  const lost: Running[] = []
  let begun = 0
  let written = 0
  const value = (): Json => (draw.values === undefined ? ++written : 1 + Math.floor(random() * draw.values))
  const known = (): Json => (draw.values === undefined ? Math.ceil(random() * written) : value())
  const perform = (each: Running): void => {
    const [state, result] = execute(states.get(each.key) ?? empty, each.f, each.argument ?? null, each.process)
    states.set(each.key, state)
    each.result = result
    each.stage = 'done'
  }
  const begin = (process: number): void => {
    const f = chosen(random, Object.keys(operations))
    const key = keys && chosen(random, keys)
    const form = operations[f]!.argument
    const argument =
      form === 'none' ? undefined : form === 'pair' ? [known(), value()] : name.startsWith('set') ? known() : value()
    begun++
    running.set(process, {
      process,
      f,
      key,
      argument: name === 'kv' && f !== 'cas' ? textual(argument) : argument,
      result: undefined,
      stage: 'invoked',
    })
    events.push(eventFor(running.get(process)!, 'invoke'))
  }
  const end = (each: Running): void => {
    running.delete(each.process)
    if (random() < infos) {
      lost.push(each)
      events.push(eventFor(each, 'info'))
    } else if (each.stage === 'done') {
      if (random() >= truth) each.result = drawnResult(random, each, known, name === 'counter')
      events.push(eventFor(each, 'ok'))
    } else events.push(eventFor(each, 'fail'))
  }
  while (begun < draw.operations || running.size > 0) {
    const process = Math.floor(random() * processes)
    const each = running.get(process)
    const late = lost.find(({ stage }) => stage === 'invoked')
    if (late !== undefined && random() < 0.1) perform(late)
    if (each === undefined) {
      if (begun < draw.operations) begin(process)
    } else if (each.stage === 'invoked' && random() < 0.95) perform(each)
    else end(each)
  }
  return events
}

const textual = (value: Json | undefined): Json | undefined => (value === undefined ? undefined : `${value}.`)

const drawnResult = (random: () => number, { f, result }: Running, known: () => Json, isCounter: boolean): Json => {
  if (typeof result === 'boolean') return random() < 0.5
  if (Array.isArray(result)) return random() < 0.5 ? [] : [...new Set([...(result as Json[]).slice(1), known()])].sort()
  if (typeof result === 'number' && f === 'read' && isCounter) return result + (random() < 0.5 ? 1 : -1)
  if (random() < 0.2) return null
  return f === 'get' ? `${known()}.` : known()
}

const eventFor = ({ process, f, key, argument, result }: Running, type: HistoryEvent['type']): HistoryEvent => {
  const event = { process, type, f, ...(key !== undefined && { key }) }
  const isGiven = argument !== undefined
  if (type !== 'ok') return { ...event, value: argument ?? null }
  if (isGiven) return { ...event, value: argument, ...(typeof result === 'boolean' && { result }) }
  return typeof result === 'boolean' ? { ...event, result } : { ...event, value: result ?? null }
}

/** The history of some events. */
export const historyOf = (
  events: readonly HistoryEvent[],
  model: string,
  models: readonly HistoryModel[] = historyModels,
): History => {
  const builder = new HistoryBuilder(models.filter(({ name }) => name === model))
  for (const event of events) builder.add(event)
  return builder.build()
}

export const drawHistory = (random: () => number, draw: Draw): History =>
  historyOf(drawEvents(random, draw), draw.model)

/** So small that every order can be tried. */
export const smallDraw = (model: string, seed: number): Draw => ({
  model,
  processes: 2 + (seed % 3),
  operations: 3 + (seed % 4),
  ...(seed % 7 > 0 && { values: 2 }),
  infos: 0.25,
  truth: 0.6,
  ...(seed % 5 === 0 && { keys: ['x', 'y'] }),
})
