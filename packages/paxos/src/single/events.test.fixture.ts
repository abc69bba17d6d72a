import type { EventsOf } from '@quorate/core/testing'
import type { AcceptorEvent } from './acceptor.js'
import type { LearnerEvent } from './learner.js'
import type { ProposerEvent } from './proposer.js'

/** Every event of each role, and where it comes from. */
export const paxosEvents = {
  proposer: {
    Promise: 'message',
    Accepted: 'message',
    Nack: 'message',
    Chosen: 'message',
    Rejoin: 'message',
    'client.asked': 'local',
    'storage.persisted': 'local',
  } satisfies EventsOf<ProposerEvent>,
  acceptor: {
    Prepare: 'message',
    Accept: 'message',
    Learn: 'message',
    RejoinReply: 'message',
    'storage.persisted': 'local',
  } satisfies EventsOf<AcceptorEvent>,
  learner: {
    Accepted: 'message',
    Chosen: 'message',
    Learn: 'message',
    'storage.persisted': 'local',
  } satisfies EventsOf<LearnerEvent>,
} as const
