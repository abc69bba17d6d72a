import { addressOf, type NodeId, type RecoveredState } from '@quorate/core'
import { assign } from '@quorate/core/statechart'
import { checkMachine, drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { watch } from './group.js'
import { Network } from './network.test.fixture.js'
import { type Sentry, type SentryRecord, sentry, sentryRole } from './sentry.js'

const at = (node: NodeId) => addressOf('g', sentryRole, node)
const everyone = at('all')

/** The sentry of n1 of three, as a host would start it. */
const started = (recovered: Partial<RecoveredState<SentryRecord>> = {}) => {
  const definition = watch({ members: ['n1', 'n2', 'n3'], silenceMs: 1000, roundMs: 100 }).roles[sentryRole]!
  const nothing = {
    record: undefined,
    snapshot: undefined,
    base: { index: 0, term: 0 },
    entries: [],
    table: [],
    doubtful: false,
  }
  const input = definition.input({ group: 'g', node: 'n1', recovered: { ...nothing, ...recovered } })
  return drive(definition.logic({ below: () => 7 }, 'n1') as typeof sentry, input as Sentry)
}

/** One that has the watch of epoch 1. */
const onWatch = () => {
  const role = started()
  role.fire('silence')
  role.receive({ type: 'ClaimReply', from: at('n2'), epoch: 1, granted: true })
  return role
}

test('every message is decided in every state', () => {
  checkMachine(sentry, { Claim: 'message', ClaimReply: 'message', Present: 'message', PresentReply: 'message' })
})

describe('a grant', () => {
  test('is on the disk before the reply leaves', () => {
    expect(started().receive({ type: 'Claim', from: at('n2'), epoch: 4 })).toEqual([
      { type: 'persist', record: { epoch: 4, grantedTo: 'n2', forgot: false } },
      { type: 'send', to: at('n2'), message: { type: 'ClaimReply', epoch: 4, granted: true } },
    ])
  })

  test.each([
    ['is given again to who asks again', 'n2', 4, true],
    ['is given to nobody else in its epoch', 'n3', 4, false],
    ['is not given for an older epoch', 'n3', 3, false],
  ])('%s, also after a restart', (_title, node, epoch, granted) => {
    const answer = { type: 'send', to: at(node), message: { type: 'ClaimReply', epoch: 4, granted } }
    const role = started()
    role.receive({ type: 'Claim', from: at('n2'), epoch: 4 })
    expect(role.receive({ type: 'Claim', from: at(node), epoch })).toEqual([answer])
    const again = started({ record: { epoch: 4, grantedTo: 'n2', forgot: false } })
    expect(again.receive({ type: 'Claim', from: at(node), epoch })).toEqual([answer])
  })
})

describe('a claim', () => {
  test('begins an epoch after silence, and its own grant is on the disk before anybody is asked', () => {
    const role = started({ record: { epoch: 4, grantedTo: 'n2', forgot: false } })
    expect(role.timers).toEqual({ silence: 1007 })
    expect(role.fire('silence')).toEqual([
      { type: 'persist', record: { epoch: 5, grantedTo: 'n1', forgot: false } },
      { type: 'send', to: everyone, message: { type: 'Claim', epoch: 5 } },
    ])
    expect(role.fire('silence')).toMatchObject([{ record: { epoch: 6 } }, { message: { epoch: 6 } }])
  })

  test.each([
    ['by a majority', [{ epoch: 1, granted: true }], 'onWatch'],
    ['not by a refusal', [{ epoch: 1, granted: false }], 'claiming'],
    ['not by an answer to an earlier claim', [{ epoch: 0, granted: true }], 'claiming'],
    ['and a newer epoch ends it', [{ epoch: 9, granted: false }], 'standingBy'],
  ])('is won %s', (_title, replies, state) => {
    const role = started()
    role.fire('silence')
    for (const reply of replies) role.receive({ type: 'ClaimReply', from: at('n2'), ...reply })
    expect(JSON.stringify(role.state)).toContain(state)
  })

  test('that fell behind learns how far, durably', () => {
    const role = started()
    role.fire('silence')
    const effects = role.receive({ type: 'ClaimReply', from: at('n2'), epoch: 9, granted: false })
    expect(effects).toEqual([{ type: 'persist', record: { epoch: 9, grantedTo: undefined, forgot: false } }])
    expect(role.fire('silence')).toMatchObject([{}, { message: { epoch: 10 } }])
  })
})

describe('who has the watch', () => {
  test('says so in every round', () => {
    const role = onWatch()
    const present = [{ type: 'send', to: everyone, message: { type: 'Present', epoch: 1 } }]
    expect(role.effects).toEqual(present)
    expect(role.timers).toEqual({ patience: 1000, round: 100 })
    expect(role.fire('round')).toEqual(present)
  })

  test('keeps it while a majority answers, and lays it down otherwise', () => {
    const role = onWatch()
    role.receive({ type: 'PresentReply', from: at('n3'), epoch: 1 })
    role.fire('patience')
    expect(role.context.onWatch).toBe('n1')
    role.fire('patience')
    expect(role).toMatchObject({ state: 'standingBy', context: { onWatch: undefined } })
  })

  test.each([
    ['a claim', { type: 'Claim', from: at('n2'), epoch: 2 }],
    ['another one on watch', { type: 'Present', from: at('n2'), epoch: 2 }],
    ['an answer', { type: 'PresentReply', from: at('n2'), epoch: 2 }],
  ] as const)('is relieved by a newer epoch: %s', (_title, message) => {
    const role = onWatch()
    expect(role.receive(message)[0]).toMatchObject({ type: 'persist', record: { epoch: 2 } })
    expect(role.state).toBe('standingBy')
    expect(role.context.onWatch).not.toBe('n1')
  })

  test('is recognized, and hears of a newer epoch', () => {
    const role = started({ record: { epoch: 4, grantedTo: undefined, forgot: false } })
    const reply = [{ type: 'send', to: at('n2'), message: { type: 'PresentReply', epoch: 4 } }]
    expect(role.receive({ type: 'Present', from: at('n2'), epoch: 4 })).toEqual(reply)
    expect(role.context.onWatch).toBe('n2')
    expect(role.receive({ type: 'Present', from: at('n3'), epoch: 3 })).toEqual([
      { type: 'send', to: at('n3'), message: { type: 'PresentReply', epoch: 4 } },
    ])
    expect(role.context.onWatch).toBe('n2')
  })
})

test('a node whose disk lost its last write grants and claims nothing, now and after the next restart', () => {
  for (const recovered of [{ doubtful: true }, { record: { epoch: 4, grantedTo: undefined, forgot: true } }]) {
    const role = started(recovered)
    expect(role.effects).toMatchObject([{ type: 'persist', record: { forgot: true } }])
    expect(role.receive({ type: 'Claim', from: at('n2'), epoch: 9 })).toMatchObject([{ message: { granted: false } }])
    expect(role.receive({ type: 'Present', from: at('n2'), epoch: 9 })).toMatchObject([{ type: 'send' }])
    expect(role.timers).toEqual({})
  }
})

describe('in 200 runs of loss, repetition, reordering and crashes', () => {
  const holdersIn = (machine?: typeof sentry): number[] =>
    Array.from({ length: 200 }, (_, seed) => {
      const network = new Network(['n1', 'n2', 'n3'], seed, machine)
      network.run(600)
      return [...network.holders.values()].map(({ size }) => size)
    }).flat()

  test('no epoch has two on watch', () => {
    const holders = holdersIn()
    expect(Math.max(...holders)).toBe(1)
    expect(holders.length).toBeGreaterThan(200)
  })

  test('some epoch has, when nothing is written down', () => {
    const forgetful = sentry.provide({ actions: { persist: assign({}) } })
    expect(Math.max(...holdersIn(forgetful))).toBeGreaterThan(1)
  })
})
