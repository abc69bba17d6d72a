import { historyModels } from '@quorate/checker'
import { invariant } from '@quorate/core'
import { readsAndWrites } from '@quorate/register/testing'
import type { SimulatedWorkload } from '@quorate/simulator'

const model = historyModels.find(({ name }) => name === 'register')
invariant(model !== undefined, 'the checker knows registers')

/** Clients of `register`, and what they are told is judged. */
export const registerWorkload: SimulatedWorkload = { ...(readsAndWrites as SimulatedWorkload), model }
