import type { HistoryModel } from '@quorate/checker'
import type { SimulatedWorkload } from '@quorate/simulator'
import type { StockCommand, stock } from './stock.js'

/** One thing after another, by one person: what each call must give. It is not the state machine, or it would prove nothing. */
const model: HistoryModel<number> = {
  name: 'stock',
  operations: {
    put: { argument: 'value', result: 'value' },
    take: { argument: 'value', result: 'value' },
    count: { argument: 'none', result: 'value' },
  },
  init: () => 0,
  step(left, { f, argument, result }) {
    const change = f === 'count' ? 0 : f === 'put' ? Number(argument) : -Number(argument)
    const isRefused = left + change < 0
    const next = isRefused ? left : left + change
    // A call that nobody was answered may have given anything.
    return result === undefined || result === (isRefused ? null : next) ? next : undefined
  },
  identify: (left) => `${left} left`,
}

/** What clients of the stock do in a simulation, and what they must be told. */
export const stockWorkload: SimulatedWorkload<typeof stock> = {
  name: 'putting and taking',
  operations: {
    put: { fields: { key: 'text', value: 'count' } },
    take: { fields: { key: 'text', value: 'count' } },
    count: { fields: { key: 'text' }, isQuery: true },
  },
  draw: () => (own) => {
    const key = own.pick(['nails', 'screws'])
    if (own.isOne(300)) return { f: 'count', key }
    return { f: own.pick(['put', 'take']), key, value: own.between(1, 9) }
  },
  probe: () => [
    { f: 'put', key: 'nuts', value: 1 },
    { f: 'count', key: 'nuts' },
  ],
  async perform(client, { f, key, value }) {
    const item = String(key)
    if (f === 'count') return client.query(item)
    return (await client.propose({ f: f as StockCommand['f'], item, count: Number(value) })).result
  },
  model: model as HistoryModel,
}
