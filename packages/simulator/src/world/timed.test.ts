import { type GroupDefinition, instantOf, json, type Message, type Timed } from '@quorate/core'
import { assign, setup } from '@quorate/core/statechart'
import type { InvariantFactory } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import type { Script, Step } from '../script/script.js'
import type { SimulationSubject } from '../subject/subject.js'
import { simulate } from './simulate.js'

/** Looks at its clocks every 100 ms, as these count. */
const watch = setup({
  types: {} as { context: { looks: number }; events: Timed<{ readonly type: 'never' }> },
  delays: { pause: 100 },
  actions: { look: assign(({ context }) => ({ looks: context.looks + 1 })) },
}).createMachine({
  id: 'watch',
  context: { looks: 0 },
  initial: 'pausing',
  states: { pausing: { after: { pause: { target: 'pausing', reenter: true, actions: 'look' } } } },
})

const codec = json<Message>()
const subject: SimulationSubject = {
  name: 'watches',
  nodes: 2,
  make(count) {
    const nodes = Array.from({ length: count }, (_, at) => `n${at + 1}`)
    const group: GroupDefinition = {
      protocol: 'watches',
      messages: { types: [], encode: codec.encode, decode: (_type, bytes) => codec.decode(bytes) },
      messageBytesMax: 4096,
      service: { type: 'none' },
      roles: {
        watch: {
          nodes,
          remembers: false,
          timed: true,
          record: json<unknown>(),
          logic: () => watch,
          input: () => undefined,
          status: () => ({ state: '', serves: false }),
        },
      },
    }
    return { nodes, groups: { g: group } }
  },
}

const quiet: Script = {
  subject: 'watches',
  nodes: 2,
  seed: 1,
  variant: 1,
  bootstrap: true,
  endUs: 4_000_000,
  steps: [],
  messages: new Map(),
  writes: new Map(),
}

/** By node: by how much its clocks went on from one look to the next, and what the wall clock showed first. */
async function looks(steps: readonly Step[]) {
  const all = new Map<
    string,
    { now: number[]; wall: number[]; first: number; last: { nowMs: number; wallMs: number } }
  >()
  const invariant: InvariantFactory = () => ({
    name: 'Looks',
    source: 'this test',
    stepped({ node }, _before, event) {
      const at = event && instantOf(event)
      if (!at) return
      const known = all.get(node)
      if (known) {
        known.now.push(at.nowMs - known.last.nowMs)
        known.wall.push(at.wallMs - known.last.wallMs)
        known.last = at
      } else all.set(node, { now: [], wall: [], first: at.wallMs, last: at })
    },
  })
  await simulate({ subject, script: { ...quiet, steps }, invariants: [invariant] })
  return all
}

const sum = (of: readonly number[] = []) => of.reduce((total, each) => total + each, 0)

describe('in a simulation', () => {
  test('wall clocks differ by seconds, and go on as monotonic ones do', async () => {
    const all = await looks([])
    const [one, other] = [all.get('n1'), all.get('n2')]
    expect(one?.first).not.toBe(other?.first)
    expect(Math.abs((one?.first ?? 0) - (other?.first ?? 0))).toBeLessThan(10_001)
    expect(sum(one?.now)).toBe(3800)
    expect(Math.abs(sum(one?.wall) - sum(one?.now))).toBeLessThanOrEqual(1)
  })

  test('a wall clock is set forward and back, and nothing else is', async () => {
    const set = (atMs: number, byMs: number): Step => ({ atUs: atMs * 1000, do: 'wallJump', node: 'n1', byMs })
    const one = (await looks([set(1000, -3_600_000), set(2000, 7_200_000)])).get('n1')
    expect(one?.now.every((ms) => ms === 100)).toBe(true)
    expect(one?.wall.filter((ms) => ms < 0)).toHaveLength(1)
    expect(one?.wall.filter((ms) => ms > 200)).toHaveLength(1)
    expect(Math.abs(sum(one?.wall) - sum(one?.now) - 3_600_000)).toBeLessThanOrEqual(1)
  })

  test('both drift together where a clock runs fast, and a wall clock that was set stays so over a crash', async () => {
    const fast = { atUs: 1_000_000, do: 'clockRate', node: 'n1', perMille: 2000, forMs: 1000 } as const
    const drifting = (await looks([fast])).get('n1')
    expect(sum(drifting?.now)).toBeGreaterThan(4700)
    expect(Math.abs(sum(drifting?.wall) - sum(drifting?.now))).toBeLessThanOrEqual(1)
    const set = { atUs: 1_000_000, do: 'wallJump', node: 'n1', byMs: 3_600_000 } as const
    const crash = { do: 'crash', node: 'n1', afterEffects: 0, forMs: 100, unsynced: 'lost' } as const
    const again = (await looks([set, { atUs: 2_000_000, ...crash }])).get('n1')
    expect(sum(again?.wall)).toBeGreaterThan(3_600_000)
    expect(sum(again?.wall)).toBeLessThan(3_605_000)
  })
})
