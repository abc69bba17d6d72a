import { type Entry, encodeWith, Log, type StoreWrite } from '@quorate/core'
import { describe, expect, test } from 'vitest'
import { Chance } from '../chance/chance.js'
import { multiPaxosSubject, paxosSubject, raftSubject } from '../subject/subjects.test.fixture.js'
import { allInvariants } from './all.js'
import { chosenStaysChosen } from './chosenStaysChosen.js'
import { diskBeforeSpeech } from './diskBeforeSpeech.js'
import { electionSafety } from './electionSafety.js'
import { exactlyOnce } from './exactlyOnce.js'
import type { Invariant, InvariantFactory } from './invariant.js'
import { leaderAppendOnly } from './leaderAppendOnly.js'
import { leaderCompleteness } from './leaderCompleteness.js'
import { linearizability } from './linearizability.js'
import { logMatching } from './logMatching.js'
import { oneDecision } from './oneDecision.js'
import { oneValuePerSlot } from './oneValuePerSlot.js'
import { promisesOnlyGrow } from './promisesOnlyGrow.js'
import { realTimeOrder } from './realTimeOrder.js'
import { stateMachineSafety } from './stateMachineSafety.js'
import { writtenDownFirst } from './writtenDownFirst.js'

/** Each invariant is shown what is sound, which it must let pass, and what is not, which it must find. */

const definitionOf = (subject: ReturnType<typeof raftSubject>) => {
  const [definition] = Object.values(subject.make(3, Chance.of(1)).groups)
  if (!definition) throw new Error('no group')
  return definition
}
const definitions = {
  raft: definitionOf(raftSubject()),
  'multi-paxos': definitionOf(multiPaxosSubject()),
  paxos: definitionOf(paxosSubject()),
}

/** Those that have found something. */
const finders = new Set<InvariantFactory>()

/** What an invariant says of what it is shown. */
function judge(
  make: InvariantFactory,
  protocol: keyof typeof definitions,
  show: (invariant: Required<Invariant>) => void,
) {
  const found: string[] = []
  const invariant = make({ group: 'g', definition: definitions[protocol], broken: (how) => found.push(how) })
  if (!invariant) throw new Error(`it says nothing about ${protocol}`)
  show(invariant as Required<Invariant>)
  if (found.length > 0) finders.add(make)
  return found
}

const place = (node: string, role = 'server') => ({ node, group: 'g', role })
const entry = (index: number, term: number, text = `${index}/${term}`): Entry => ({
  index,
  term,
  kind: 'command',
  session: 1,
  sequence: index,
  answeredBelow: 0,
  bytes: new TextEncoder().encode(text),
})
const logOf = (...terms: number[]) => Log.of(terms.map((term, at) => entry(at + 1, term)))
const server = (role: string, currentTerm: number, log = logOf(), commitIndex = 0) => ({
  role,
  context: { currentTerm, votedFor: undefined, log, commitIndex },
})

describe('Raft', () => {
  const lead = (nodes: readonly string[]) => (invariant: Required<Invariant>) => {
    for (const node of nodes) invariant.stepped(place(node), server('candidate', 2), undefined, server('leader', 2))
  }
  test('Election Safety', () => {
    expect(judge(electionSafety, 'raft', lead(['n1', 'n1']))).toEqual([])
    expect(judge(electionSafety, 'raft', lead(['n1', 'n2']))).toEqual(['both n1 and n2 lead term 2'])
  })

  const become = (after: Log) => (invariant: Required<Invariant>) =>
    invariant.stepped(place('n1'), server('leader', 2, logOf(1, 2)), { type: 'x' }, server('leader', 2, after))
  test('Leader Append-Only', () => {
    expect(judge(leaderAppendOnly, 'raft', become(logOf(1, 2, 2)))).toEqual([])
    expect(judge(leaderAppendOnly, 'raft', become(logOf(1)))).toHaveLength(1)
    expect(judge(leaderAppendOnly, 'raft', become(logOf(1, 3)))).toHaveLength(1)
  })

  const logs = (a: Log, b: Log) => (invariant: Required<Invariant>) => {
    invariant.stepped(place('n1'), undefined, undefined, server('follower', 3, a))
    invariant.stepped(place('n2'), undefined, undefined, server('follower', 3, b))
  }
  test('Log Matching', () => {
    expect(judge(logMatching, 'raft', logs(logOf(1, 2), logOf(1, 1)))).toEqual([])
    expect(judge(logMatching, 'raft', logs(logOf(1, 3), logOf(2, 3)))).toHaveLength(1)
    const other = Log.of([entry(1, 1), entry(2, 2, 'another')])
    expect(judge(logMatching, 'raft', logs(logOf(1, 2), other))).toHaveLength(1)
  })

  const elect = (second: Log, isLate: boolean) => (invariant: Required<Invariant>) => {
    const first = logOf(1, 2)
    const commit = () =>
      invariant.stepped(place('n1'), server('leader', 2, first, 0), undefined, server('leader', 2, first, 2))
    const next = () => invariant.stepped(place('n2'), server('candidate', 3), undefined, server('leader', 3, second))
    invariant.stepped(place('n1'), server('candidate', 2), undefined, server('leader', 2, first))
    for (const step of isLate ? [next, commit] : [commit, next]) step()
  }
  test.each([false, true])('Leader Completeness, whichever is known first', (isLate) => {
    expect(judge(leaderCompleteness, 'raft', elect(logOf(1, 2, 3), isLate))).toEqual([])
    expect(judge(leaderCompleteness, 'raft', elect(logOf(1, 3), isLate))).toHaveLength(1)
    expect(judge(leaderCompleteness, 'raft', elect(logOf(1), isLate))).toHaveLength(1)
  })

  const apply = (second: Entry) => (invariant: Required<Invariant>) => {
    invariant.emitted(place('n1'), { type: 'commit', entries: [entry(1, 1)] })
    invariant.emitted(place('n2'), { type: 'commit', entries: [second] })
  }
  test('State Machine Safety', () => {
    expect(judge(stateMachineSafety, 'raft', apply(entry(1, 1)))).toEqual([])
    expect(judge(stateMachineSafety, 'raft', apply(entry(1, 1, 'another')))).toHaveLength(1)
  })
})

describe('Paxos', () => {
  const ballot = (round: number) => round * 2 ** 20
  const accepting = (...entries: Entry[]): StoreWrite[] => [
    { key: 'g/acceptor', operations: [{ type: 'append', entries }] },
  ]
  test('One Value per Slot', () => {
    const sound = (invariant: Required<Invariant>) => {
      for (const node of ['n1', 'n2']) invariant.durable(node, accepting(entry(1, ballot(1), 'a')))
      invariant.emitted(place('n3', 'learner'), { type: 'commit', entries: [entry(1, ballot(1), 'a')] })
    }
    expect(judge(oneValuePerSlot, 'multi-paxos', sound)).toEqual([])
    const another = (invariant: Required<Invariant>) => {
      sound(invariant)
      for (const node of ['n2', 'n3']) invariant.durable(node, accepting(entry(1, ballot(2), 'b')))
    }
    expect(judge(oneValuePerSlot, 'multi-paxos', another)).toEqual(['slot 1: two values are chosen'])
    const learnt = (invariant: Required<Invariant>) => {
      invariant.durable('n1', accepting(entry(1, ballot(1), 'a')))
      invariant.emitted(place('n3', 'learner'), { type: 'commit', entries: [entry(1, ballot(1), 'a')] })
    }
    expect(judge(oneValuePerSlot, 'multi-paxos', learnt)).toHaveLength(1)
    const learntOtherwise = (invariant: Required<Invariant>) => {
      sound(invariant)
      invariant.emitted(place('n1', 'learner'), { type: 'commit', entries: [entry(1, ballot(1), 'b')] })
    }
    expect(judge(oneValuePerSlot, 'multi-paxos', learntOtherwise)).toHaveLength(1)
    const twoValues = (invariant: Required<Invariant>) => {
      invariant.durable('n1', accepting(entry(1, ballot(1), 'a')))
      invariant.durable('n2', accepting(entry(1, ballot(1), 'b')))
    }
    expect(judge(oneValuePerSlot, 'multi-paxos', twoValues)).toHaveLength(1)
  })

  test('Chosen Stays Chosen', () => {
    const then = (value: string) => (invariant: Required<Invariant>) => {
      for (const node of ['n1', 'n2']) invariant.durable(node, accepting(entry(1, ballot(1), 'a')))
      invariant.durable('n3', accepting(entry(1, ballot(2), value)))
    }
    expect(judge(chosenStaysChosen, 'multi-paxos', then('a'))).toEqual([])
    expect(judge(chosenStaysChosen, 'multi-paxos', then('b'))).toHaveLength(1)
  })

  const acceptor = (round: number, doubtful = false) => ({ context: { promised: { round }, doubtful } })
  test.each(['multi-paxos', 'paxos'] as const)('Promises Only Grow: %s', (protocol) => {
    const again = (after: object) => (invariant: Required<Invariant>) => {
      invariant.spoke(place('n1', 'acceptor'), { type: 'Promise', ballot: { round: 3 } } as never)
      invariant.stepped(place('n1', 'acceptor'), undefined, undefined, after)
    }
    expect(judge(promisesOnlyGrow, protocol, again(acceptor(3)))).toEqual([])
    expect(judge(promisesOnlyGrow, protocol, again(acceptor(2, true)))).toEqual([])
    expect(judge(promisesOnlyGrow, protocol, again(acceptor(2)))).toHaveLength(1)
    const within = (invariant: Required<Invariant>) =>
      invariant.stepped(place('n1', 'acceptor'), acceptor(3), undefined, acceptor(2))
    expect(judge(promisesOnlyGrow, protocol, within)).toHaveLength(1)
  })

  test('Promises Only Grow: an acceptance is a promise', () => {
    const afterAccepting = (round: number) => (invariant: Required<Invariant>) => {
      invariant.durable('n1', accepting(entry(1, ballot(3))))
      invariant.stepped(place('n1', 'acceptor'), undefined, undefined, acceptor(round))
    }
    expect(judge(promisesOnlyGrow, 'multi-paxos', afterAccepting(3))).toEqual([])
    expect(judge(promisesOnlyGrow, 'multi-paxos', afterAccepting(2))).toHaveLength(1)
    const afterSayingSo = (round: number) => (invariant: Required<Invariant>) => {
      const accepted = { type: 'Accepted', proposal: { ballot: { round: 3 } } }
      invariant.spoke(place('n1', 'acceptor'), accepted as never)
      invariant.stepped(place('n1', 'acceptor'), undefined, undefined, acceptor(round))
    }
    expect(judge(promisesOnlyGrow, 'paxos', afterSayingSo(3))).toEqual([])
    expect(judge(promisesOnlyGrow, 'paxos', afterSayingSo(2))).toHaveLength(1)
  })

  test('One Decision', () => {
    const told = (first: number, second: number) => (invariant: Required<Invariant>) => {
      for (const value of [1, 2]) invariant.began(value, { f: 'propose', key: 'd', value })
      const tell = (process: number, value: number) =>
        invariant.answered(
          process,
          { f: 'propose', key: 'd', value: process },
          { type: 'ok', value, revision: 0, isDone: true },
        )
      tell(1, first)
      tell(2, second)
    }
    expect(judge(oneDecision, 'paxos', told(2, 2))).toEqual([])
    expect(judge(oneDecision, 'paxos', told(1, 2))).toHaveLength(1)
    expect(judge(oneDecision, 'paxos', told(3, 3))).toHaveLength(2)
  })
})

describe('host and clients', () => {
  test('Exactly Once', () => {
    const command = (text: string) => new TextEncoder().encode(text)
    const at = (index: number) => (invariant: Required<Invariant>) => {
      invariant.applied(place('n1'), command('a'), { index: 4 })
      invariant.applied(place('n2'), command('a'), { index })
    }
    expect(judge(exactlyOnce, 'raft', at(4))).toEqual([])
    expect(judge(exactlyOnce, 'raft', at(5))).toHaveLength(1)
  })

  const vote = { type: 'RequestVoteReply' }
  const record = { currentTerm: 1 }
  const bytes = new Uint8Array([1])
  const promise = (invariant: Required<Invariant>) => {
    invariant.emitted(place('n1'), { type: 'persist', record })
    invariant.emitted(place('n1'), { type: 'send', to: 'g/server/n2', message: vote })
    invariant.recorded(place('n1'), record, bytes)
  }
  const write: StoreWrite[] = [{ key: 'g/server', operations: [{ type: 'persist', record: bytes }] }]
  test('Disk Before Speech', () => {
    const sound = (invariant: Required<Invariant>) => {
      promise(invariant)
      invariant.durable('n1', write)
      invariant.spoke(place('n1'), vote)
    }
    expect(judge(diskBeforeSpeech, 'raft', sound)).toEqual([])
    const hasty = (invariant: Required<Invariant>) => {
      promise(invariant)
      invariant.spoke(place('n1'), vote)
    }
    expect(judge(diskBeforeSpeech, 'raft', hasty)).toHaveLength(1)
    const twice = (invariant: Required<Invariant>) => {
      sound(invariant)
      invariant.spoke(place('n1'), vote)
    }
    expect(judge(diskBeforeSpeech, 'raft', twice)).toHaveLength(1)
  })

  test('Disk Before Speech: what passes appends may, and nothing else', () => {
    const passing = (durable: 'append' | 'truncate') => (invariant: Required<Invariant>) => {
      const effect =
        durable === 'append'
          ? ({ type: 'append', entries: [entry(1, 1)] } as const)
          : ({ type: 'truncate', after: { index: 0, term: 0 } } as const)
      invariant.emitted(place('n1'), effect)
      invariant.emitted(place('n1'), { type: 'send', to: 'g/server/n2', message: vote, passes: 'append' })
      invariant.spoke(place('n1'), vote)
    }
    expect(judge(diskBeforeSpeech, 'raft', passing('append'))).toEqual([])
    expect(judge(diskBeforeSpeech, 'raft', passing('truncate'))).toHaveLength(1)
  })

  test('Written Down First: whose message is taken stands in the book that the disk was last given', () => {
    const book = (...names: readonly string[]): StoreWrite[] => [
      {
        key: '$node/peers',
        operations: [
          {
            type: 'persist',
            record: encodeWith((writer, peers: readonly string[]) => {
              for (const peer of peers)
                writer.tag(18).message((inner, name: string) => inner.tag(10).string(name), peer)
              // What a group is begun with names others too.
              writer.tag(34).message((inner, charter: string) => inner.tag(18).string(charter), 'members n1 n2 n3')
            }, names),
          },
        ],
      },
    ]
    const taking = (from: string, ...books: readonly (readonly string[])[]) =>
      judge(writtenDownFirst, 'raft', (invariant) => {
        for (const names of books) invariant.asked('n1', book(...names))
        invariant.stepped(place('n1'), {}, { type: 'Vote', from: `g/server/${from}` } as { type: string }, {})
      })
    expect(taking('n2', ['n1', 'n2'])).toEqual([])
    expect(taking('n1')).toEqual([])
    expect(taking('n2', ['n1'])).toHaveLength(1)
    expect(taking('n2', ['n1', 'n2'], ['n1', 'n3'])).toHaveLength(1)
  })

  const write1 = { f: 'write', key: 'x', value: 1 } as const
  const write2 = { f: 'write', key: 'x', value: 2 } as const
  const read = { f: 'read', key: 'x', value: 0 } as const
  const ok = (value: number, revision: number, isDone = true) => ({ type: 'ok', value, revision, isDone }) as const
  const toldTo =
    (make: InvariantFactory) =>
    (...lines: ((invariant: Required<Invariant>) => void)[]) =>
      judge(make, 'raft', (invariant) => {
        for (const line of lines) line(invariant)
        invariant.over?.()
      })
  const began =
    (process: number, operation: Parameters<Required<Invariant>['began']>[1]) => (invariant: Required<Invariant>) =>
      invariant.began(process, operation)
  const ended =
    (
      process: number,
      operation: Parameters<Required<Invariant>['answered']>[1],
      ending: Parameters<Required<Invariant>['answered']>[2],
    ) =>
    (invariant: Required<Invariant>) =>
      invariant.answered(process, operation, ending)

  test('Real-Time Order', () => {
    const told = toldTo(realTimeOrder)
    const before = [began(1, write1), ended(1, write1, ok(1, 5)), began(1, write2), ended(1, write2, ok(2, 9))]
    expect(told(...before, began(2, read), ended(2, read, ok(2, 9)))).toEqual([])
    expect(told(...before, began(2, read), ended(2, read, ok(1, 5)))).toHaveLength(1)
    expect(told(...before, began(2, read), ended(2, read, ok(0, 0)))).toHaveLength(1)
    expect(told(...before, began(2, read), ended(2, read, ok(1, 9)))).toHaveLength(1)
    expect(told(...before, began(2, read), ended(2, read, ok(7, 11)))).toHaveLength(1)
    // While a write is under way it may be seen or not.
    expect(told(began(2, read), ...before, ended(2, read, ok(1, 5)))).toEqual([])
    expect(told(began(1, write1), began(2, read), ended(2, read, ok(1, 5)))).toEqual([])
    // What was refused must not be seen.
    const refused = [began(1, write1), ended(1, write1, { type: 'fail', code: 'x' })]
    expect(told(...refused, began(2, read), ended(2, read, ok(1, 5)))).toHaveLength(1)
    expect(
      told(began(1, write2), ended(1, write2, ok(2, 9)), began(1, write1), ended(1, write1, ok(1, 5))),
    ).toHaveLength(1)
  })

  test('Linearizability, whatever indexes the answers name', () => {
    const told = toldTo(linearizability)
    const before = [began(1, write1), ended(1, write1, ok(1, 1)), began(1, write2), ended(1, write2, ok(2, 1))]
    expect(told(...before, began(2, read), ended(2, read, ok(2, 1)))).toEqual([])
    expect(told(...before, began(2, read), ended(2, read, ok(1, 1)))).toHaveLength(1)
    expect(told(...before, began(2, read), ended(2, read, ok(0, 0)))).toHaveLength(1)
    expect(told(...before, began(2, read), ended(2, read, ok(7, 1)))).toHaveLength(1)
    // While a write is under way, or nobody knows of it, it may be seen or not.
    expect(told(began(2, read), ...before, ended(2, read, ok(1, 1)))).toEqual([])
    const unknown = [began(1, write1), ended(1, write1, { type: 'info', code: 'x' })]
    for (const value of [0, 1]) expect(told(...unknown, began(2, read), ended(2, read, ok(value, 1)))).toEqual([])
    const refused = [began(1, write1), ended(1, write1, { type: 'fail', code: 'x' })]
    expect(told(...refused, began(2, read), ended(2, read, ok(1, 1)))).toHaveLength(1)
    const cas = { f: 'cas', key: 'x', value: 3, expected: 1 } as const
    expect(told(...before, began(2, cas), ended(2, cas, ok(3, 1)))).toHaveLength(1)
    expect(told(...before, began(2, cas), ended(2, cas, ok(2, 1, false)))).toEqual([])
  })
})

test('each invariant is about some protocol, and says where it comes from', () => {
  for (const make of allInvariants) {
    const made = Object.values(definitions).flatMap(
      (definition) => make({ group: 'g', definition, broken: () => {} }) ?? [],
    )
    expect(made.length).toBeGreaterThan(0)
    for (const { name, source } of made) expect(`${name}: ${source}`).toMatch(/^\S.*: .*\(\d{4}\)/)
  }
})

test('each invariant was shown something wrong above, and has found it', () => {
  expect(allInvariants.filter((make) => !finders.has(make))).toEqual([])
})
