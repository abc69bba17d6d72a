import { noBytes } from '@quorate/core'
import { oneDecision } from '@quorate/paxos'
import { plainValue } from '../output.js'
import type { Asking } from './asking.js'

export const paxosAsking: Asking<Uint8Array, Uint8Array> = {
  contract: oneDecision,
  put: {
    propose: {
      requestOf: ([value = noBytes]) => value,
      answerOf: (chosen) => ({ fields: { ...plainValue(chosen) }, text: chosen }),
    },
  },
}
