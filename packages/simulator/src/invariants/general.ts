import type { InvariantFactory } from '@quorate/core/testing'
import type { SimulationSubject } from '../subject/subject.js'
import { diskBeforeSpeech } from './diskBeforeSpeech.js'
import { exactlyOnce } from './exactlyOnce.js'
import { linearizability } from './linearizability.js'
import { logTime } from './logTime.js'
import { realTimeOrder } from './realTimeOrder.js'
import { stateMachineSafety } from './stateMachineSafety.js'
import { writtenDownFirst } from './writtenDownFirst.js'

/** What must hold whatever the protocol; each says itself which groups it is about. */
export const generalInvariants: readonly InvariantFactory[] = [
  stateMachineSafety,
  logTime,
  exactlyOnce,
  diskBeforeSpeech,
  writtenDownFirst,
  realTimeOrder,
  linearizability,
]

/** By what a subject is judged: what it brings itself, and what must hold of every one. */
export const invariantsOf = ({
  invariants = [],
}: Pick<SimulationSubject, 'invariants'>): readonly InvariantFactory[] => [...invariants, ...generalInvariants]
