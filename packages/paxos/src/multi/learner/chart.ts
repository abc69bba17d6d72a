import { type Effect, ignore, rulesFor, send } from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import type { MultiPaxosMessage } from '../../generated/multi_paxos.js'
import { everyRole } from '../shared/config.js'
import * as answering from './answering.js'
import * as catching from './catchingUp.js'
import type { Learner, LearnerEvent } from './state.js'

const on = rulesFor<Learner, LearnerEvent>()

export const learner = setup({
  types: {} as {
    context: Learner
    events: LearnerEvent
    input: Learner
    emitted: Effect<MultiPaxosMessage>
  },
  // Nominal; it doubles while nobody answers, or on a slow link everything would be asked for again before it can come.
  delays: { learnAgain: 100, silence: 1000 },
  guards: {
    hasHeard: ({ context: self }) => self.heard,
    hasPeers: ({ context: self }) => catching.hasPeers(self),
    isMalformed: on('Chosen', (_self, message) => catching.isMalformed(message)),
    isKnown: on('Chosen', (self, { entries }) => (entries.at(-1)?.index ?? 0) <= self.chosenThrough),
    isTooFarAhead: on('Chosen', catching.isTooFarAhead),
    isNextHere: ({ context: self }) => catching.isNextHere(self),
    hasLostWrite: ({ context: self }) => self.lostWrite,
    isBehind: ({ context: self }) => self.announced > self.chosenThrough,
    isUpToDate: ({ context: self }) => self.announced <= self.chosenThrough,
    isAnswered: ({ context: self }) => self.answered,
    isWorthRepeating: ({ context: self }) => catching.isWorthRepeating(self),
    areAcceptorsNext: ({ context: self }) => catching.areAcceptorsNext(self),
    haveAcceptorsAnswered: ({ context: self }) => self.answered && catching.areAcceptorsAsked(self),
    isWanted: on('Report', catching.isWanted),
    isReported: ({ context: self }) => catching.reportedEntries(self).length > 0,
    isSnapshotKnown: on('InstallSnapshot', (self, { lastIndex }) => lastIndex <= self.chosenThrough),
    isWantedPiece: on('InstallSnapshot', catching.isWantedPiece),
    isPieceNextHere: ({ context: self }) => catching.isPieceNextHere(self),
    isLastPieceHere: ({ context: self }) => catching.isLastPieceHere(self),
    holds: on('Learn', answering.holds),
    holdsSnapshot: on('Learn', answering.holdsSnapshot),
    isAnswering: ({ context: self }) => answering.isAnswering(self),
    isNewerSnapshot: on('snapshot.taken', answering.isNewerSnapshot),
  },
  actions: {
    persist: emit({ type: 'persist', record: {} }),
    trust: assign({ lostWrite: false }),
    queue: assign(on('Chosen', catching.withChosen)),
    commit: emit(({ context: self }) => catching.commitEffect(self)),
    advance: assign(({ context: self }) => catching.afterCommit(self)),
    commitReported: emit(({ context: self }) => ({ type: 'commit', entries: catching.reportedEntries(self) })),
    advanceReported: assign(({ context: self }) => catching.afterReports(self)),
    noteHeartbeat: assign(on('Heartbeat', answering.withHeartbeat)),
    replyHeartbeat: emit(
      on('Heartbeat', (self, { from, ballot }) =>
        send(from, { type: 'HeartbeatReply', ballot, snapshotThrough: self.snapshot?.last.index ?? 0 }),
      ),
    ),
    askLearner: emit(({ context: self }) => send(catching.peerInTurn(self), catching.learn(self))),
    askAcceptors: emit(({ context: self }) => send(everyRole(self, 'acceptor'), catching.learn(self))),
    noteAsked: assign({ answered: false }),
    noteQuiet: assign({ heard: false, turn: undefined }),
    nextPeer: assign(({ context: self }) => catching.withNextPeer(self)),
    noteSnapshot: assign(on('InstallSnapshot', catching.withAnnounced)),
    noteRepeat: assign(({ context: self }) => catching.afterSilence(self)),
    nextTurn: assign(({ context: self }) => catching.withNextTurn(self)),
    noteUpToDate: assign({
      turn: undefined,
      doublings: 0,
      answered: false,
      incoming: undefined,
      pieces: [],
      reports: {},
    }),
    noteReport: assign(on('Report', catching.withReport)),
    keepPiece: assign(on('InstallSnapshot', catching.withPiece)),
    acceptPiece: assign(({ context: self }) => catching.withNextPiece(self)),
    stagePiece: emit(({ context: self }) => catching.stagePiece(self)),
    persistSnapshot: emit(({ context: self }) => ({ type: 'install', snapshot: catching.completed(self) })),
    restore: emit(({ context: self }) => ({ type: 'restore', snapshot: catching.completed(self) })),
    install: assign(({ context: self }) => catching.withInstalled(self)),
    noteQuestion: assign(on('Learn', answering.withQuestion)),
    lend: assign(on('Learn', answering.withLoan)),
    answer: emit(({ context: self }) => answering.answerEffect(self)),
    noteAnswer: assign(({ context: self }) => answering.withoutAnswered(self)),
    /** The log of a learner is not on the disk, so its own snapshot takes the place of all that is. */
    persistOwnSnapshot: emit(on('snapshot.taken', (_self, { snapshot }) => ({ type: 'install' as const, snapshot }))),
    compact: assign(on('snapshot.taken', answering.withSnapshot)),
  },
}).createMachine({
  id: 'learner',
  context: ({ input }) => input,
  initial: 'starting',
  always: { guard: 'isAnswering', actions: ['answer', 'noteAnswer'] },
  on: {
    Chosen: [
      { guard: 'isMalformed', ...ignore('nobody sends such entries') },
      { guard: 'isKnown', ...ignore('it is known already') },
      { guard: 'isTooFarAhead', ...ignore('too much waits already for what is missing') },
      { actions: 'queue' },
    ],
    Heartbeat: { actions: ['noteHeartbeat', 'replyHeartbeat'] },
    Learn: [
      { guard: 'holds', actions: 'noteQuestion' },
      { guard: 'holdsSnapshot', actions: ['lend', 'noteQuestion'] },
      ignore('this learner knows no more itself'),
    ],
    Report: ignore('nothing was asked of acceptors, or it is known by now'),
    InstallSnapshot: ignore('nothing is missing here'),
    'snapshot.taken': [
      { guard: 'isNewerSnapshot', actions: ['persistOwnSnapshot', 'compact'] },
      ignore('a newer one is here'),
    ],
    'storage.persisted': ignore('nothing of a learner waits for it'),
  },
  states: {
    /** The disk is told that nothing is doubted. */
    starting: {
      always: [{ guard: 'hasLostWrite', actions: ['persist', 'trust'], target: 'current' }, { target: 'current' }],
    },
    /** Who hears no distinguished proposer may be behind and not know it: other learners are asked, one after the other. */
    current: {
      always: [
        { guard: 'isNextHere', actions: ['commit', 'advance'] },
        { guard: 'isBehind', target: 'behind' },
        { guard: 'isAnswered', actions: ['askLearner', 'noteAsked'] },
      ],
      after: {
        silence: [
          { guard: 'hasHeard', actions: 'noteQuiet', target: 'current', reenter: true },
          { guard: 'hasPeers', actions: ['nextPeer', 'askLearner', 'noteAsked'], target: 'current', reenter: true },
          { target: 'current', reenter: true },
        ],
      },
      on: {
        InstallSnapshot: [
          { guard: 'isSnapshotKnown', ...ignore('it is known already') },
          { guard: 'isWantedPiece', actions: ['noteSnapshot', 'keepPiece'] },
          ignore('not what was asked for'),
        ],
      },
    },
    /** Slots are chosen that were not heard of. They may be on their way; if they do not come, others are asked. */
    behind: {
      always: [
        { guard: 'isNextHere', actions: ['commit', 'advance'], target: 'behind', reenter: true },
        { guard: 'isReported', actions: ['commitReported', 'advanceReported'], target: 'behind', reenter: true },
        {
          guard: 'isLastPieceHere',
          actions: ['acceptPiece', 'stagePiece', 'persistSnapshot', 'restore', 'install'],
          target: 'behind',
          reenter: true,
        },
        { guard: 'isPieceNextHere', actions: ['acceptPiece', 'stagePiece'], target: 'behind', reenter: true },
        { guard: 'isUpToDate', actions: 'noteUpToDate', target: 'current' },
        { guard: 'haveAcceptorsAnswered', actions: ['askAcceptors', 'noteAsked'] },
        { guard: 'isAnswered', actions: ['askLearner', 'noteAsked'] },
      ],
      after: {
        learnAgain: [
          {
            guard: 'isWorthRepeating',
            actions: ['noteRepeat', 'askLearner', 'noteAsked'],
            target: 'behind',
            reenter: true,
          },
          {
            guard: 'areAcceptorsNext',
            actions: ['nextTurn', 'askAcceptors', 'noteAsked'],
            target: 'behind',
            reenter: true,
          },
          { actions: ['nextTurn', 'askLearner', 'noteAsked'], target: 'behind', reenter: true },
        ],
      },
      on: {
        Report: [{ guard: 'isWanted', actions: 'noteReport' }, ignore('it is known by now')],
        InstallSnapshot: [
          { guard: 'isSnapshotKnown', ...ignore('it is known already') },
          { guard: 'isWantedPiece', actions: 'keepPiece' },
          ignore('not the piece that was asked for'),
        ],
      },
    },
  },
})
