import { emptyOutbox, enqueue, isDurable, nodeOf, type Outbox, take, written } from '@quorate/core'
import { type AnyStatechart, assign, createMachine } from '@quorate/core/statechart'
import { checkMachine, type Packet, Stage, type StageDisk } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { placeOf } from '../ballot.js'
import type { PaxosMessage, Proposal } from '../generated/paxos.js'
import { acceptor } from './acceptor.js'
import { acceptorRole, learnerRole, proposerRole } from './config.js'
import { paxosEvents } from './events.test.fixture.js'
import { learner } from './learner.js'
import { proposer } from './proposer.js'
import * as given from './roles.test.fixture.js'

/**
 * Mistakes that systems which people trusted have made. Each is a scenario that the roles pass, and that fails when the
 * same mistake is made here on purpose.
 */

/** The scenario holds, and notices each of the mistakes: by what it expects, not by breaking down. */
function pitfall<Subject>(
  scenario: (subject: Subject) => void,
  sound: Subject,
  mistakes: Record<string, Subject>,
): void {
  scenario(sound)
  for (const [name, mistaken] of Object.entries(mistakes)) {
    expect(() => scenario(mistaken), `unnoticed: ${name}`).toThrow(/^expected/)
  }
}

/** The same role with another table. */
const changed = <Machine extends AnyStatechart>(role: Machine, change: (config: Config) => Config): Machine =>
  createMachine(change(role.config as Config) as never).provide(role.implementations as never) as never

// biome-ignore lint/suspicious/noExplicitAny: a table of any role, broken on purpose.
type Config = any

/** The same role, which does something else in the cell of `event` that has the guard. */
const acting = <Machine extends AnyStatechart>(
  role: Machine,
  event: string,
  guard: string,
  actions: readonly string[],
): Machine =>
  changed(role, (config) => ({
    ...config,
    on: {
      ...config.on,
      [event]: config.on[event].map((cell: Config) => (cell.guard === guard ? { ...cell, actions } : cell)),
    },
  }))

/** The same role, which does not tell its disk that it is in doubt. */
const silentInDoubt = <Machine extends AnyStatechart>(role: Machine): Machine =>
  changed(role, (config) => {
    const [doubtful, other] = config.states.starting.always
    const starting = { always: [{ ...doubtful, actions: [] }, other] }
    return { ...config, states: { ...config.states, starting } }
  })

interface Roles {
  readonly proposer?: typeof proposer
  readonly acceptor?: typeof acceptor
  readonly learner?: typeof learner
}

const begin = (roles: Roles = {}, options: Parameters<typeof given.groupOf>[0] = {}) =>
  new Stage(given.withRoles(given.groupOf({ proposers: ['p1', 'p2', 'p3'], ...options }), roles))

/** Of two ballots in one round. */
const [lesser, greater] = ['p1', 'p2'].sort((a, b) => placeOf(a) - placeOf(b)) as [string, string]

/** Among these nodes only; whatever else is said is lost. */
const among =
  (...nodes: string[]) =>
  ({ from, to }: Packet): boolean =>
    nodes.includes(nodeOf(from)) && nodes.includes(nodeOf(to))

/** Lets everything move but messages of one type, and gives those. */
function holding(stage: Stage, type: PaxosMessage['type'], isOpen: (packet: Packet) => boolean): readonly Packet[] {
  const held: Packet[] = []
  stage.stabilize((packet) => {
    if (packet.message.type !== type) return isOpen(packet)
    held.push(packet)
    return false
  })
  return held
}

/** A client asks a proposer, which tries until it has an answer, and hears these nodes only. */
function decide(stage: Stage, node: string, text: string, ...nodes: string[]): void {
  const { driven } = stage.actor(proposerRole, node)
  given.ask(stage, node, text)
  for (let time = 0; time < 4; time++) {
    stage.stabilize(among(node, ...nodes))
    for (const timer of ['phaseTimeout', 'backOff']) {
      if (driven?.timers[timer] !== undefined) stage.actor(proposerRole, node).fire(timer)
    }
  }
  stage.stabilize(among(node, ...nodes))
}

/** Everything that clients were told, and that learners say, was chosen. */
const told = (stage: Stage): readonly string[] => [
  ...new Set([
    ...stage.actorsOf(proposerRole).flatMap(given.answersOf),
    ...given.chosenAt(stage, learnerRole).flatMap((value) => value ?? []),
  ]),
]

const proposalIn = ({ event }: { event: unknown }) => (event as { proposal: Proposal }).proposal

describe('speaking before the disk', () => {
  interface Rules {
    enqueue(
      outbox: Outbox<given.PaxosEffect>,
      emitted: readonly given.PaxosEffect[],
    ): ReturnType<typeof enqueue<given.PaxosEffect>>
  }
  const sound: Rules = { enqueue }
  /** An effect waits for what its own step wrote, and for nothing that was under way before. */
  const perStep: Rules = {
    enqueue(outbox, emitted) {
      const first = emitted.findIndex(isDurable)
      const free = first < 0 ? emitted : emitted.slice(0, first)
      return { leaves: free, outbox: { ...outbox, waiting: [...outbox.waiting, ...emitted.slice(free.length)] } }
    },
  }
  const none: Rules = {
    enqueue: (outbox, emitted) => ({
      leaves: emitted.filter((effect) => !isDurable(effect)),
      outbox: { ...outbox, waiting: [...outbox.waiting, ...emitted.filter(isDurable)] },
    }),
  }

  /** The outbox of an actor. Gives what is said, when the disk lets it. */
  function outboxWith(rules: Rules) {
    let outbox: Outbox<given.PaxosEffect> = emptyOutbox
    const typesOf = (effects: readonly given.PaxosEffect[]) => given.sent(effects).map(({ type }) => type)
    return {
      emit(effects: readonly given.PaxosEffect[]) {
        const step = rules.enqueue(outbox, effects)
        outbox = step.outbox
        return typesOf(step.leaves)
      },
      write() {
        outbox = take(outbox).outbox
        const step = written(outbox)
        outbox = step.outbox
        return typesOf(step.leaves)
      },
    }
  }

  test('neither promise nor acceptance is said before it is written, nor to a request that comes again meanwhile', () => {
    interface Subject {
      readonly rules: Rules
      readonly role: typeof acceptor
    }
    const scenario = ({ rules, role }: Subject) => {
      const driven = given.acceptorWith(undefined, role)
      const outbox = outboxWith(rules)
      expect(outbox.emit(driven.receive(given.prepare(1)))).toEqual([])
      expect(outbox.emit(driven.receive(given.prepare(1)))).toEqual([])
      expect(outbox.write()).toEqual(['Promise', 'Promise'])
      expect(outbox.emit(driven.receive(given.accept(1, 'blue')))).toEqual([])
      expect(outbox.emit(driven.receive(given.learn()))).toEqual([])
      expect(outbox.write()).toEqual(['Accepted', 'Accepted', 'Accepted'])
    }
    const promising = (...actions: string[]) => acting(acceptor, 'Prepare', 'exceedsPromised', actions)
    const accepting = (...actions: string[]) => acting(acceptor, 'Accept', 'honoursPromise', actions)
    pitfall(
      scenario,
      { rules: sound, role: acceptor },
      {
        'an effect waits only for its own step': { rules: perStep, role: acceptor },
        'no effect waits': { rules: none, role: acceptor },
        'the promise is said first': { rules: sound, role: promising('promise', 'replyPromise', 'persist') },
        'the acceptance is said first': {
          rules: sound,
          role: accepting('accept', 'replyAccepted', 'informLearners', 'persist'),
        },
        'learners are told first': {
          rules: sound,
          role: accepting('accept', 'informLearners', 'persist', 'replyAccepted'),
        },
      },
    )
  })

  test('a ballot is written before it is used', () => {
    const scenario = (rules: Rules) => {
      const outbox = outboxWith(rules)
      expect(outbox.emit(given.proposerWith().tell(given.asked('blue')))).toEqual([])
      expect(outbox.write()).toEqual(['Prepare'])
    }
    pitfall(scenario, sound, { 'no effect waits': none })
  })

  test('acceptors that are killed and start again hold to what they said', () => {
    const scenario = (role: typeof acceptor) => {
      const stage = begin({ acceptor: role })
      decide(stage, 'p1', 'blue', 'a1', 'a2')
      for (const actor of stage.actorsOf(acceptorRole)) {
        actor.crash()
        actor.start()
      }
      decide(stage, 'p2', 'red', 'a1', 'a2')
      expect(told(stage)).toEqual(['blue'])
    }
    const inMemory = acting(acceptor, 'Accept', 'honoursPromise', ['accept', 'replyAccepted', 'informLearners'])
    pitfall(scenario, acceptor, {
      'acceptances stay in memory': inMemory,
      'nothing is written': acceptor.provide({ actions: { persist: assign({}) } }),
    })
  })
})

describe('an acceptor that forgets', () => {
  /** Both proposers have prepared, first the lesser ballot and then the greater one; their Accepts are on their way. */
  function bothPrepared(role: typeof acceptor) {
    const stage = begin({ acceptor: role })
    given.ask(stage, lesser, 'blue')
    const blues = holding(stage, 'Accept', () => true)
    given.ask(stage, greater, 'red')
    const reds = holding(stage, 'Accept', among(greater, 'a1', 'a2'))
    return { stage, blues, reds }
  }
  const deliver = (stage: Stage, packets: readonly Packet[], ...nodes: string[]) => {
    for (const packet of packets) if (nodes.includes(nodeOf(packet.to))) stage.deliver(packet)
    // Nobody tells anybody what is chosen: acceptances have to do.
    stage.stabilize(({ message }) => message.type !== 'Chosen')
  }

  test('its promise: an Accept of a lesser ballot comes, and then that of the ballot that was promised', () => {
    const scenario = (role: typeof acceptor) => {
      const { stage, blues, reds } = bothPrepared(role)
      deliver(stage, blues, 'a1', 'a2')
      deliver(stage, reds, 'a1', 'a2')
      expect(told(stage)).toEqual(['red'])
    }
    pitfall(scenario, acceptor, {
      'it notes no promise': acceptor.provide({ actions: { promise: assign({}) } }),
      'it accepts whatever it promised': acceptor.provide({ guards: { honoursPromise: () => true } }),
    })
  })

  test('its promise, over a restart', () => {
    const scenario = (role: typeof acceptor) => {
      const { stage, blues, reds } = bothPrepared(role)
      for (const actor of stage.actorsOf(acceptorRole)) {
        actor.crash()
        actor.start()
      }
      deliver(stage, blues, 'a1', 'a2')
      deliver(stage, reds, 'a1', 'a2')
      expect(told(stage)).toEqual(['red'])
    }
    pitfall(scenario, acceptor, {
      'it does not write it': acting(acceptor, 'Prepare', 'exceedsPromised', ['promise', 'replyPromise']),
    })
  })

  test('that what it accepted is a promise: the Prepare was lost, and only the Accept came', () => {
    const scenario = (role: typeof acceptor) => {
      const { stage, blues, reds } = bothPrepared(role)
      // Red is chosen by a2 and a3, of which a3 promised nothing to its ballot; then comes the Accept of blue.
      for (const packet of reds) if (!packet.to.endsWith('a1')) stage.deliver(packet)
      stage.stabilize(among(greater, 'a2', 'a3'))
      for (const packet of blues) stage.deliver(packet)
      stage.stabilize(among(lesser, ...given.three))
      decide(stage, 'p3', 'green', 'a1', 'a3')
      expect(told(stage)).toEqual(['red'])
    }
    const unbound = acceptor.provide({
      actions: { accept: assign((args) => ({ accepted: proposalIn(args) })) },
    })
    pitfall(scenario, acceptor, { 'an acceptance binds it to nothing': unbound })
  })

  test('what it accepted: the next ballot does not hear of what was chosen', () => {
    const scenario = (role: typeof acceptor) => {
      const stage = begin({ acceptor: role })
      decide(stage, 'p1', 'blue', 'a1', 'a2')
      decide(stage, 'p2', 'red', 'a2', 'a3')
      expect(told(stage)).toEqual(['blue'])
    }
    pitfall(scenario, acceptor, {
      'it remembers the ballot only': acceptor.provide({
        actions: { accept: assign((args) => ({ promised: proposalIn(args).ballot })) },
      }),
    })
  })

  test('because its disk lost the last write: it takes no part, in this life and in the next', () => {
    const scenario = (role: typeof acceptor) => {
      const stage = begin({ acceptor: role })
      const a2 = stage.actor(acceptorRole, 'a2')
      given.ask(stage, 'p1', 'blue')
      const accepts = holding(stage, 'Accept', among('p1', 'a1', 'a2'))
      const before: StageDisk = a2.disk
      for (const packet of accepts) if (!packet.to.endsWith('a3')) stage.deliver(packet)
      stage.stabilize(among('p1', 'a1', 'a2'))
      expect(told(stage)).toEqual(['blue'])
      a2.crash()
      a2.disk = before
      for (const doubtful of [true, false]) {
        a2.start(doubtful)
        stage.stabilize(() => false)
        decide(stage, 'p2', 'red', 'a2', 'a3')
        expect(told(stage)).toEqual(['blue'])
        a2.crash()
      }
    }
    pitfall(scenario, acceptor, {
      'it trusts its disk': changed(acceptor, (config) => ({
        ...config,
        context: ({ input }: { input: object }) => ({ ...input, doubtful: false }),
      })),
      'it trusts its disk the second time': silentInDoubt(acceptor),
    })
  })

  test('because its disk was replaced: it is another node, and the host does not admit it under the old id', () => {
    const scenario = (isAdmitted: boolean) => {
      const stage = begin()
      decide(stage, 'p1', 'blue', 'a1', 'a2')
      const a2 = stage.actor(acceptorRole, 'a2')
      a2.crash()
      a2.disk = stage.actor(acceptorRole, 'a3').disk
      expect(a2.disk.record).toBeUndefined()
      a2.start()
      decide(stage, 'p2', 'red', ...(isAdmitted ? ['a2'] : []), 'a3')
      expect(told(stage)).toEqual(['blue'])
    }
    // What the host does about it stands in paxos.test.ts.
    pitfall(scenario, false, { 'it is admitted': true })
  })
})

describe('a ballot used again after a restart', () => {
  /**
   * In its first life the proposer proposes blue, which only a1 hears of; in its second life it proposes red. Under one
   * ballot both would be the same proposal to whoever counts.
   */
  test('it never is: one ballot, one value', () => {
    const scenario = (role: typeof proposer) => {
      const stage = begin({ proposer: role })
      const p1 = stage.actor(proposerRole, 'p1')
      given.ask(stage, 'p1', 'blue')
      const blues = holding(stage, 'Accept', among('p1', ...given.three))
      p1.crash()
      p1.start()
      given.ask(stage, 'p1', 'red')
      const reds = holding(stage, 'Accept', among('p1', 'a2', 'a3'))
      const proposals = [...blues, ...reds].map(({ message }) => {
        const { proposal } = message as PaxosMessage & { type: 'Accept' }
        return { ballot: `${proposal.ballot.round}@${proposal.ballot.node}`, value: given.textOf(proposal.value) }
      })
      expect(new Set(proposals.map(({ value }) => value))).toEqual(new Set(['blue', 'red']))
      expect(new Set(proposals.map(({ ballot }) => ballot)).size).toBe(2)
    }
    pitfall(scenario, proposer, {
      'the round is not written': proposer.provide({ actions: { persist: assign({}) } }),
      'the round is not read': changed(proposer, (config) => ({
        ...config,
        context: ({ input }: { input: object }) => ({ ...input, round: 0 }),
      })),
    })
  })

  test('nor where the disk lost the last write, in this life and in the next', () => {
    const scenario = (role: typeof proposer) => {
      const stage = begin({ proposer: role })
      const p1 = stage.actor(proposerRole, 'p1')
      const before = p1.disk
      given.ask(stage, 'p1', 'blue')
      const prepares = [...holding(stage, 'Prepare', () => false)]
      p1.crash()
      p1.disk = before
      for (const doubtful of [true, false]) {
        p1.start(doubtful)
        stage.stabilize(() => false)
        given.ask(stage, 'p1', 'red')
        prepares.push(...holding(stage, 'Prepare', () => false))
        p1.crash()
      }
      const rounds = prepares.map(({ message }) => (message as PaxosMessage & { type: 'Prepare' }).ballot.round)
      expect(new Set(rounds).size).toBe(3)
    }
    pitfall(scenario, proposer, {
      'it trusts its disk': changed(proposer, (config) => ({
        ...config,
        context: ({ input }: { input: { round: number } }) => ({
          ...input,
          round: input.round % 2 ** 20,
          lostWrite: false,
        }),
      })),
    })
  })

  test('two values under one ballot end as two that are chosen', () => {
    const scenario = (role: typeof proposer) => {
      const stage = begin({ proposer: role })
      const p1 = stage.actor(proposerRole, 'p1')
      given.ask(stage, 'p1', 'blue')
      const blues = holding(stage, 'Accept', among('p1', ...given.three))
      p1.crash()
      p1.start()
      decide(stage, 'p1', 'red', 'a2', 'a3')
      // The Accepts of the first life arrive at last.
      for (const packet of blues) stage.deliver(packet)
      stage.stabilize()
      expect(told(stage)).toEqual(['red'])
    }
    pitfall(scenario, proposer, {
      'the round is not written': proposer.provide({ actions: { persist: assign({}) } }),
    })
  })
})

describe('the value of a proposal', () => {
  /** Which of two reported proposals it keeps. */
  const keeping = (keep: (before: Proposal | undefined, now: Proposal | undefined) => Proposal | undefined) =>
    proposer.provide({
      actions: {
        countPromise: assign(({ context: { promises, highest }, event }) => {
          const { from, accepted } = event as unknown as ReturnType<typeof given.promise> & { accepted?: Proposal }
          return { promises: { ...promises, [nodeOf(from)]: true as const }, highest: keep(highest, accepted) }
        }),
      },
    })

  test('is that of a promise that carried one, though the proposer has one of its own', () => {
    const scenario = (role: typeof proposer) => {
      const stage = begin({ proposer: role })
      decide(stage, 'p1', 'blue', 'a1', 'a2')
      decide(stage, 'p2', 'red', 'a2', 'a3')
      expect(told(stage)).toEqual(['blue'])
    }
    pitfall(scenario, proposer, { 'it proposes its own': keeping(() => undefined) })
  })

  /** One acceptor has accepted blue; red was chosen since by the two others. Who hears of both must propose red. */
  test('is that of the highest ballot, in whatever order the promises come', () => {
    const scenario = (role: typeof proposer) => {
      for (const [stale, chosen, other] of [
        ['a1', 'a2', 'a3'],
        ['a3', 'a2', 'a1'],
      ] as const) {
        const stage = begin({ proposer: role })
        given.ask(stage, 'p1', 'blue')
        const blues = holding(stage, 'Accept', among('p1', stale, chosen))
        for (const packet of blues) if (packet.to.endsWith(stale)) stage.deliver(packet)
        stage.stabilize(() => false)
        decide(stage, 'p2', 'red', chosen, other)
        expect(told(stage)).toEqual(['red'])
        decide(stage, 'p3', 'green', stale, chosen)
        expect(told(stage)).toEqual(['red'])
        expect(given.answersOf(stage.actor(proposerRole, 'p3'))).toEqual(['red'])
      }
    }
    pitfall(scenario, proposer, {
      'the last that was heard': keeping((before, now) => now ?? before),
      'the first that was heard': keeping((before, now) => before ?? now),
    })
  })
})

describe('learners that count Accepted of different ballots together', () => {
  /** A learner that counts together what has the same key. */
  function countingBy(keyOf: (proposal: Proposal) => string) {
    const numbers = new Map<string, number>()
    return learner.provide({
      actions: {
        count: assign(({ context: { votes }, event }) => {
          const { from, proposal } = event as unknown as ReturnType<typeof given.accepted>
          const key = keyOf(proposal)
          const number = numbers.get(key) ?? numbers.size
          numbers.set(key, number)
          const by = { ...votes.get(number)?.by, [nodeOf(from)]: true as const }
          return { votes: new Map(votes).set(number, { value: proposal.value, by }) }
        }),
      },
    })
  }

  test('a quorum of acceptances is none, unless they are of one ballot', () => {
    const scenario = (role: typeof learner) => {
      const driven = given.learnerWith({}, role)
      driven.receive(given.accepted('a1', 1, 'red'))
      driven.receive(given.accepted('a2', 2, 'red'))
      driven.receive(given.accepted('a3', 1, 'blue', 'p2'))
      expect(driven.context.chosen).toBeUndefined()
      driven.receive(given.accepted('a1', 2, 'red'))
      expect(driven.context.chosen).toEqual(given.bytesOf('red'))
    }
    pitfall(scenario, learner, {
      'it counts acceptors': countingBy(() => 'all'),
      'it counts values': countingBy(({ value }) => given.textOf(value)),
      'it counts rounds': countingBy(({ ballot: { round } }) => String(round)),
    })
  })

  test('three values of one acceptor each are no decision; the third is, once a quorum has it', () => {
    const scenario = (role: typeof learner) => {
      const stage = begin({ learner: role }, { acceptors: given.five })
      // Of five acceptors a1 alone accepts blue, and then a2 alone red, in a later ballot of its own quorum.
      given.ask(stage, lesser, 'blue')
      const blues = holding(stage, 'Accept', among(lesser, ...given.three))
      for (const packet of blues) if (packet.to.endsWith('a1')) stage.deliver(packet)
      stage.stabilize(({ to }) => to.includes(learnerRole))
      given.ask(stage, greater, 'red')
      const reds = holding(stage, 'Accept', among(greater, 'a2', 'a4', 'a5'))
      const [first, ...others] = reds.filter(({ to }) => !to.endsWith('a1'))
      if (first) stage.deliver(first)
      stage.stabilize(({ to }) => to.includes(learnerRole))
      // And green a3 alone, of a third proposer, whose first ballot is refused.
      given.ask(stage, 'p3', 'green')
      stage.stabilize(among('p3', 'a3', 'a4', 'a5'))
      stage.actor(proposerRole, 'p3').fire('backOff')
      const greens = holding(stage, 'Accept', among('p3', 'a3', 'a4', 'a5'))
      for (const packet of greens) if (packet.to.endsWith('a3')) stage.deliver(packet)
      stage.stabilize(({ to }) => to.includes(learnerRole))
      expect(told(stage)).toEqual([])
      for (const packet of [...others, ...greens]) stage.deliver(packet)
      stage.stabilize(({ to }) => to.includes(learnerRole))
      expect(told(stage)).toEqual(['green'])
    }
    pitfall(scenario, learner, { 'it counts acceptors': countingBy(() => 'all') })
  })
})

describe('two proposers that duel', () => {
  test('are in each other’s way, and one waits: the Accept of the other comes through', () => {
    const scenario = (role: typeof proposer) => {
      const stage = begin({ proposer: role })
      given.ask(stage, 'p1', 'blue')
      given.ask(stage, 'p2', 'red')
      // Values travel slower than numbers: an Accept arrives when nothing else is on its way.
      let accepts: Packet[] = []
      for (let step = 0; step < 200 && told(stage).length === 0; step++) {
        accepts.push(...holding(stage, 'Accept', ({ to }) => !to.includes(learnerRole)))
        const [first] = accepts
        if (!first) break
        for (const packet of accepts) if (packet.from === first.from) stage.deliver(packet)
        accepts = accepts.filter(({ from }) => from !== first.from)
      }
      expect(told(stage)).toHaveLength(1)
    }
    pitfall(scenario, proposer, {
      'neither waits': changed(proposer, (config) => ({
        ...config,
        states: {
          ...config.states,
          backingOff: { always: { actions: ['nextBallot', 'persist'], target: 'preparing' } },
        },
      })),
    })
  })
})

describe('missing cells', () => {
  const roles = { proposer, acceptor, learner } as const

  /** A table without an event, in all states. */
  const without = ({ on, states, ...rest }: Config, event: string): Config => ({
    ...rest,
    ...(on && { on: Object.fromEntries(Object.entries(on).filter(([name]) => name !== event)) }),
    ...(states && {
      states: Object.fromEntries(Object.entries(states).map(([name, state]) => [name, without(state, event)])),
    }),
  })

  test.each(Object.keys(roles) as (keyof typeof roles)[])(
    'every cell of the %s that is taken away is missed',
    (name) => {
      const role: AnyStatechart = roles[name]
      const scenario = (machine: AnyStatechart) =>
        expect(() => checkMachine(machine, paxosEvents[name] as never)).not.toThrow()
      const mistakes = Object.keys(paxosEvents[name]).map((event) => [
        `it does not decide ${event}`,
        changed(role, (config) => without(config, event)),
      ])
      pitfall(scenario, role, Object.fromEntries(mistakes))
    },
  )
})
