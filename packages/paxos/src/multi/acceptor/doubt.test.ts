import { atLeast, bothPhases, flexible, majority } from '@quorate/core'
import { type Driven, drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { isAlone } from '../../answered.js'
import { multiPaxosAcceptor, multiPaxosLearner } from '../../index.js'
import { groupOf } from '../history.test.fixture.js'
import * as given from '../role.test.fixture.js'
import { not, Scene, touches } from '../scene.test.fixture.js'
import { type AcceptorRecord, recordOf, recoverAcceptor } from './state.js'

/** An acceptor whose disk lost its last write: how it takes part again, and when its word counts. Why: `doubt.ts`. */

const { said, ballot, entry, entries } = given

type Role = Driven<typeof multiPaxosAcceptor>

const doubtfulIn = (situation: Parameters<typeof given.acceptorIn>[0] = {}): Role =>
  drive(
    multiPaxosAcceptor,
    given.acceptorIn({ promised: ballot(1), accepted: entries(1, 2), doubtful: true, ...situation }),
  )

/** Every proposer answers; the first of them leads, where a ballot is given with a slot. */
function answered(role: Role, rounds: readonly number[], through?: number): Role {
  rounds.forEach((round, place) => {
    const node = `n${place + 1}`
    const leads = place === 0 && through !== undefined
    role.receive(said.rejoinReply(node, { ballot: ballot(round, node), leads, ...(leads && { through }) }))
  })
  return role
}

const again = (role: Role, doubtful = false): Role =>
  drive(
    multiPaxosAcceptor,
    recoverAcceptor(given.configOf(), {
      ...given.nothing,
      record: recordOf(role.context),
      entries: entries(1, 2),
      doubtful,
    }),
  )

const prepare = (of: ReturnType<typeof ballot>) => said.prepare(of.node, { ballot: of })
const promiseOf = (role: Role) => given.sentOf(role.effects, 'Promise')[0]

describe('promises that it forgot', () => {
  test('it writes down that it doubts, asks all proposers how high they have gone, and says nothing else', () => {
    const role = doubtfulIn()
    expect(given.kindsOf(role.effects)).toEqual(['persist', 'Rejoin->all'])
    expect(given.effectsOf(role.effects, 'persist')[0]?.record).toMatchObject({ doubtful: true, doubt: 1 })
    const asked = [
      prepare(ballot(9, 'n2')),
      said.accept('n1', { ballot: ballot(9), entries: entries(3, 3, ballot(9)) }),
      said.accept('n1', { ballot: ballot(9) }),
      said.learn('n2', { through: 2 }),
    ]
    for (const message of asked) expect(role.receive(message)).toEqual([])
    expect(given.kindsOf(role.fire('rejoinAgain'))).toEqual(['Rejoin->all'])
  })

  test('all of them must answer: each may have a promise that it forgot', () => {
    const role = doubtfulIn()
    for (const node of ['n1', 'n2', 'n2', 'n9']) {
      expect(role.receive(said.rejoinReply(node, { ballot: ballot(4, 'n2') }))).toEqual([])
      expect(role.state).toBe('doubtful')
    }
    role.receive(said.rejoinReply('n3'))
    expect(role.state).toEqual({ serving: 'free' })
    expect(given.effectsOf(role.effects, 'persist')[0]?.record).toMatchObject({
      promised: ballot(4, 'n2'),
      doubtful: true,
    })
  })

  test('it promises the highest ballot that was issued, and helps no lower one', () => {
    const role = answered(doubtfulIn(), [3, 7, 5])
    for (const of of [ballot(3), ballot(6, 'n3')]) {
      expect(given.kindsOf(role.receive(prepare(of)))).toEqual([`Nack->${of.node}`])
      const accept = said.accept(of.node, { ballot: of, entries: entries(3, 3, of) })
      expect(given.kindsOf(role.receive(accept))).toEqual([`Nack->${of.node}`])
    }
    expect(given.kindsOf(role.receive(said.accept('n2', { ballot: ballot(7, 'n2') })).slice(0, 1))).toEqual([
      'Accepted->n2',
    ])
  })

  test('a promise that it remembers is not lowered', () => {
    const role = answered(doubtfulIn({ promised: ballot(9, 'n2') }), [1, 1, 1])
    expect(role.context.promised).toEqual(ballot(9, 'n2'))
  })

  test('an answer to an earlier doubt is too old: promises were made since', () => {
    const twice = again(answered(doubtfulIn(), [1, 1, 1]), true)
    expect(given.sentOf(twice.effects, 'Rejoin')).toMatchObject([{ doubt: 2 }])
    for (const node of ['n1', 'n2', 'n3']) expect(twice.receive(said.rejoinReply(node, { doubt: 1 }))).toEqual([])
    expect(twice.state).toBe('doubtful')
  })

  test('a restart in the middle of it loses nothing: answers of before still count', () => {
    const role = again(doubtfulIn())
    expect(given.sentOf(role.effects, 'Rejoin')).toMatchObject([{ doubt: 1 }])
    expect(answered(role, [1, 1, 1]).state).toEqual({ serving: 'free' })
  })

  test('a record of an earlier version, which counted no doubts, is in its first', () => {
    const record = { promised: ballot(1), doubtful: true, chosenThrough: 0 } as AcceptorRecord
    const role = drive(multiPaxosAcceptor, recoverAcceptor(given.configOf(), { ...given.nothing, record }))
    expect(given.sentOf(role.effects, 'Rejoin')).toMatchObject([{ doubt: 1 }])
  })
})

describe('acceptances that it forgot', () => {
  test('it accepts, and its promises and reports say that they may leave something out', () => {
    const role = answered(doubtfulIn(), [1, 1, 1])
    role.receive(prepare(ballot(4, 'n2')))
    expect(promiseOf(role)).toMatchObject({ doubtful: true, entries: entries(1, 2) })
    const accept = said.accept('n2', { ballot: ballot(4, 'n2'), entries: entries(3, 3, ballot(4, 'n2')) })
    expect(given.kindsOf(role.receive(accept))).toEqual(['append', 'Accepted->n2'])
    role.receive(said.learn('n2', { first: 1, through: 2 }))
    expect(given.sentOf(role.effects, 'Report')).toMatchObject([{ doubtful: true }])
  })

  test('it asks a distinguished proposer how far it has proposed, until it has answered', () => {
    const role = answered(doubtfulIn(), [1, 1, 1])
    const heartbeat = said.accept('n2', { ballot: ballot(2, 'n2') })
    role.receive(heartbeat)
    expect(given.kindsOf(role.receive(heartbeat))).toEqual(['Accepted->n2', 'Rejoin->n2'])
    role.receive(said.rejoinReply('n2', { ballot: ballot(2, 'n2'), leads: true, through: 8 }))
    expect(given.kindsOf(role.receive(heartbeat))).toEqual(['Accepted->n2'])
    // A later one has to be asked too, should the first not come to know that all is chosen.
    const later = said.accept('n3', { ballot: ballot(3, 'n3') })
    role.receive(later)
    expect(given.kindsOf(role.receive(later))).toEqual(['Accepted->n3', 'Rejoin->n3'])
  })

  test('the doubt ends when all that was proposed before it was asked is known to be chosen, and not before', () => {
    const role = answered(doubtfulIn(), [2, 1, 1], 5)
    const heartbeat = (chosenThrough: number) => role.receive(said.accept('n1', { ballot: ballot(2), chosenThrough }))
    heartbeat(4)
    expect(role.context.doubtful).toBe(true)
    const persisted = given.effectsOf(heartbeat(5), 'persist')
    expect(persisted.at(-1)?.record).toMatchObject({ doubtful: false, doubtedThrough: 5, chosenThrough: 5 })
    role.receive(prepare(ballot(9)))
    expect(promiseOf(role)).toMatchObject({ doubtful: false, first: 6, chosenThrough: 5 })
  })

  test('what it may have lost it does not answer for afterwards, also when it has restarted', () => {
    const role = answered(doubtfulIn(), [2, 1, 1], 5)
    role.receive(said.accept('n1', { ballot: ballot(2), chosenThrough: 5 }))
    for (const one of [role, again(role)]) {
      const report = (first: number) => {
        one.receive(said.learn('n2', { first, through: first }))
        return given.sentOf(one.effects, 'Report')[0]?.doubtful
      }
      expect([report(1), report(5), report(6)]).toEqual([true, true, false])
    }
  })

  test('one that led in a ballot that is too old to know ends nothing', () => {
    const role = answered(doubtfulIn(), [2, 7, 1], 0)
    expect(role.context).toMatchObject({ doubtful: true, restoration: undefined, promised: ballot(7, 'n2') })
    role.receive(said.rejoinReply('n1', { ballot: ballot(2), leads: true, through: 0 }))
    expect(role.context.doubtful).toBe(true)
  })
})

describe('whose word counts in phase 1', () => {
  const promise = (node: string, doubtful: boolean) =>
    said.promise(node, { through: 1, last: 1, entries: [entry(1, ballot(1, 'n3'))], doubtful })

  test('a quorum of acceptors that forgot nothing', () => {
    const role = given.preparingIn({}, 1)
    const of = { ballot: ballot(2) }
    role.receive({ ...promise('n1', true), ...of })
    role.receive({ ...promise('n2', false), ...of })
    expect(role.snapshot.role).toBe('preparing')
    role.receive({ ...promise('n3', false), ...of })
    expect(role.snapshot.role).toBe('leading')
    expect(role.context).toMatchObject({ mayHaveLost: false })
  })

  test('or all acceptors: what no disk holds any more is lost, and that is said', () => {
    const role = given.preparingIn({}, 1)
    for (const node of ['n1', 'n2', 'n3']) {
      expect(role.snapshot.role).toBe('preparing')
      role.receive({ ...promise(node, node !== 'n1'), ballot: ballot(2) })
    }
    expect(role.snapshot.role).toBe('leading')
    expect(role.context).toMatchObject({ mayHaveLost: true })
    expect(given.drawn(given.acceptsOf(role.effects)[0]?.entries ?? [])).toBe('1:v1')
  })

  test('flexible quorums: one of phase 1', () => {
    const acceptor = ['a1', 'a2', 'a3', 'a4', 'a5']
    const quorums = flexible({ phase1: atLeast(4, acceptor), phase2: atLeast(2, acceptor) })
    const role = given.preparingIn({ nodes: { acceptor }, quorums })
    for (const node of ['a1', 'a2', 'a3']) role.receive(said.promise(node))
    role.receive(said.promise('a4', { doubtful: true }))
    expect(role.snapshot.role).toBe('preparing')
    role.receive(said.promise('a5'))
    expect(role.snapshot.role).toBe('leading')
  })
})

test('a learner takes the word of acceptors that lost a write only where all have answered', () => {
  const role = drive(multiPaxosLearner, given.learnerIn({ nodes: { learner: ['n1'] } }))
  role.receive(said.heartbeat('n1', { chosenThrough: 1 }))
  role.fire('learnAgain')
  const report = (node: string, of: ReturnType<typeof ballot>, text: string, doubtful: boolean) =>
    given.committed(role.receive(said.report(node, { through: 1, entries: [entry(1, of, text)], doubtful })))
  expect(report('n1', ballot(1), 'old', true)).toBe('')
  expect(report('n2', ballot(1), 'old', false)).toBe('')
  expect(report('n3', ballot(2), 'new', true)).toBe('1:new')
})

describe('proposers say what they issued', () => {
  const replyOf = (role: ReturnType<typeof given.preparingIn>) => {
    role.receive(said.rejoin('n2', { doubt: 7 }))
    return given.sentOf(role.effects, 'RejoinReply')[0]
  }

  test('one that never stood has issued nothing, whatever rounds it heard of', () => {
    const role = given.preparingIn({}, 0)
    role.receive(said.heartbeat('n2', { ballot: ballot(5, 'n2') }))
    expect(replyOf(role)).toEqual({
      type: 'RejoinReply',
      doubt: 7,
      ballot: ballot(1),
      leads: false,
      through: 0,
      to: 'n2',
    })
  })

  test('one that stands, its ballot; one that leads, also how far it has proposed', () => {
    expect(replyOf(given.preparingIn({}, 4))).toMatchObject({ ballot: ballot(5), leads: false })
    const role = given.leadingIn({}, entries(1, 3, ballot(1, 'n3')))
    role.tell(given.proposed('a', 'b'))
    expect(replyOf(role)).toMatchObject({ ballot: ballot(1), leads: true, through: 5 })
  })
})

describe('a group whose acceptors lose their last writes', () => {
  /** The acceptor crashes, and its disk loses what it wrote after `before`. */
  const loses = (scene: Scene, node: string, before = scene.on(node).disk) => {
    const actor = scene.on(node)
    actor.crash()
    actor.disk = before
    actor.start(true)
  }
  const isWhole = (scene: Scene, ...nodes: readonly string[]) =>
    nodes.every((node) => !scene.on(node).driven?.snapshot.context.doubtful)
  const beat = (scene: Scene, node: string) => {
    for (let time = 0; time < 3; time++) {
      scene.on(node).fire('heartbeat')
      scene.run()
    }
  }

  test('one after the other, each takes part again', () => {
    const scene = new Scene()
    scene.stand('p1')
    for (const [place, node] of ['a1', 'a2', 'a3', 'a1'].entries()) {
      scene.propose('p1', `${place}`)
      scene.run()
      loses(scene, node)
      scene.run()
      beat(scene, 'p1')
      expect(isWhole(scene, 'a1', 'a2', 'a3')).toBe(true)
    }
    expect(scene.on('p1').status.serves).toBe(true)
    expect(scene.applied).toEqual(['command "0"', 'command "1"', 'command "2"', 'command "3"'])
  })

  test('all at once, while each still holds what was chosen: nothing is lost, and the group goes on', () => {
    const scene = new Scene()
    scene.stand('p1')
    for (const text of ['x', 'y']) {
      scene.propose('p1', text)
      scene.run()
    }
    for (const node of ['a1', 'a2', 'a3', 'p1', 'l1']) scene.on(node).crash()
    for (const node of ['a1', 'a2', 'a3']) loses(scene, node)
    for (const node of ['p1', 'l1']) scene.on(node).start()
    scene.run()
    scene.stand('p2')
    expect(scene.on('p2').status).toMatchObject({ serves: true, notices: [{ level: 'error' }] })
    scene.propose('p2', 'z')
    scene.run()
    beat(scene, 'p2')
    expect(isWhole(scene, 'a1', 'a2', 'a3')).toBe(true)
    expect(scene.applied).toEqual(['command "x"', 'command "y"', 'command "z"'])
  })

  test('all but one, of which that one is away: they wait for it, since it may hold what they lost', () => {
    const scene = new Scene()
    scene.stand('p1')
    scene.propose('p1', 'x')
    const before = scene.on('a1').disk
    scene.run(not(touches('a2')))
    scene.on('a3').crash()
    scene.on('p1').crash()
    loses(scene, 'a1', before)
    loses(scene, 'a2')
    scene.run()
    scene.on('p1').start()
    scene.run()
    scene.on('a1').fire('rejoinAgain')
    scene.on('a2').fire('rejoinAgain')
    scene.run()
    scene.stand('p2')
    expect(scene.on('p2').status.serves).toBe(false)
    scene.on('a3').start()
    scene.on('p2').fire('prepareAgain')
    scene.run()
    expect(scene.on('p2').status.serves).toBe(true)
    expect(scene.applied).toEqual(['command "x"'])
  })
})

describe('a group of one', () => {
  const quorums = bothPhases(majority(['n1']))
  const aloneIn = (lossAccepted: boolean) => {
    const definition = groupOf({ proposers: ['n1'], acceptors: ['n1'], learners: ['n1'], quorums })
    const role = definition.roles['acceptor']
    const record = { promised: ballot(1), doubtful: false, doubt: 0, doubtedThrough: 0, chosenThrough: 0 }
    const recovered = { ...given.nothing, record, doubtful: true, lossAccepted }
    const input = role?.input({ group: 'g', node: 'n1', recovered })
    return drive(multiPaxosAcceptor, input as Parameters<typeof recoverAcceptor>[0] & never)
  }

  test('nobody else can tell what it lost: it goes on only where the operator accepts the loss', () => {
    const reply = said.rejoinReply('n1', { ballot: ballot(1) })
    const careful = aloneIn(false)
    careful.receive(reply)
    expect(careful.state).toBe('doubtful')
    const bold = aloneIn(true)
    bold.receive(reply)
    expect(bold.state).toEqual({ serving: 'free' })
  })

  test('the loss is accepted also where proposers are gone for good: it goes on far above all that are known', () => {
    const [careful, bold] = [false, true].map((lossAccepted) => {
      const recovered = { ...given.nothing, record: recordOf(doubtfulIn().context), entries: entries(1, 2) }
      return drive(multiPaxosAcceptor, recoverAcceptor({ ...given.configOf(), lossAccepted }, recovered))
    })
    for (const role of [careful, bold]) {
      role?.receive(said.rejoinReply('n2', { ballot: ballot(4, 'n2') }))
      for (let time = 0; time < 3; time++) role?.fire('rejoinAgain')
    }
    expect(careful?.state).toBe('doubtful')
    expect(bold?.state).toEqual({ serving: 'free' })
    expect(bold?.context).toMatchObject({ promised: ballot(1004, 'n2'), doubtful: false, mayHaveLost: true })
  })

  test('so does every acceptor that is a phase-2 quorum by itself', () => {
    const three = ['n1', 'n2', 'n3']
    expect(isAlone(flexible({ phase1: atLeast(3, three), phase2: atLeast(1, three) }), 'n2')).toBe(true)
    expect(isAlone(bothPhases(majority(three)), 'n2')).toBe(false)
  })
})
