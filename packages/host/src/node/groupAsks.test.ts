import {
  type Answered,
  type AskService,
  type ClientAsked,
  type Codec,
  type Effect,
  type GroupDefinition,
  json,
  keyedRecord,
  parseAddress,
  perKey,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { raft } from '@quorate/raft'
import { afterEach, describe, expect, it } from 'vitest'
import { journal, type Note, TestCluster } from './cluster.test.fixture.js'
import type { QuorateNode } from './quorateNode.js'
import { fixtureMessageBytesMax, jsonMessages } from './sequencer.test.fixture.js'

/** A clerk for each question: asks the group that it names what it says, and answers what came of it. */
interface Question {
  readonly name: string
  readonly group: string
  readonly text: string
}
interface Clerk {
  readonly client: number
  readonly asked: Question
}
type Event = ClientAsked<Question> | Answered

const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = ({ outcome }: Answered): string =>
  outcome.type === 'returned' ? new TextDecoder().decode(outcome.bytes) : `${outcome.reason}: ${outcome.text}`

const clerk = setup({
  types: {} as { context: Clerk; events: Event; input: Clerk; emitted: Effect<never, never> },
  actions: {
    note: assign(({ event }) => ({
      client: (event as ClientAsked).request,
      asked: (event as ClientAsked<Question>).body,
    })),
    ask: emit(({ context: { asked } }) => ({
      type: 'ask' as const,
      group: asked.group,
      request: 1,
      bytes: bytesOf(asked.text),
    })),
    answer: emit(({ context: { client }, event }) => ({
      type: 'answer' as const,
      request: client,
      body: textOf(event as Answered),
    })),
  },
}).createMachine({
  id: 'clerk',
  context: ({ input }) => input,
  initial: 'resting',
  states: {
    resting: { on: { 'client.asked': { actions: 'note', target: 'asking' } } },
    asking: { entry: 'ask', on: { answered: { actions: 'answer', target: 'done' } } },
    done: { type: 'final' },
  },
})

const clerksRole = perKey<typeof clerk, undefined, never>({
  id: 'clerks',
  each: clerk,
  keyOf: (event) => event.body.name,
  input: () => ({ client: 0, asked: { name: '', group: '', text: '' } }),
  row: json<never>(),
  refuse: ({ request }) => ({ type: 'refuse' as const, request, reason: 'overloaded' as const }),
})

/** What is asked is asked once: another clerk would ask the other group again. */
const service: AskService<Question, string> = {
  type: 'ask',
  answers: 'desk',
  request: json(),
  reply: json(),
  routing: 'any',
  isIdempotent: () => false,
  limits: { requestBytesMax: 1000 },
}
const status = () => ({ state: '', serves: true })
const around = { protocol: 'desk', messages: jsonMessages([]), messageBytesMax: fixtureMessageBytesMax } as const

const clerks = (nodes: readonly string[]): GroupDefinition<AskService<Question, string>> => ({
  ...around,
  roles: {
    desk: {
      nodes,
      logic: () => clerksRole,
      keyed: clerksRole,
      input: ({ recovered }) => ({ shared: undefined, recovered }),
      record: keyedRecord as Codec<unknown>,
      status,
    },
  },
  service,
})

/** Says twice what it is asked, and how often it was. */
const echo = setup({
  types: {} as { context: { asked: number }; events: ClientAsked<string>; emitted: Effect<never, never> },
  actions: {
    count: assign(({ context }) => ({ asked: context.asked + 1 })),
    answer: emit(({ context, event }) => ({
      type: 'answer',
      request: event.request,
      body: `${event.body} ${event.body} ${context.asked}`,
    })),
  },
}).createMachine({ id: 'echo', context: { asked: 0 }, on: { 'client.asked': { actions: ['count', 'answer'] } } })

const echoes = (
  nodes: readonly string[],
  does: GroupDefinition['service'] = service as AskService,
): GroupDefinition => ({
  ...around,
  roles: { desk: { nodes, logic: () => echo, input: () => undefined, record: json<unknown>(), status } },
  service: does,
})

type Groups = {
  readonly clerks: GroupDefinition<AskService<Question, string>>
  readonly journal: GroupDefinition
}

let cluster: TestCluster
afterEach(async () => {
  cluster.bus.setFilter(() => true)
  await cluster.stopAll()
})

/** Members keep a journal; all nodes have clerks, and what else is given. */
async function begin(
  members: readonly string[],
  nodes = members,
  others: Readonly<Record<string, GroupDefinition>> = {},
) {
  const group = raft({ members, stateMachine: journal })
  cluster = new TestCluster(group)
  for (const id of nodes) {
    const groups = { clerks: clerks(nodes), ...(members.includes(id) && { journal: group }), ...others }
    await cluster.start(id, { groups: groups as never, client: { deadlineMs: 5000 } })
  }
  await cluster.wait(Promise.all([...cluster.nodes.values()].map((node) => node.ready)))
}
const nodeOf = (id: string) => cluster.nodes.get(id) as unknown as QuorateNode<Groups>
let questions = 0
const asking = (id: string, group: string, text: string) =>
  nodeOf(id)
    .group('clerks')
    .ask({ name: `q${++questions}`, group, text })
const ask = (id: string, group: string, text: string) => cluster.wait(asking(id, group, text))
const note = (text: string, fails = false) =>
  new TextDecoder().decode(journal.codecs.command.encode({ text, fails } as Note))
const textsOn = (id: string) =>
  cluster.wait(
    (cluster.nodes.get(id) as NonNullable<ReturnType<typeof cluster.nodes.get>>)
      .group('journal')
      .read((texts) => texts),
  )

describe('a role that asks a group which orders a log', () => {
  it('has a command executed and is told the result, on a member and elsewhere', async () => {
    await begin(['n1', 'n2', 'n3'], ['n1', 'n2', 'n3', 'n4'])
    expect(await ask('n2', 'journal', note('a'))).toBe('1')
    expect(await ask('n4', 'journal', note('b'))).toBe('2')
    expect(await textsOn('n1')).toEqual(['a', 'b'])
  })

  it('needs no bus where the member on its node decides', async () => {
    await begin(['n1'])
    await ask('n1', 'journal', note('opens the session'))
    let carried = 0
    cluster.bus.setFilter(({ to }) => {
      const role = parseAddress(to)?.role
      if (role === 'client' || role === 'answers') carried++
      return true
    })
    expect(await ask('n1', 'journal', note('a'))).toBe('2')
    expect(carried).toBe(0)
  })

  it('has it executed once, although it was sent again and again while the leader was killed', async () => {
    await begin(['n1', 'n2', 'n3'], ['n1', 'n2', 'n3', 'n4'])
    await ask('n4', 'journal', note('first'))
    const leader = ['n1', 'n2', 'n3'].find(
      (id) => cluster.nodes.get(id)?.status().groups.journal?.roles['server']?.serves,
    )
    // Commands arrive, and no result does.
    cluster.bus.setFilter(({ to }) => parseAddress(to)?.role !== 'answers')
    const texts = Array.from({ length: 30 }, (_, at) => `t${at}`)
    const asked = Promise.all(texts.map((text) => asking('n4', 'journal', note(text))))
    await cluster.pass(300)
    await cluster.kill(leader ?? '')
    await cluster.pass(300)
    cluster.bus.setFilter(() => true)
    expect((await cluster.wait(asked)).toSorted()).toEqual(texts.map((_, at) => String(at + 2)).toSorted())
    const kept = await textsOn(['n1', 'n2', 'n3'].find((id) => id !== leader) ?? '')
    expect(kept.toSorted()).toEqual(['first', ...texts].toSorted())
  })

  it('is told when nobody executes it, when it fails, and when nobody knows', async () => {
    await begin(['n1'], ['n1', 'n2'])
    expect(await ask('n2', 'journal', note('a', true))).toMatch(/^failed: .*not a/)
    expect(await ask('n2', 'nobody', note('a'))).toMatch(/^notExecuted: not executed: its deadline passed/)
    expect(await ask('n2', 'no name', note('a'))).toMatch(/^notExecuted: .*no name/)
    expect(await ask('n2', 'journal', note('b'))).toBe('1')
    cluster.bus.setFilter(({ to }) => parseAddress(to)?.group !== 'journal' || parseAddress(to)?.role !== 'answers')
    expect(await ask('n2', 'journal', note('c'))).toMatch(/^unknown: the outcome of this command is unknown/)
    expect(await textsOn('n1')).toEqual(['b', 'c'])
  })
})

describe('a role that asks a group which answers questions', () => {
  it('asks as its codecs say, and the member on its node without the bus', async () => {
    const ids = ['n1', 'n2', 'n3']
    await begin(['n1'], ids, { echo: echoes(ids) })
    for (const id of ids) expect(await ask(id, 'echo', '"hi"')).toBe('"hi hi 1"')
    cluster.bus.setFilter(({ to }) => parseAddress(to)?.group !== 'echo')
    for (const id of ids) expect(await ask(id, 'echo', '"hi"')).toBe('"hi hi 2"')
    expect(await ask('n2', 'echo', 'no json')).toMatch(/^notExecuted: /)
  })

  it('is told that one which does nothing for clients does nothing', async () => {
    await begin(['n1'], ['n1'], { echo: echoes(['n1'], { type: 'none' }) })
    expect(await ask('n1', 'echo', '"hi"')).toMatch(/^notExecuted: group echo does nothing for clients/)
  })
})

describe('what a role has asked', () => {
  it('is given up when its own group is closed, and asked by another client when the other one is', async () => {
    await begin(['n1'], ['n1'], { echo: echoes(['n1']) })
    expect(await ask('n1', 'echo', '"a"')).toBe('"a a 1"')
    await cluster.wait(nodeOf('n1').close('echo'))
    expect(await ask('n1', 'echo', '"b"')).toMatch(/^notExecuted: /)
    await cluster.wait(nodeOf('n1').open('echo', echoes(['n1'])))
    expect(await ask('n1', 'echo', '"c"')).toBe('"c c 1"')
    cluster.bus.setFilter(() => false)
    const open = asking('n1', 'nobody', note('d'))
    const ended = expect(open).rejects.toMatchObject({ code: 'QUORATE_UNKNOWN_OUTCOME' })
    await cluster.pass(50)
    await cluster.wait(nodeOf('n1').close('clerks'))
    await cluster.wait(ended)
  })

  it('ends with its node', async () => {
    await begin(['n1'], ['n1'])
    const open = asking('n1', 'nobody', note('d'))
    const ended = expect(open).rejects.toMatchObject({ code: 'QUORATE_UNKNOWN_OUTCOME' })
    await cluster.pass(50)
    await cluster.wait(nodeOf('n1').stop())
    await cluster.wait(ended)
  })
})
