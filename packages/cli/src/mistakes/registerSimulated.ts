import { nothing } from './mistake.js'
import { providing, type Simulated } from './simulated.js'

/** A mistake in the atomic register that the simulator has to find; more are for the model checker. */
export const registerMistakes: readonly Simulated[] = [
  {
    name: 'Register: a replica that does not write down what it is told',
    pitfall: 'forgets',
    cluster: 'register',
    change: providing('replica', { actions: { persist: nothing } }),
  },
]
