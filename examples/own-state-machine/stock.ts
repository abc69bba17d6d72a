import { defineStateMachine, json } from '@quorate/core'

/** How many there are of each thing. */
type Stock = Readonly<Record<string, number>>

/** Puts some in, or takes some out. */
export interface StockCommand {
  readonly f: 'put' | 'take'
  readonly item: string
  readonly count: number
}

const { encode: snapshot, decode: restore } = json<Stock>()

/** A stock of things: nobody takes more than there are. The result is how many are left, or `null` when there were too few. */
export const stock = defineStateMachine({
  initial: (): Stock => ({}),
  apply: (state: Stock, { f, item, count }: StockCommand): { state: Stock; result: number | null } => {
    const left = (state[item] ?? 0) + (f === 'put' ? count : -count)
    return left < 0 ? { state, result: null } : { state: { ...state, [item]: left }, result: left }
  },
  query: (state, item: string): number => state[item] ?? 0,
  snapshot,
  restore,
})
