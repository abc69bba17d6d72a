import { type Entry, encodeWith, type StoreWrite } from '@quorate/core'
import { foundBy, type Invariant, type InvariantFactory } from '@quorate/core/testing'
import { expect, test } from 'vitest'
import { Chance } from '../chance/chance.js'
import { clientGroups } from '../subject/clientGroups.js'
import { multiPaxosSubject, paxosSubject, raftSubject } from '../subject/subjects.test.fixture.js'
import { registerWorkload } from '../workload/registerWorkload.js'
import type { SimulatedWorkload } from '../workload/simulatedWorkload.js'
import { diskBeforeSpeech } from './diskBeforeSpeech.js'
import { exactlyOnce } from './exactlyOnce.js'
import { generalInvariants, invariantsOf } from './general.js'
import { linearizability } from './linearizability.js'
import { logTime } from './logTime.js'
import { realTimeOrder } from './realTimeOrder.js'
import { stateMachineSafety } from './stateMachineSafety.js'
import { writtenDownFirst } from './writtenDownFirst.js'

/** Each invariant is shown what is sound, which it must let pass, and what is not, which it must find. */

const definition = raftSubject().make(3, Chance.of(1)).groups['raft']!

/** Those that have found something. */
const finders = new Set<InvariantFactory>()

/** What an invariant says of what it is shown of a group whose clients use registers, or do something else. */
function judge(
  make: InvariantFactory,
  show: (invariant: Required<Invariant>) => void,
  workload: SimulatedWorkload = registerWorkload,
) {
  const found = foundBy(make, { definition, workload }, show)
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
const apply = (second: Entry) => (invariant: Required<Invariant>) => {
  invariant.emitted(place('n1'), { type: 'commit', entries: [entry(1, 1)] })
  invariant.emitted(place('n2'), { type: 'commit', entries: [second] })
}
test('State Machine Safety', () => {
  expect(judge(stateMachineSafety, apply(entry(1, 1)))).toEqual([])
  expect(judge(stateMachineSafety, apply(entry(1, 1, 'another')))).toHaveLength(1)
})

test('Exactly Once', () => {
  const command = (text: string) => new TextEncoder().encode(text)
  const at = (index: number) => (invariant: Required<Invariant>) => {
    invariant.applied(place('n1'), command('a'), { index: 4, wallMs: 0, logMs: 0 })
    invariant.applied(place('n2'), command('a'), { index, wallMs: 0, logMs: 0 })
  }
  expect(judge(exactlyOnce, at(4))).toEqual([])
  expect(judge(exactlyOnce, at(5))).toHaveLength(1)
})

test('Log Time', () => {
  const at = (node: string, index: number, wallMs: number, logMs: number) => (invariant: Required<Invariant>) =>
    invariant.applied(place(node), new Uint8Array(), { index, wallMs, logMs })
  const all = (...each: readonly ReturnType<typeof at>[]) => judge(logTime, (to) => each.forEach((one) => one(to)))
  expect(all(at('n1', 1, 5, 5), at('n1', 2, 5, 6), at('n2', 1, 5, 5), at('n1', 1, 5, 5))).toEqual([])
  expect(all(at('n1', 1, 5, 5), at('n2', 1, 5, 6))).toHaveLength(1)
  expect(all(at('n1', 1, 5, 5), at('n1', 2, 4, 5))).toHaveLength(1)
  expect(all(at('n1', 1, 5, 5), at('n1', 2, 5, 4))).toHaveLength(1)
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
  expect(judge(diskBeforeSpeech, sound)).toEqual([])
  const hasty = (invariant: Required<Invariant>) => {
    promise(invariant)
    invariant.spoke(place('n1'), vote)
  }
  expect(judge(diskBeforeSpeech, hasty)).toHaveLength(1)
  const twice = (invariant: Required<Invariant>) => {
    sound(invariant)
    invariant.spoke(place('n1'), vote)
  }
  expect(judge(diskBeforeSpeech, twice)).toHaveLength(1)
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
  expect(judge(diskBeforeSpeech, passing('append'))).toEqual([])
  expect(judge(diskBeforeSpeech, passing('truncate'))).toHaveLength(1)
})

test('Written Down First: whose message is taken stands in the book that the disk was last given', () => {
  const book = (...names: readonly string[]): StoreWrite[] => [
    {
      key: '$node/peers',
      operations: [
        {
          type: 'persist',
          record: encodeWith((writer, peers: readonly string[]) => {
            for (const peer of peers) writer.tag(18).message((inner, name: string) => inner.tag(10).string(name), peer)
            // What a group is begun with names others too.
            writer.tag(34).message((inner, charter: string) => inner.tag(18).string(charter), 'members n1 n2 n3')
          }, names),
        },
      ],
    },
  ]
  const taking = (from: string, ...books: readonly (readonly string[])[]) =>
    judge(writtenDownFirst, (invariant) => {
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
const ok = (value: number, revision: number, isDone = true) =>
  ({ type: 'ok', result: { value, revision, isDone } }) as const
const toldTo =
  (make: InvariantFactory) =>
  (...lines: ((invariant: Required<Invariant>) => void)[]) =>
    judge(make, (invariant) => {
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
  expect(told(began(1, write2), ended(1, write2, ok(2, 9)), began(1, write1), ended(1, write1, ok(1, 5)))).toHaveLength(
    1,
  )
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

test('Exactly Once, where commands are alike: told apart by their numbers in their sessions', () => {
  const alike: SimulatedWorkload = { ...registerWorkload, hasUniqueCommands: false }
  const twice =
    (...entries: readonly Entry[]) =>
    (invariant: Required<Invariant>) => {
      invariant.emitted(place('n1'), { type: 'commit', entries })
      for (const { index } of entries)
        invariant.applied(place('n1'), new Uint8Array([1]), { index, wallMs: 0, logMs: 0 })
    }
  expect(judge(exactlyOnce, twice(entry(4, 1), entry(5, 1)), alike)).toEqual([])
  expect(judge(exactlyOnce, twice(entry(4, 1), { ...entry(5, 1), sequence: 4 }), alike)).toEqual([
    'n1 executes command 4 of session 1 at 5, and it was executed at 4',
  ])
})

test('each invariant is about some subject, and says where it comes from', () => {
  for (const subject of [raftSubject(), multiPaxosSubject(), paxosSubject()]) {
    const cluster = subject.make(3, Chance.of(1))
    const [served] = clientGroups(cluster)
    const made = invariantsOf(subject).flatMap(
      (make) =>
        make({ group: 'g', definition: served!.definition, workload: served!.workload, broken: () => {} }) ?? [],
    )
    expect(made.length).toBeGreaterThan(3)
    for (const { name, source } of made) expect(`${name}: ${source}`).toMatch(/^\S.*: .*\(\d{4}\)/)
  }
})

test('each was shown something wrong above, and has found it', () => {
  expect(generalInvariants.filter((make) => !finders.has(make))).toEqual([])
})
