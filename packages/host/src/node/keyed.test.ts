import {
  type AskService,
  type Chosen,
  type ClientAsked,
  type Codec,
  type Effect,
  type GroupDefinition,
  json,
  keyedRecord,
  perKey,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { afterEach, describe, expect, it } from 'vitest'
import { seededRandom, TestCluster } from './cluster.test.fixture.js'
import { fixtureMessageBytesMax, jsonMessages } from './sequencer.test.fixture.js'

/** A shelf for each name. It keeps a text, gives it back, and draws one of its letters. */
interface Question {
  readonly f: 'keep' | 'give' | 'draw'
  readonly shelf: string
  readonly text?: string
}
interface Shelf {
  readonly text: string
  readonly request: number
}

type Asked = ClientAsked<Question>
const askedOf = ({ event }: { event: Asked | Chosen }): Question => (event as Asked).body

const shelf = setup({
  types: {} as { context: Shelf; events: Asked | Chosen; input: Shelf; emitted: Effect<never, string> },
  guards: {
    isToKeep: ({ event }) => askedOf({ event }).f === 'keep',
    isToDraw: ({ event }) => askedOf({ event }).f === 'draw',
  },
  actions: {
    keep: assign(({ event }) => ({ text: askedOf({ event }).text ?? '' })),
    noteRequest: assign(({ event }) => ({ request: (event as Asked).request })),
    persist: emit(({ context }) => ({ type: 'persist' as const, record: context.text })),
    choose: emit(({ context }) => ({ type: 'choose' as const, request: 1, among: [...context.text], count: 2 })),
    answer: emit(({ context: { request, text } }) => ({ type: 'answer' as const, request, body: text })),
    answerChosen: emit(({ context: { request }, event }) => ({
      type: 'answer' as const,
      request,
      body: (event as Chosen).chosen.join(''),
    })),
  },
}).createMachine({
  id: 'shelf',
  context: ({ input }) => input,
  initial: 'resting',
  states: {
    resting: {
      on: {
        'client.asked': [
          { guard: 'isToKeep', actions: ['noteRequest', 'keep', 'persist', 'answer'], target: 'done' },
          { guard: 'isToDraw', actions: 'noteRequest', target: 'drawing' },
          { actions: ['noteRequest', 'answer'], target: 'done' },
        ],
      },
    },
    drawing: { entry: 'choose', on: { chosen: { actions: 'answerChosen', target: 'done' } } },
    done: { type: 'final' },
  },
})

const shelvesMax = 60
const shelves = perKey({
  id: 'shelves',
  limits: { rowsMax: shelvesMax },
  each: shelf,
  keyOf: (event) => event.body.shelf,
  input: ({ row }) => ({ text: row ?? '', request: 0 }),
  row: json<string>(),
  refuse: ({ request }) => ({ type: 'refuse' as const, request, reason: 'overloaded' as const }),
})

const group: GroupDefinition<AskService<Question, string>> = {
  protocol: 'shelves',
  roles: {
    shelves: {
      nodes: ['n1'],
      logic: () => shelves,
      keyed: shelves,
      input: ({ recovered }) => ({ shared: undefined, recovered }),
      record: keyedRecord as Codec<unknown>,
      status: () => ({ state: '', serves: true }),
    },
  },
  messages: jsonMessages([]),
  messageBytesMax: fixtureMessageBytesMax,
  service: {
    type: 'ask',
    answers: 'shelves',
    request: json(),
    reply: json(),
    routing: { keyOf: ({ shelf: name }) => name },
    isIdempotent: ({ f }) => f !== 'draw',
    limits: { requestBytesMax: 1000 },
  },
}

let cluster: TestCluster<AskService<Question, string>>
afterEach(() => cluster.stopAll())

const begin = async (seed = 1) => {
  cluster = new TestCluster(group, { writeDelayMs: 10 })
  await cluster.start('n1', { random: seededRandom(seed) })
  await cluster.wait(cluster.nodes.get('n1')!.ready)
}
const asking = (f: Question['f'], name: string, text?: string) =>
  cluster.nodes
    .get('n1')!
    .group('journal')
    .ask({ f, shelf: name, ...(text !== undefined && { text }) })
const ask = (f: Question['f'], name: string, text?: string) => cluster.wait(asking(f, name, text))

describe('many small ones at one address of a node', () => {
  it('answer when what they keep is on the disk, and find it again after a crash', async () => {
    await begin()
    expect(await ask('keep', 'a', 'one')).toBe('one')
    expect(await ask('keep', 'b', 'two')).toBe('two')
    let isAnswered = false
    void asking('keep', 'a', 'lost').then(() => {
      isAnswered = true
    })
    cluster.clock.advance(5)
    await cluster.kill('n1')
    await cluster.start('n1')
    expect(await ask('give', 'a')).toBe('one')
    expect(await ask('give', 'b')).toBe('two')
    expect(await ask('give', 'c')).toBe('')
    expect(isAnswered).toBe(false)
  })

  it('share one write', async () => {
    await begin()
    await ask('keep', 'first', 'x')
    const before = cluster.storeOf('n1').writes
    const calls = Array.from({ length: 50 }, (_, at) => asking('keep', `shelf ${at}`, String(at)))
    await cluster.wait(Promise.all(calls))
    expect(cluster.storeOf('n1').writes - before).toBeLessThanOrEqual(2)
    expect(await ask('give', 'shelf 7')).toBe('7')
  })

  it('are told of once when their table is nearly full, and when it is', async () => {
    await begin()
    const told = () =>
      cluster.loggers
        .get('n1')!
        .logged.flatMap(({ level, text }) => (text.includes('rowsMax') ? [`${level} ${text}`] : []))
    for (let at = 1; at <= shelvesMax; at++) {
      if (at === 54) expect(told()).toEqual([])
      await ask('keep', `shelf ${at}`, 'x')
    }
    expect(told()).toEqual([
      expect.stringMatching(/^warn nine tenths of rowsMax, which is 60, are used up by the table of shelves/),
      expect.stringMatching(/^error rowsMax of 60 is reached by the table of shelves/),
    ])
    const { roles } = cluster.nodes.get('n1')!.status().groups['journal']!
    expect(roles['shelves']).toMatchObject({ notices: [{ level: 'error' }] })
    expect(await ask('give', 'shelf 1')).toBe('x')
  })

  it('are answered what they choose among by the chance of their node', async () => {
    const drawn = new Set<string>()
    for (let seed = 1; seed <= 3; seed++) {
      await begin(seed)
      await ask('keep', 'a', 'wxyz')
      for (let at = 0; at < 20; at++) drawn.add(await ask('draw', 'a'))
      await cluster.stopAll()
    }
    // Two of four, in the order in which they stood.
    expect([...drawn].sort()).toEqual(['wx', 'wy', 'wz', 'xy', 'xz', 'yz'])
  })

  it('are refused what they cannot keep', async () => {
    await begin()
    await expect(
      cluster.wait(cluster.nodes.get('n1')!.group('journal').ask({ f: 'give', shelf: '' })),
    ).rejects.toMatchObject({ code: expect.stringMatching(/QUORATE_(OVERLOADED|UNKNOWN_OUTCOME|NOT_EXECUTED)/) })
  })
})
