import {
  type Address,
  addressOf,
  type Effect,
  everyNode,
  ignore,
  type NodeId,
  nodeOf,
  type QuorumSystem,
  type Received,
  rulesFor,
  send,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import type { Claim, WatchMessage } from './generated/watch.js'

/**
 * One of several nodes has the watch: at most one in an epoch. A node grants each epoch to one claimer, durably before it
 * says so, and two majorities share a node.
 * @module
 */

/** The role's name in addresses. */
export const sentryRole = 'sentry'

/** What a sentry must not forget. */
export interface SentryRecord {
  /** The newest epoch that was heard of. */
  readonly epoch: number
  /** To whom the watch of that epoch was granted. */
  readonly grantedTo: NodeId | undefined
  /** The disk lost its last write, which may have been a grant. */
  readonly forgot: boolean
}

export interface Sentry extends SentryRecord {
  readonly group: string
  readonly id: NodeId
  readonly quorum: QuorumSystem
  /** Who has the watch, as far as this node knows. */
  readonly onWatch: NodeId | undefined
  /** Who answered in this round; itself among them. */
  readonly answers: Readonly<Record<NodeId, true>>
}

type Event = Received<WatchMessage>
type WithEpoch = { readonly epoch: number }

const on = rulesFor<Sentry, Event>()

// Rules about several messages are plain functions, bound to each of them below.
const isNewer = (self: Sentry, { epoch }: WithEpoch): boolean => epoch > self.epoch
const isOlder = (self: Sentry, { epoch }: WithEpoch): boolean => epoch < self.epoch
const isOfThisEpoch = (self: Sentry, { epoch }: WithEpoch): boolean => epoch === self.epoch
const learn = (_self: Sentry, { epoch }: WithEpoch) => ({ epoch, grantedTo: undefined, onWatch: undefined })
const count = (self: Sentry, { from }: { readonly from: Address }) => ({
  answers: { ...self.answers, [nodeOf(from)]: true as const },
})
const claimReply = (self: Sentry, { from }: Received<Claim>, granted: boolean) =>
  send(from, { type: 'ClaimReply', epoch: self.epoch, granted })
const everySentry = (self: Sentry): Address => addressOf(self.group, sentryRole, everyNode)

export const sentry = setup({
  types: {} as {
    context: Sentry
    events: Event
    input: Sentry
    emitted: Effect<WatchMessage, SentryRecord>
  },
  // Nominal; the group's definition provides a randomized `silence`, so that claims seldom meet.
  delays: { silence: 1000, patience: 1000, round: 100 },
  guards: {
    isNewerClaim: on('Claim', isNewer),
    isRepeatedClaim: on('Claim', (self, claim) => isOfThisEpoch(self, claim) && self.grantedTo === nodeOf(claim.from)),
    isNewerClaimReply: on('ClaimReply', isNewer),
    isGrant: on('ClaimReply', (self, reply) => reply.granted && isOfThisEpoch(self, reply)),
    isNewerPresent: on('Present', isNewer),
    isOlderPresent: on('Present', isOlder),
    isNewerPresentReply: on('PresentReply', isNewer),
    isPresentReply: on('PresentReply', isOfThisEpoch),
    hasMajority: ({ context: self }) => self.quorum.tally(self.answers) === 'won',
    forgot: ({ context: self }) => self.forgot,
  },
  actions: {
    persist: emit(({ context: { epoch, grantedTo, forgot } }) => ({
      type: 'persist',
      record: { epoch, grantedTo, forgot },
    })),
    beginEpoch: assign(({ context: self }) => ({
      epoch: self.epoch + 1,
      grantedTo: self.id,
      onWatch: undefined,
      answers: { [self.id]: true as const },
    })),
    broadcastClaim: emit(({ context: self }) => send(everySentry(self), { type: 'Claim', epoch: self.epoch })),
    grant: assign(on('Claim', (_self, { epoch, from }) => ({ epoch, grantedTo: nodeOf(from), onWatch: undefined }))),
    replyGrant: emit(on('Claim', (self, claim) => claimReply(self, claim, true))),
    refuse: emit(on('Claim', (self, claim) => claimReply(self, claim, false))),
    countGrant: assign(on('ClaimReply', count)),
    learnFromClaimReply: assign(on('ClaimReply', learn)),
    takeWatch: assign(({ context: self }) => ({ onWatch: self.id, answers: { [self.id]: true as const } })),
    broadcastPresent: emit(({ context: self }) => send(everySentry(self), { type: 'Present', epoch: self.epoch })),
    learnFromPresent: assign(on('Present', learn)),
    recognize: assign(on('Present', (_self, { from }) => ({ onWatch: nodeOf(from) }))),
    replyPresent: emit(on('Present', (self, { from }) => send(from, { type: 'PresentReply', epoch: self.epoch }))),
    countPresentReply: assign(on('PresentReply', count)),
    learnFromPresentReply: assign(on('PresentReply', learn)),
    loseWatch: assign({ onWatch: undefined }),
  },
}).createMachine({
  id: 'sentry',
  context: ({ input }) => input,
  initial: 'starting',
  on: {
    Claim: [
      { guard: 'isNewerClaim', actions: ['grant', 'persist', 'replyGrant'], target: '.standingBy' },
      { guard: 'isRepeatedClaim', actions: 'replyGrant' },
      { actions: 'refuse' },
    ],
    Present: [
      { guard: 'isOlderPresent', actions: 'replyPresent' },
      {
        guard: 'isNewerPresent',
        actions: ['learnFromPresent', 'persist', 'recognize', 'replyPresent'],
        target: '.standingBy',
      },
      { actions: ['recognize', 'replyPresent'], target: '.standingBy' },
    ],
    ClaimReply: ignore('an answer to a claim that is settled'),
    PresentReply: ignore('an answer to a watch that is over'),
  },
  states: {
    starting: {
      always: [{ guard: 'forgot', actions: 'persist', target: 'abstaining' }, { target: 'standingBy' }],
    },
    standingBy: {
      after: { silence: 'claiming' },
    },
    claiming: {
      entry: ['beginEpoch', 'persist', 'broadcastClaim'],
      always: { guard: 'hasMajority', target: 'onWatch' },
      after: { silence: { target: 'claiming', reenter: true } },
      on: {
        ClaimReply: [
          { guard: 'isNewerClaimReply', actions: ['learnFromClaimReply', 'persist'], target: 'standingBy' },
          { guard: 'isGrant', actions: 'countGrant' },
          ignore('a refusal, or an answer to an earlier claim'),
        ],
      },
    },
    onWatch: {
      entry: 'takeWatch',
      initial: 'presenting',
      after: {
        patience: [
          { guard: 'hasMajority', target: 'onWatch', reenter: true },
          { actions: 'loseWatch', target: 'standingBy' },
        ],
      },
      on: {
        PresentReply: [
          { guard: 'isNewerPresentReply', actions: ['learnFromPresentReply', 'persist'], target: 'standingBy' },
          { guard: 'isPresentReply', actions: 'countPresentReply' },
          ignore('an answer to an earlier watch'),
        ],
      },
      states: {
        presenting: {
          entry: 'broadcastPresent',
          after: { round: { target: 'presenting', reenter: true } },
        },
      },
    },
    /** It may have granted an epoch and not know it, so it grants and claims none any more. */
    abstaining: {
      on: {
        Claim: { actions: 'refuse' },
        Present: [{ guard: 'isOlderPresent', actions: 'replyPresent' }, { actions: ['recognize', 'replyPresent'] }],
      },
    },
  },
})
