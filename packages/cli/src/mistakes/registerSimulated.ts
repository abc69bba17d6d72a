import { register } from '@quorate/register'
import { registerWorkload } from '../sim/subjects/register.js'
import { nothing } from './mistake.js'
import { clusterOf, providing, type Simulated } from './simulated.js'

const cluster = clusterOf({
  protocol: 'register',
  workload: registerWorkload,
  groupOf: (replicas) => register({ replicas }),
})

/** A mistake in the atomic register that the simulator has to find; more are for the model checker. */
export const registerMistakes: readonly Simulated[] = [
  {
    name: 'Register: a replica that does not write down what it is told',
    pitfall: 'forgets',
    cluster,
    change: providing('replica', { actions: { persist: nothing } }),
  },
]
