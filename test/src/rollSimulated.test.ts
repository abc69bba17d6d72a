import { type Members, type NodeId, nodeOf, type Received } from '@quorate/core'
import type { InvariantFactory } from '@quorate/core/testing'
import {
  explore,
  failureOf,
  generalInvariants,
  type SimulatedWorkload,
  type SimulationSubject,
} from '@quorate/simulator'
import { describe, expect, test } from 'vitest'
import { type RollContext, type RollMessage, type RollQuestion, type rollContract, rollGroup } from './roll.js'

const nodesOf = (count: number): readonly NodeId[] => Array.from({ length: count }, (_, at) => `n${at + 1}`)
/** That of the disk of a simulated node. */
const storeOf = (node: NodeId): string => Number(node.slice(1)).toString(16).padStart(2, '0').repeat(16)

/** Of all but the keeper anyone is added and removed, again and again. */
const workload = (count: number): SimulatedWorkload<typeof rollContract> => ({
  name: 'members that come and go',
  operations: {
    add: { fields: { node: 'text' } },
    remove: { fields: { node: 'text' } },
    who: { fields: {}, isQuery: true },
  },
  perSecond: 2,
  draw: () => (own) => {
    const node = own.pick(nodesOf(count).slice(1))
    return own.isOne(300) ? { f: 'who' } : { f: own.isOne(600) ? 'add' : 'remove', node }
  },
  probe: () => [{ f: 'add', node: `n${count}` }, { f: 'who' }],
  async perform(client, { f, node }) {
    const question = { f: f as RollQuestion['f'], ...(node !== undefined && { node: String(node) }) }
    const { version, members } = await client.ask(
      question.f === 'add' ? { ...question, store: storeOf(String(node)) } : question,
    )
    return { version, members: [...members] }
  },
})

/** Three begin, and as many as there are beside join. */
const subject: SimulationSubject = {
  name: 'roll',
  nodes: 5,
  make(count) {
    const nodes = nodesOf(count)
    const roll = rollGroup({ members: ['n1', 'n2', 'n3'], joining: nodes.slice(3) })
    return { nodes, groups: { roll }, workload: { groups: { roll: workload(count) } } }
  },
}

/** So many events wait, at most, when the list is on the disk. */
const waitingMax = 30

/** Lists by which the role of a node goes no more, and its host still does, or did when it heard what the role takes now. */
class FormerLists {
  readonly #lists = new Map<
    NodeId,
    { readonly context: RollContext; state: 'new' | 'asked' | 'written'; steps: number }[]
  >()

  stepped(node: NodeId, before: RollContext | undefined, after: RollContext): void {
    const lists = before === undefined ? [] : (this.#lists.get(node) ?? [])
    for (const list of lists) if (list.state === 'written') list.steps++
    if (before !== undefined && before.roll !== after.roll) lists.push({ context: before, state: 'new', steps: 0 })
    this.#lists.set(
      node,
      lists.filter(({ steps }) => steps < waitingMax),
    )
  }

  /** The node asks its disk to write its record. */
  asked(node: NodeId): void {
    for (const list of this.#lists.get(node) ?? []) if (list.state === 'new') list.state = 'asked'
  }

  written(node: NodeId): void {
    for (const list of this.#lists.get(node) ?? []) if (list.state === 'asked') list.state = 'written'
  }

  of(node: NodeId): readonly RollContext[] {
    return (this.#lists.get(node) ?? []).map(({ context }) => context)
  }
}

/** What came of the runs, beside what must hold in them. */
interface Seen {
  joined: number
  denied: number
  heardByOneBehind: number
}

const watching = (seen: Seen): readonly InvariantFactory[] => {
  const oneList: InvariantFactory = ({ broken }) => {
    const lists = new Map<number, string>()
    return {
      name: 'Lists of One Version Are One List',
      source: 'this test',
      stepped(_place, _before, event, after) {
        const { roll } = contextOf(after)
        // The keeper tells only what is on its disk.
        if (!roll || event?.type !== 'Roll') return
        const list = JSON.stringify(roll.roles)
        const known = lists.get(roll.version) ?? list
        lists.set(roll.version, known)
        if (known !== list) broken(`version ${roll.version} is ${known} and ${list}`)
      },
    }
  }
  const membersSpeak: InvariantFactory = ({ broken }) => {
    /** The latest list that each node ever went by. */
    const latest = new Map<NodeId, number>()
    const joined = new Set<NodeId>()
    const former = new FormerLists()
    return {
      name: 'Only Members Speak, and Who Is Ahead',
      source: 'this test',
      asked: (node) => former.asked(node),
      durable: (node) => former.written(node),
      stepped({ node }, before, event, after) {
        if (event?.type === 'members.denied') seen.denied++
        const { version = 0 } = contextOf(after).roll ?? {}
        latest.set(node, Math.max(version, latest.get(node) ?? 0))
        former.stepped(node, before === undefined ? undefined : contextOf(before), contextOf(after))
        if (before === undefined || (event?.type !== 'Beat' && event?.type !== 'Roll')) return
        if (!joined.has(node) && !['n1', 'n2', 'n3'].includes(node)) seen.joined++
        joined.add(node)
        const from = nodeOf((event as Received<RollMessage>).from)
        if (isListed(contextOf(before), from)) return
        const own = contextOf(before).roll?.version ?? 0
        if (former.of(node).some((context) => isListed(context, from))) return
        if ((latest.get(from) ?? 0) > own) seen.heardByOneBehind++
        else broken(`${node} goes by list ${own} and hears ${from}, which is not on it and was never ahead`)
      },
    }
  }
  return [...generalInvariants, oneList, membersSpeak]
}

const contextOf = (snapshot: unknown): RollContext => (snapshot as { readonly context: RollContext }).context
const isListed = ({ roll, config }: RollContext, node: NodeId): boolean =>
  membersIn(roll)?.some((member) => member.node === node) ?? config.nodes.includes(node)
const membersIn = (roll: Members | undefined) => roll?.roles['roll']

describe('a group that changes its members, in a simulated cluster', { timeout: 300_000 }, () => {
  const seeds = Array.from({ length: process.env['QUORATE_LONG'] ? 200 : 12 }, (_, at) => at + 1)
  const run = (seed: number, seen: Seen, faults: 'all' | 'none' = 'all') =>
    explore({ subject, seed, faults, nodes: 3 + (seed % 3), lastsMs: 20_000, invariants: watching(seen) })

  test('hears members and who is ahead, takes in who joins, and tells who was removed, whatever fails', async () => {
    const seen: Seen = { joined: 0, denied: 0, heardByOneBehind: 0 }
    for (const seed of seeds) expect(failureOf(await run(seed, seen)), `seed ${seed}`).toBeUndefined()
    expect(seen.joined).toBeGreaterThan(seeds.length / 2)
    expect(seen.denied).toBeGreaterThan(0)
    expect(seen.heardByOneBehind).toBeGreaterThan(0)
  })

  test('of one seed does the same', async () => {
    const seen: Seen = { joined: 0, denied: 0, heardByOneBehind: 0 }
    expect((await run(2, seen)).hash).toBe((await run(2, seen)).hash)
  })
})
