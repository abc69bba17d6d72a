import { checkLinearizability, HistoryBuilder, historyModels } from '@quorate/checker'
import { completionOf, invocationOf } from '../observation/history.js'
import { ordersLog } from '../subject/clientGroups.js'
import type { InvariantFactory } from './invariant.js'

/** Operations that a judgement may try: half a minute needs some hundreds. */
const stepsMax = 1_000_000

/**
 * What clients are told could have come from one copy of each register. Judged when the run is over, from what clients saw
 * and from nothing else: not from what nodes did, nor from the indexes that they name.
 */
export const linearizability: InvariantFactory = ({ definition, broken }) => {
  if (!ordersLog(definition)) return undefined
  const history = new HistoryBuilder(historyModels)
  return {
    name: 'Linearizability',
    source: 'Herlihy and Wing, "Linearizability" (1990), section 2.2',
    began: (process, operation) => history.add(invocationOf(process, operation)),
    answered: (process, operation, ending) => history.add(completionOf(process, operation, ending)),
    over() {
      const { operations, model } = history.build()
      const { verdict, violation } = checkLinearizability(operations, model, { stepsMax })
      if (verdict === 'unknown') broken(`nobody knows: more than ${stepsMax} steps did not decide it`)
      if (!violation) return
      const { key, stuck, states } = violation
      const what = `${stuck.f} ${key} of client ${stuck.process} with ${JSON.stringify(stuck.argument ?? stuck.result)}`
      broken(`${what} has no place in any order of what was told before; found was ${states[0] ?? 'nothing'}`)
    },
  }
}
