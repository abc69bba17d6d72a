import { again, become, type Received, send } from '@quorate/core'
import { assign, emit } from '@quorate/core/statechart'
import { drive, type Packet } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { type Ballot, isGreater } from '../ballot.js'
import type { Accept, Chosen, Learn, Promise as PromiseReply } from '../generated/multi_paxos.js'
import { multiPaxosAcceptor, multiPaxosLearner, multiPaxosProposer, proxyLeader } from '../index.js'
import { isAccepted } from './acceptor/acceptedLog.js'
import { recordOf, recoverAcceptor } from './acceptor/state.js'
import { withChosen } from './learner/catchingUp.js'
import { type Preparing, withPromise } from './proposer/phaseOne.js'
import { newProxyLeader } from './proxyLeader/state.js'
import * as given from './role.test.fixture.js'
import { type Cast, is, isAccept, isAcceptOf, not, Scene, touches } from './scene.test.fixture.js'

/**
 * Mistakes that systems which people trusted have made. Each is a scenario that the roles pass, and that fails when the
 * same mistake is made here on purpose.
 */

/** The scenario holds, and notices each of the mistakes in the way that is to be expected. */
function pitfall<Subject>(
  scenario: (subject: Subject) => void,
  sound: Subject,
  noticed: RegExp,
  mistakes: Readonly<Record<string, Subject>>,
): void {
  scenario(sound)
  for (const [name, mistaken] of Object.entries(mistakes)) {
    expect(() => scenario(mistaken), `unnoticed: ${name}`).toThrow(noticed)
  }
}

const twoValues = /both .* were chosen|two values|chosen is/

describe('an acceptor that forgets', () => {
  /** p1 leads, and p2 after it; then a1 restarts, and hears what p1 had asked for. */
  function scenario({
    acceptor,
    doubtful = false,
    again = false,
  }: Cast & { doubtful?: boolean; again?: boolean }): void {
    const scene = new Scene(acceptor ? { acceptor } : {})
    scene.stand('p1')
    scene.propose('p1', 'x')
    const before = scene.on('a1').disk
    scene.stand('p2', not(isAccept, touches('a3', 'p1')))
    scene.propose('p2', 'y')
    const a1 = scene.on('a1')
    a1.crash()
    if (doubtful) a1.disk = before
    a1.start(doubtful)
    if (again) {
      scene.write()
      scene.restart('a1')
    }
    const isOf =
      (node: string) =>
      ({ from }: Packet) =>
        from.endsWith(node)
    scene.run((packet) => (isAccept(packet) ? isOf('p1')(packet) : !touches('p1', 'p2')(packet)))
    scene.run()
    expect(scene.applied).toEqual(['command "y"'])
  }

  test('its promise is on the disk before it is told', () => {
    pitfall<Parameters<typeof scenario>[0]>(scenario, {}, twoValues, {
      'the promise is never written': {
        acceptor: multiPaxosAcceptor.provide({ actions: { persist: assign({}) } }),
      },
    })
  })

  test('a disk that lost its last write makes it silent, in this life and in the next', () => {
    const trusting = multiPaxosAcceptor.provide({ guards: { isDoubtful: () => false } })
    pitfall<Parameters<typeof scenario>[0]>(scenario, { doubtful: true }, twoValues, {
      'it goes on as if nothing had happened': { doubtful: true, acceptor: trusting },
    })
    pitfall<Parameters<typeof scenario>[0]>(scenario, { doubtful: true, again: true }, twoValues, {
      'it does not write down that it doubts': {
        doubtful: true,
        again: true,
        acceptor: multiPaxosAcceptor.provide({
          actions: {
            persist: emit(({ context: self }) => ({ type: 'persist', record: { ...recordOf(self), doubtful: false } })),
          },
        }),
      },
    })
  })

  /**
   * a1 promises p2, which hears it, and loses that with its last write; p1 hears of nothing. Then p1 has a value accepted by
   * all that still let it, and p2 leads with the promises of a1 and a3.
   */
  function forgotten({ acceptor, again = false }: Cast & { again?: boolean }): void {
    const scene = new Scene(acceptor ? { acceptor } : {})
    const a1 = scene.on('a1')
    const loses = (before: typeof a1.disk) => {
      a1.crash()
      a1.disk = before
      a1.start(true)
    }
    scene.stand('p1')
    let late: readonly Packet[] = []
    if (again) {
      loses(a1.disk)
      scene.run(is('Rejoin'))
      late = scene.stage.packets.filter(is('RejoinReply'))
      scene.run(is('RejoinReply'))
    }
    const before = a1.disk
    scene.stand('p2', (packet) => touches('a1')(packet) && !touches('p1')(packet))
    loses(before)
    for (const packet of late) scene.stage.deliver(packet)
    scene.run(is('Rejoin', 'RejoinReply'))
    scene.propose('p1', 'x')
    scene.run((packet) => (isAccept(packet) || is('Accepted')(packet)) && !touches('a3')(packet))
    scene.run((packet) => touches('a3')(packet) && !touches('p1')(packet))
    scene.propose('p2', 'y')
    scene.run()
    expect(scene.applied).toEqual(['command "y"'])
  }

  test('what it may have promised before its disk lost a write, every proposer is asked, and once more after each loss', () => {
    pitfall<Parameters<typeof forgotten>[0]>(forgotten, {}, twoValues, {
      'it takes part above the promise that it remembers': {
        acceptor: multiPaxosAcceptor.provide({ guards: { isBounded: () => true } }),
      },
      'one proposer is enough': {
        acceptor: multiPaxosAcceptor.provide({
          guards: { isBounded: ({ context }) => Object.keys(context.issued).length > 0 },
        }),
      },
    })
    pitfall<Parameters<typeof forgotten>[0]>(forgotten, { again: true }, twoValues, {
      'answers to what it asked before count too': {
        again: true,
        acceptor: multiPaxosAcceptor.provide({ guards: { isOfThisDoubt: () => true } }),
      },
    })
  })

  test('what it accepted outlives the ballot in which it was accepted', () => {
    const role = drive(multiPaxosAcceptor, recoverAcceptor(given.configOf(), given.nothing))
    role.receive(given.said.accept('n1', { entries: given.entries(1, 2) }))
    role.fire('minimumElectionTimeout')
    role.receive(given.said.prepare('n2', { ballot: given.ballot(2, 'n2') }))
    expect(given.drawn(given.sentOf(role.effects, 'Promise')[0]?.entries ?? [])).toBe('1:v1 2:v2')
  })
})

describe('speaking before the disk', () => {
  test('an acceptance is told when it is written: else it counts, and a crash takes it back', () => {
    const scenario = (cast: Cast) => {
      const scene = new Scene(cast)
      scene.stand('p1')
      scene.propose('p1', 'x')
      // The disks of a1 and a2 are slow.
      for (const packet of scene.stage.packets)
        if (isAccept(packet) && !touches('a3')(packet)) scene.stage.deliver(packet)
      scene.lose(isAccept)
      for (const packet of scene.stage.packets) scene.stage.deliver(packet)
      scene.stage.packets = scene.stage.packets.filter(is('Chosen'))
      for (const packet of scene.stage.packets) scene.stage.deliver(packet)
      for (const node of ['a1', 'a2', 'p1']) scene.restart(node)
      scene.run()
      scene.stand('p2')
      scene.propose('p2', 'y')
      scene.run()
      expect(scene.applied).toEqual(['command "y"'])
    }
    pitfall(scenario, {}, twoValues, {
      'the answer overtakes the write': {
        acceptor: multiPaxosAcceptor.provide({
          actions: {
            replyAccepted: emit(({ event }) => {
              const { from, ballot, number } = event as Received<Accept>
              return { ...send(from, { type: 'Accepted', ballot, number }), passes: 'append' as const }
            }),
          },
        }),
      },
    })
  })

  test('an acceptance that is repeated while it is being written is not told before it is', () => {
    const scene = new Scene()
    scene.stand('p1')
    scene.propose('p1', 'x')
    const accept = scene.stage.packets.find((packet) => isAccept(packet) && touches('a1')(packet))
    if (!accept) throw new RangeError('nothing was proposed')
    const a1 = scene.on('a1')
    scene.stage.packets = []
    scene.stage.deliver(accept)
    a1.beginWrite()
    scene.stage.deliver(accept)
    expect(scene.stage.packets).toEqual([])
    a1.finishWrite()
    expect(scene.stage.packets.map(({ message }) => message.type)).toEqual(['Accepted', 'Accepted'])
  })
})

describe('a ballot that is used again', () => {
  /** p1 has x accepted by a1 alone, restarts, and has y accepted by the others. */
  function scenario({ proposer, doubtful = false }: Cast & { doubtful?: boolean }): void {
    const scene = new Scene(proposer ? { proposer } : {})
    const p1 = scene.on('p1')
    const before = p1.disk
    scene.stand('p1')
    scene.propose('p1', 'x')
    scene.lose(touches('a2', 'a3'))
    scene.run()
    p1.crash()
    if (doubtful) p1.disk = before
    p1.start(doubtful)
    scene.stand('p1', not(touches('a1')))
    scene.propose('p1', 'y')
    scene.run(not(touches('a1')))
    expect(scene.applied).toEqual(['command "y"'])
  }

  test('its round is on the disk before the first Prepare leaves', () => {
    pitfall<Parameters<typeof scenario>[0]>(scenario, {}, twoValues, {
      'the round is never written': {
        proposer: multiPaxosProposer.provide({ preparing: { actions: { persist: assign({}) } } }),
      },
    })
  })

  test('a disk that lost its last write may have held a later round', () => {
    scenario({ doubtful: true })
    expect(given.proposerIn({ round: 3, doubtful: true }).round).toBeGreaterThan(given.proposerIn({ round: 3 }).round)
  })
})

/** A proposer that makes something else of promises. */
const preparingWith = (
  notePromise: (self: Preparing, message: Received<PromiseReply>) => Partial<Preparing>,
): Cast => ({
  proposer: multiPaxosProposer.provide({
    preparing: {
      actions: { notePromise: assign(({ context, event }) => notePromise(context, event as Received<PromiseReply>)) },
    },
  }),
})

describe('what a promise carries', () => {
  test('a value that may be chosen is proposed, and no other', () => {
    const scenario = (cast: Cast) => {
      const scene = new Scene(cast)
      scene.stand('p1')
      scene.propose('p1', 'x')
      // It is chosen, and p1 dies before anybody hears of it.
      scene.run((packet) => isAccept(packet) && !touches('a3')(packet))
      scene.on('p1').crash()
      scene.stage.packets = []
      scene.stand('p2', not(touches('a1')))
      scene.propose('p2', 'y')
      scene.run()
      expect(scene.applied).toEqual(['command "x"', 'command "y"'])
    }
    pitfall(scenario, {}, twoValues, {
      'it proposes what it likes': preparingWith((self, message) => ({
        ...withPromise(self, message),
        found: new Map(),
        horizon: 0,
      })),
      'it takes every slot for a hole': preparingWith((self, message) => ({
        ...withPromise(self, message),
        found: new Map(),
      })),
    })
  })

  test('what may be chosen is known when a quorum has promised, and not before', () => {
    const scenario = (cast: Cast) => {
      const scene = new Scene(cast)
      scene.stand('p1')
      scene.propose('p1', 'x')
      scene.run((packet) => isAccept(packet) && !touches('a3')(packet))
      scene.on('p1').crash()
      scene.stage.packets = []
      // The first promise is of the acceptor that has accepted nothing.
      scene.stand('p2', (packet) => !touches('a1', 'a2')(packet))
      scene.propose('p2', 'y')
      scene.run()
      expect(scene.applied).toEqual(['command "x"'])
    }
    pitfall(scenario, {}, twoValues, {
      'one promise is enough': {
        proposer: multiPaxosProposer.provide({
          preparing: { guards: { isPrepared: ({ context }) => Object.values(context.promises).includes('done') } },
        }),
      },
    })
  })

  test('of several, the value of the highest ballot: not the first, not the last, not that of the longest log', () => {
    const scenario = (cast: Cast) => {
      const scene = new Scene(cast)
      scene.stand('p1')
      // a1 accepts three slots in the first ballot; the others choose the first of them in the second.
      scene.propose('p1', 'x')
      scene.propose('p1', 'x2')
      scene.run((packet) => isAccept(packet) && touches('a1')(packet))
      scene.stage.packets = []
      scene.stand('p2', not(touches('a1', 'p1')))
      scene.propose('p2', 'y')
      scene.run((packet) => isAccept(packet) && !touches('a1')(packet))
      scene.on('p2').crash()
      scene.stage.packets = []
      scene.restart('p1')
      // Its first ballot since would be refused.
      scene.stand('p1', () => false)
      scene.stage.packets = []
      scene.restart('p1')
      // a1 answers first in one case, and last in the other.
      scene.stand('p1', (packet) => is('Prepare')(packet) && !touches('a3')(packet))
      const promises = scene.stage.packets.filter(is('Promise'))
      for (const packet of cast.proposer === lastOnes.proposer ? promises.reverse() : promises)
        scene.stage.deliver(packet)
      scene.lose(is('Promise'))
      scene.run(not(touches('a3')))
      expect(scene.applied).toEqual(['command "y"', 'command "x2"'])
    }
    const lastOnes = preparingWith((self, message) => ({
      ...withPromise(self, message),
      found: new Map([...self.found, ...message.entries.map((entry) => [entry.index, entry] as const)]),
    }))
    pitfall(scenario, {}, twoValues, {
      'the first that comes': preparingWith((self, message) => ({
        ...withPromise(self, message),
        found: new Map([...message.entries.map((entry) => [entry.index, entry] as const), ...self.found]),
      })),
      'the last that comes': lastOnes,
      'of the lowest ballot': preparingWith((self, message) => {
        const found = new Map(self.found)
        for (const entry of message.entries)
          if (entry.term < (found.get(entry.index)?.term ?? Number.POSITIVE_INFINITY)) found.set(entry.index, entry)
        return { ...withPromise(self, message), found }
      }),
      'of the longest log': preparingWith((self, message) =>
        message.last > self.horizon
          ? { ...withPromise(self, message), found: new Map(message.entries.map((entry) => [entry.index, entry])) }
          : { ...withPromise(self, message), found: self.found },
      ),
    })
  })

  test('an open slot is filled, or nobody ever applies what lies behind it', () => {
    const scenario = (cast: Cast) => {
      const scene = new Scene(cast)
      scene.stand('p1')
      for (const text of ['lost', 'x']) scene.propose('p1', text)
      scene.lose(isAcceptOf(1))
      scene.run(isAccept)
      scene.on('p1').crash()
      scene.stage.packets = []
      scene.stand('p2')
      scene.propose('p2', 'y')
      for (let time = 0; time < 3; time++) {
        scene.on('p2').fire('heartbeat')
        scene.run()
        const l1 = scene.on('l1')
        if (l1.driven?.timers['learnAgain'] !== undefined) l1.fire('learnAgain')
        scene.run()
      }
      expect(scene.applied).toEqual(['noop ', 'command "x"', 'command "y"'])
    }
    pitfall(scenario, {}, /expected \[\]/, {
      'it begins with the first slot that it found': preparingWith((self, message) => {
        const noted = withPromise(self, message)
        const first = Math.min(...noted.found.keys())
        return { ...noted, chosenThrough: Number.isFinite(first) ? Math.max(noted.chosenThrough, first - 1) : 0 }
      }),
    })
  })
})

describe('two proposers that duel', () => {
  test('who is refused waits; who stands again at once keeps the other from ever having anything chosen', () => {
    const scenario = (cast: Cast) => {
      const scene = new Scene(cast)
      for (const node of ['p1', 'p2']) scene.on(node).fire('electionTimeout')
      scene.write()
      // Whatever is promised comes sooner than what is proposed: the worst that can happen.
      const ballotOf = ({ message }: Packet) => (message as unknown as { ballot: Ballot }).ballot
      const isLate = (packet: Packet) => {
        const { snapshot } = scene.stage.actors.get(packet.to)?.driven ?? {}
        return packet.message.type === 'Accept' && !isGreater(snapshot.context.promised, ballotOf(packet))
      }
      for (let time = 0; time < 400 && scene.safety.chosen.size === 0; time++) {
        const packet = scene.stage.packets.find((other) => !isLate(other)) ?? scene.stage.packets[0]
        if (!packet) break
        scene.stage.packets.splice(scene.stage.packets.indexOf(packet), 1)
        scene.stage.deliver(packet)
        scene.write()
        for (const node of ['p1', 'p2']) if (scene.on(node).status.serves) scene.propose(node, `of ${node}`)
      }
      expect(scene.safety.chosen.size).toBeGreaterThan(0)
    }
    const { standby, preparing, leading } = multiPaxosProposer.roles
    const hasty = become({
      id: 'multiPaxosProposer',
      initial: 'standby',
      roles: {
        standby,
        preparing: {
          actor: preparing.actor,
          on: { prepared: 'leading', refused: 'preparing' },
        },
        leading: { actor: leading.actor, on: { deposed: 'preparing' } },
      },
    }) as unknown as typeof multiPaxosProposer
    pitfall<Cast>(scenario, {}, /expected 0/, { 'it stands again at once': { proposer: hasty } })
    expect(multiPaxosProposer.roles.leading.on.deposed).toEqual(again('standby'))
  })
})

describe('learners that count acceptances of different ballots together', () => {
  const [first, second] = [given.ballot(1), given.ballot(2, 'n2')]
  const accept = (ballot: Ballot) =>
    given.said.accept(ballot.node, { ballot, number: 4, entries: given.entries(4, 4, ballot), answeredBy: 'n1' })
  const accepted = (node: string, ballot: Ballot) => given.said.accepted(node, { ballot, number: 4 })

  test('a proxy leader', () => {
    const scenario = (role: typeof proxyLeader) => {
      const driven = drive(role, newProxyLeader(given.configOf({ id: 'x1', nodes: { proxyLeader: ['x1'] } })))
      driven.receive(accept(first))
      driven.receive(accept(second))
      driven.receive(accepted('n1', first))
      expect(driven.receive(accepted('n2', second))).toEqual([])
      expect(given.kindsOf(driven.receive(accepted('n3', second)))).toEqual(['Chosen->all', 'Relayed->n2'])
    }
    pitfall(scenario, proxyLeader, /Chosen|to deeply equal/, {
      'any ballot will do': proxyLeader.provide({ guards: { isCurrent: () => true } }),
    })
  })

  test('a distinguished proposer, which numbers its Accepts anew in every ballot', () => {
    const scenario = (family: typeof multiPaxosProposer) => {
      const role = drive(family, given.proposerIn())
      const lead = (round: number) => {
        role.fire('electionTimeout')
        for (const node of ['n2', 'n3']) role.receive(given.said.promise(node, { ballot: given.ballot(round) }))
        role.tell(given.proposed(`of ballot ${round}`))
        return given.acceptsOf(role.effects)[0]?.number ?? 0
      }
      const number = lead(1)
      role.fire('quorumCheck')
      expect(lead(2)).toBe(number)
      for (const node of ['n2', 'n3'])
        expect(role.receive(given.said.accepted(node, { ballot: given.ballot(1), number }))).toEqual([])
      expect(role.context.chosenThrough).toBe(0)
    }
    pitfall(scenario, multiPaxosProposer, /to deeply equal/, {
      'any ballot will do': multiPaxosProposer.provide({ leading: { guards: { isAcceptance: () => true } } }),
    })
  })
})

describe('a learner that takes for chosen what only was accepted', () => {
  /** Slot 1 is accepted by a1 alone, slot 2 is chosen; then p2 leads, hears nothing of slot 1, and fills it. */
  const begin = (cast: Cast) => {
    const scene = new Scene(cast)
    scene.stand('p1')
    for (const text of ['x', 'z']) scene.propose('p1', text)
    scene.run((packet) => !isAcceptOf(1)(packet) || touches('a1')(packet))
    scene.lose(isAcceptOf(1))
    return scene
  }
  const end = (scene: Scene) => {
    scene.on('p1').crash()
    scene.stand('p2', not(touches('a1')))
    for (let time = 0; time < 3; time++) {
      scene.on('p2').fire('heartbeat')
      scene.run()
    }
    expect(scene.applied.slice(0, 2)).toEqual(['noop ', 'command "z"'])
  }

  test('a chosen slot says nothing of those before it', () => {
    const scenario = (cast: Cast) => {
      const scene = begin(cast)
      const l1 = scene.on('l1')
      if (l1.driven?.timers['learnAgain'] !== undefined) l1.fire('learnAgain')
      scene.run(not(isAcceptOf(1)))
      end(scene)
    }
    pitfall(scenario, {}, twoValues, {
      'it asks acceptors for all that lies before': {
        learner: multiPaxosLearner.provide({
          actions: {
            queue: assign(({ context: self, event }) => {
              const message = event as Received<Chosen>
              const last = message.entries.at(-1)?.index ?? 0
              return { ...withChosen(self, message), announced: Math.max(self.announced, last) }
            }),
          },
        }),
      },
    })
  })

  /** An acceptor that reports whatever it has accepted. */
  const talkative = multiPaxosAcceptor.provide({
    actions: {
      replyReport: emit(({ context: { log, config }, event }) => {
        const { from, first } = event as Received<Learn>
        const batch = log.batch(first, config.limits)
        const through = Math.max(batch.at(-1)?.index ?? 0, first + config.limits.entriesMax - 1)
        return send(from, { type: 'Report', first, through, entries: batch.filter(isAccepted), doubtful: false })
      }),
    },
  })

  /** Slot 1 is chosen, which the learner hears of only by a heartbeat; slot 2 is accepted by a1 alone. */
  const missing = (cast: Cast) => {
    const scene = new Scene(cast)
    scene.stand('p1')
    for (const text of ['a', 'x']) scene.propose('p1', text)
    scene.run((packet) => !is('Chosen')(packet) && (!isAcceptOf(2)(packet) || touches('a1')(packet)))
    scene.stage.packets = []
    scene.on('p1').fire('heartbeat')
    scene.run()
    scene.on('l1').fire('learnAgain')
    return scene
  }
  const followUp = (scene: Scene) => {
    scene.on('p1').crash()
    scene.stand('p2', not(touches('a1')))
    scene.propose('p2', 'y')
    scene.run(not(touches('a1')))
    expect(scene.applied).toEqual(['command "a"', 'command "y"'])
  }

  test('acceptors report nothing of slots that were never announced', () => {
    const scenario = (cast: Cast) => {
      const scene = missing(cast)
      scene.run()
      followUp(scene)
    }
    pitfall(scenario, {}, twoValues, { 'they report all that they have accepted': { acceptor: talkative } })
  })

  test('what an acceptor reported before a slot was chosen does not count when it is', () => {
    const scenario = (cast: Cast) => {
      const scene = missing(cast)
      scene.run((packet) => is('Learn')(packet) && !touches('a3')(packet))
      const reports = scene.stage.packets.filter(is('Report'))
      scene.stage.packets = []
      scene.on('p1').crash()
      scene.stand('p2', not(touches('a1', 'l1')))
      scene.propose('p2', 'y')
      scene.run(not(touches('a1', 'l1')))
      scene.on('p2').fire('heartbeat')
      scene.run(is('Heartbeat', 'HeartbeatReply'))
      scene.stage.packets = reports
      scene.run()
      const l1 = scene.on('l1')
      if (l1.driven?.timers['learnAgain'] !== undefined) l1.fire('learnAgain')
      scene.run()
      expect(scene.applied).toEqual(['command "a"', 'command "y"'])
    }
    pitfall(scenario, {}, twoValues, { 'they report all that they have accepted': { acceptor: talkative } })
  })
})
