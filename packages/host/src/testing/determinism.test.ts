import { defineStateMachine, json } from '@quorate/core'
import { raft } from '@quorate/raft'
import { describe, expect, test } from 'vitest'
import { defineTopology } from '../topology/topology.js'
import { inAnotherWorld } from './anotherWorld.js'
import { localCluster } from './localCluster.js'

interface Note {
  readonly text: string
  readonly at?: number
}
type Notes = readonly Note[]
type Apply = (notes: Notes, text: string) => { readonly state: Notes; readonly result: number }

const nodes = ['n1', 'n2', 'n3']
const clusterOf = (
  apply: Apply,
  snapshot: (notes: Notes) => Uint8Array = json<Notes>().encode,
  tick?: (notes: Notes) => Notes,
) => {
  const stateMachine = defineStateMachine<Notes, string, number>({
    initial: () => [],
    apply,
    ...(tick && { tick, deadline: (notes) => (notes.length === 0 ? { wallMs: 1 } : undefined) }),
    snapshot,
    restore: json<Notes>().decode,
  })
  const notes = raft({ members: nodes, stateMachine, electionTimeoutMs: 200, heartbeatMs: 20 })
  return localCluster(defineTopology({ cluster: 'test', nodes, groups: { notes } }), { checkDeterminism: true })
}
const pure: Apply = (notes, text) => {
  if (text === 'refuse') throw new RangeError('not this one')
  return { state: [...notes, { text }], result: notes.length }
}

/** What was found, told by the command and by the end of the cluster. */
async function foundIn(apply: Apply, snapshot?: (notes: Notes) => Uint8Array): Promise<string> {
  const cluster = await clusterOf(apply, snapshot)
  const client = await cluster.connect('notes')
  const failed = expect(client.propose('one')).rejects.toMatchObject({ code: 'QUORATE_COMMAND_FAILED' })
  await failed
  const error = await cluster.close().catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'QUORATE_NOT_DETERMINISTIC', group: 'notes' })
  return (error as Error).message
}

describe('a local cluster that checks determinism', () => {
  test('finds nothing in a state machine that is', async () => {
    await using cluster = await clusterOf(pure)
    const client = await cluster.connect('notes')
    await client.propose('one')
    await expect(client.propose('refuse')).rejects.toMatchObject({ code: 'QUORATE_COMMAND_FAILED' })
    expect(await client.propose('two')).toMatchObject({ result: 1 })
  })

  test.each<[string, Apply, string]>([
    ['reads the clock', (notes, text) => ({ state: [...notes, { text, at: Date.now() }], result: 1 }), 'another state'],
    ['makes a date', (notes) => ({ state: notes, result: new Date().getFullYear() }), 'another result'],
    ['draws', (notes, text) => ({ state: [...notes, { text, at: Math.random() }], result: 1 }), 'another state'],
    [
      'throws at certain times',
      (notes) => {
        if (performance.now() < 1e9) return { state: notes, result: 1 }
        throw new Error('too late')
      },
      'threw Error: too late',
    ],
    [
      'changes the state that it was given',
      (notes, text) => {
        ;(notes as Note[]).push({ text })
        return { state: notes, result: 1 }
      },
      'apply changed the state',
    ],
  ])('finds one that %s, at its first command', async (_what, apply, says) => {
    expect(await foundIn(apply)).toContain(says)
  })

  test.each<[string, (notes: Notes) => Notes, string | undefined]>([
    ['nothing in a tick that is', () => [{ text: 'tick' }], undefined],
    ['a tick that reads the clock', () => [{ text: 'tick', at: Date.now() }], 'tick gave another state'],
    [
      'a tick that changes the state that it was given',
      (notes) => {
        ;(notes as Note[]).push({ text: 'tick' })
        return notes
      },
      'tick changed the state',
    ],
  ])('finds %s', async (_what, tick, says) => {
    let ticks = 0
    const counted = (notes: Notes) => {
      ticks++
      return tick(notes)
    }
    const cluster = await clusterOf(pure, undefined, counted)
    await expect.poll(() => ticks, { timeout: 10_000 }).toBeGreaterThan(1)
    const error = await cluster.close().catch((thrown: unknown) => thrown)
    if (says === undefined) expect(error).toBeUndefined()
    else expect((error as Error).message).toContain(says)
  })

  test('finds one that counts outside of its state', async () => {
    let calls = 0
    expect(await foundIn((notes, text) => ({ state: [...notes, { text, at: calls++ }], result: 1 }))).toContain(
      'another',
    )
  })

  test('finds a snapshot that is not the same after a restore', async () => {
    let taken = 0
    const snapshot = (notes: Notes) => new TextEncoder().encode(`${JSON.stringify(notes)}${' '.repeat(taken++)}`)
    expect(await foundIn(pure, snapshot)).toContain('restore(snapshot(state))')
  })

  test('finds nodes that come to different states', async () => {
    // Every node takes its own entry for the first, and is at one with itself.
    const byState = new WeakMap<Notes, number>()
    let nodesSeen = 0
    const apply: Apply = (notes, text) => {
      const node = byState.get(notes) ?? Math.floor(nodesSeen++ / 2)
      const state = [...notes, { text, at: node }]
      byState.set(state, node)
      return { state, result: 1 }
    }
    const cluster = await clusterOf(apply)
    const client = await cluster.connect('notes')
    await client.propose('one').catch(() => {})
    await expect
      .poll(() => cluster.status().every(({ groups }) => (groups.notes?.applied ?? 0) > 2), { timeout: 10_000 })
      .toBe(true)
    await expect(cluster.close()).rejects.toThrow(/node n\d has another state after it than node n\d/)
  })
})

test('another world ends when what ran in it is done, also by throwing', () => {
  const [date, random, now] = [Date, Math.random, performance.now]
  expect(() =>
    inAnotherWorld(() => {
      expect(Date.now()).toBeGreaterThan(date.now() + 1e9)
      expect(new Date(Date()).getTime()).toBeGreaterThan(date.now() + 1e9)
      expect(new Date(5).getTime()).toBe(5)
      expect(new Date()).toBeInstanceOf(date)
      throw new Error('done')
    }),
  ).toThrow('done')
  expect([Date, Math.random, performance.now]).toEqual([date, random, now])
})
