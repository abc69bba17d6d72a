import { checkLinearizability, HistoryBuilder } from '@quorate/checker'
import type { InvariantFactory } from '@quorate/core/testing'
import { completionOf, invocationOf } from '../workload/history.js'
import { modelOf, type SimulatedWorkload } from '../workload/simulatedWorkload.js'

/** Operations that a judgement may try: half a minute needs some hundreds. */
const stepsMax = 1_000_000

/**
 * What clients are told could have come from one copy of each object. Judged when the run is over, by the model of their
 * workload, from what they saw and from nothing else: not from what nodes did, nor from the indexes that they name.
 */
export const linearizability: InvariantFactory = ({ workload, broken }) => {
  const model = workload && modelOf(workload as SimulatedWorkload)
  if (!model) return undefined
  const history = new HistoryBuilder([model])
  return {
    name: 'Linearizability',
    source: 'Herlihy and Wing, "Linearizability" (1990), section 2.2',
    began: (process, operation) => history.add(invocationOf(workload, process, operation)),
    answered: (process, operation, ending) => history.add(completionOf(workload, process, operation, ending)),
    over() {
      const { operations, model } = history.build()
      const { verdict, violation } = checkLinearizability(operations, model, { stepsMax })
      if (verdict === 'unknown') broken(`nobody knows: more than ${stepsMax} steps did not decide it`)
      if (!violation) return
      const { key, stuck, states } = violation
      const object = key === undefined ? '' : ` ${key}`
      const what = `${stuck.f}${object} of client ${stuck.process} with ${JSON.stringify(stuck.argument ?? stuck.result)}`
      broken(`${what} has no place in any order of what was told before; found was ${states[0] ?? 'nothing'}`)
    },
  }
}
