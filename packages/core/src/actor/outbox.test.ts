import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Effect } from './effect.js'
import { isDurable } from './effect.js'
import { emptyOutbox, enqueue, type Outbox, take, written } from './outbox.js'

/** An effect that can be told from every other. */
type Numbered = Effect & { readonly number: number }
type Kind =
  | 'persist'
  | 'append'
  | 'install'
  | 'send'
  | 'commit'
  | 'readable'
  | 'refuse'
  | 'restore'
  | 'sendPassing'
  | 'commitPassing'
  | 'readablePassing'

const mark = { index: 1, term: 1 }
const snapshot = { last: mark, bytes: new Uint8Array(0) }
const message = { type: 'Hello' } as const
const to = 'g/role/n1' as const
const effects: Readonly<Record<Kind, Effect>> = {
  persist: { type: 'persist', record: {} },
  append: { type: 'append', entries: [] },
  install: { type: 'install', snapshot },
  send: { type: 'send', to, message },
  commit: { type: 'commit', entries: [] },
  readable: { type: 'readable', request: 1, at: 1 },
  refuse: { type: 'refuse', request: 1, reason: 'notLeader' },
  restore: { type: 'restore', snapshot },
  sendPassing: { type: 'send', to, message, passes: 'append' },
  commitPassing: { type: 'commit', entries: [], passes: 'append' },
  readablePassing: { type: 'readable', request: 1, at: 1, passes: 'append' },
}
const kinds = Object.keys(effects) as Kind[]

interface Rules {
  enqueue: typeof enqueue<Numbered>
  take: typeof take<Numbered>
  written: typeof written<Numbered>
}
const sound: Rules = { enqueue, take, written }

type Act = readonly Kind[] | 'take' | 'written'
const acts = fc.array(
  fc.oneof(
    { arbitrary: fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 5 }), weight: 4 },
    { arbitrary: fc.constant('take' as const), weight: 2 },
    { arbitrary: fc.constant('written' as const), weight: 2 },
  ),
  { maxLength: 25 },
)

const isMessage = ({ type }: Numbered) => type === 'send'
const passes = (effect: Numbered) => 'passes' in effect && effect.passes === 'append'

/** Runs acts, then lets the disk finish, and checks after each what the outbox promises. */
function run(rules: Rules, script: readonly Act[]): void {
  let outbox: Outbox<Numbered> = emptyOutbox
  const emitted: Numbered[] = []
  const left = new Set<Numbered>()
  const durable = new Set<Numbered>()
  let underWay: readonly Numbered[] = []

  const leave = (leaves: readonly Numbered[]) => {
    for (const effect of leaves) {
      expect(isDurable(effect)).toBe(false)
      expect(left.has(effect)).toBe(false)
      for (const earlier of emitted.slice(0, effect.number)) {
        if (isDurable(earlier)) {
          // No effect leaves before what was emitted earlier is on the disk; one that passes appends passes those only.
          if (!durable.has(earlier)) expect([passes(effect), earlier.type]).toEqual([true, 'append'])
        } else if (!left.has(earlier)) {
          // Only an effect that passes appends overtakes, and then only messages do so, or messages are overtaken.
          expect(passes(effect) && (isMessage(effect) || isMessage(earlier))).toBe(true)
        }
      }
      left.add(effect)
    }
  }
  const settle = () => {
    // Nothing waits without a reason.
    const [first] = outbox.waiting
    if (first) expect(isDurable(first)).toBe(true)
    for (const [position, effect] of outbox.waiting.entries()) {
      const ahead = outbox.waiting.slice(0, position)
      if (isDurable(effect) || !passes(effect) || !isMessage(effect) || position < outbox.writing) continue
      expect(ahead.some((earlier) => isDurable(earlier) && earlier.type !== 'append')).toBe(true)
    }
  }
  const begin = () => {
    if (underWay.length > 0) return
    const before = outbox.waiting
    const step = rules.take(outbox)
    underWay = step.write as readonly Numbered[]
    expect(underWay).toEqual(before.filter(isDurable))
    outbox = step.outbox
  }
  const finish = () => {
    if (underWay.length === 0) return
    for (const effect of underWay) durable.add(effect)
    underWay = []
    const step = rules.written(outbox)
    outbox = step.outbox
    leave(step.leaves)
    settle()
  }

  for (const act of script) {
    if (act === 'take') begin()
    else if (act === 'written') finish()
    else {
      const step = act.map((kind): Numbered => {
        const effect = { ...effects[kind], number: emitted.length }
        emitted.push(effect)
        return effect
      })
      const next = rules.enqueue(outbox, step)
      outbox = next.outbox
      leave(next.leaves)
      settle()
    }
  }
  for (let time = 0; time < 3; time++) {
    finish()
    begin()
  }
  expect(outbox.waiting).toEqual([])
  expect(left.size + durable.size).toBe(emitted.length)
}

const holdsFor = (rules: Rules) =>
  fc.assert(
    fc.property(acts, (script) => run(rules, script)),
    { numRuns: 1000, seed: 1 },
  )

describe('no effect leaves before what its actor emitted earlier is on the disk', () => {
  test('over any steps and writes; each effect leaves once, in order, as soon as it may', () => holdsFor(sound))

  const withEnqueue = (
    mayLeave: (effect: Numbered, waiting: readonly Numbered[], step: readonly Numbered[]) => boolean,
  ): Rules => ({
    ...sound,
    enqueue(outbox, emitted) {
      const leaves: Numbered[] = []
      const waiting = [...outbox.waiting]
      const step: Numbered[] = []
      for (const effect of emitted) {
        if (!isDurable(effect) && (waiting.length === 0 || mayLeave(effect, waiting, step))) leaves.push(effect)
        else waiting.push(effect)
        step.push(effect)
      }
      return { outbox: { waiting, writing: outbox.writing }, leaves }
    },
  })
  const onlyAppends = (waiting: readonly Numbered[]) =>
    waiting.every((ahead) => !isDurable(ahead) || ahead.type === 'append')
  const mistakes: Record<string, Rules> = {
    'an effect waits only for its own step': withEnqueue((_effect, _waiting, step) => !step.some(isDurable)),
    'no effect waits': withEnqueue(() => true),
    'what passes appends passes every write': withEnqueue((effect) => passes(effect)),
    'every effect passes appends': withEnqueue((_effect, waiting) => onlyAppends(waiting)),
    'a commit overtakes another': withEnqueue((effect, waiting) => passes(effect) && onlyAppends(waiting)),
    'nothing passes': withEnqueue(() => false),
    'a write releases what was emitted while it was under way': {
      ...sound,
      written: (outbox) => ({ outbox: emptyOutbox, leaves: outbox.waiting.filter((effect) => !isDurable(effect)) }),
    },
    'a write releases only what stood before its own end': {
      ...sound,
      written: (outbox) => ({
        outbox: { waiting: outbox.waiting.slice(outbox.writing), writing: 0 },
        leaves: outbox.waiting.slice(0, outbox.writing).filter((effect) => !isDurable(effect)),
      }),
    },
    'a write covers what is emitted after it began': {
      ...sound,
      written: (outbox) => written({ ...outbox, writing: outbox.waiting.length }),
    },
    'what may pass waits for another write': {
      ...sound,
      written: (outbox) => {
        const rest = outbox.waiting.slice(outbox.writing)
        const next = rest.findIndex(isDurable)
        const released = next < 0 ? rest.length : next
        const leaves = outbox.waiting.slice(0, outbox.writing).filter((effect) => !isDurable(effect))
        return {
          outbox: { waiting: rest.slice(released), writing: 0 },
          leaves: [...leaves, ...rest.slice(0, released)],
        }
      },
    },
    'the first durable effect is written alone': {
      ...sound,
      take: (outbox) => {
        const step = take(outbox)
        return { ...step, write: step.write.slice(0, 1) }
      },
    },
  }
  test.each(Object.entries(mistakes))('mistake: %s', (_name, rules) => {
    expect(() => holdsFor(rules)).toThrow()
  })
})

describe('by hand', () => {
  const number = (list: readonly Kind[]) =>
    list.map((kind, position): Numbered => ({ ...effects[kind], number: position }))
  const leavesOf = (list: readonly Kind[]) => {
    const step = enqueue<Numbered>(emptyOutbox, number(list))
    return step.leaves.map(({ number: position }) => list[position])
  }

  test('without a write before it, an effect leaves at once', () => {
    expect(leavesOf(['send', 'commit', 'refuse'])).toEqual(['send', 'commit', 'refuse'])
    expect(leavesOf(['send', 'persist', 'send'])).toEqual(['send'])
  })

  test('a leader speaks and commits beside its own append, but not beside its vote or term', () => {
    expect(leavesOf(['append', 'sendPassing', 'commitPassing', 'readablePassing'])).toEqual([
      'sendPassing',
      'commitPassing',
      'readablePassing',
    ])
    expect(leavesOf(['persist', 'append', 'sendPassing', 'commitPassing'])).toEqual([])
    expect(leavesOf(['append', 'install', 'sendPassing'])).toEqual([])
  })

  test('a commit does not overtake one that still waits, since the state machine takes them in order', () => {
    expect(leavesOf(['append', 'commit', 'commitPassing'])).toEqual([])
    expect(leavesOf(['append', 'send', 'commitPassing'])).toEqual(['commitPassing'])
    expect(leavesOf(['append', 'commit', 'sendPassing'])).toEqual(['sendPassing'])
  })

  test('an outbox is a value: it may be stepped again', () => {
    const before = enqueue<Numbered>(emptyOutbox, number(['persist', 'send'])).outbox
    const copy = structuredClone(before)
    const first = written(take(before).outbox)
    expect(written(take(before).outbox)).toEqual(first)
    enqueue(before, number(['append', 'send']))
    expect(before).toEqual(copy)
    expect(emptyOutbox).toEqual({ waiting: [], writing: 0 })
  })
})
