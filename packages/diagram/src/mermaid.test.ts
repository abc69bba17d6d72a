import { ignore } from '@quorate/core'
import { createMachine } from '@quorate/core/statechart'
import { server } from '@quorate/raft'
import { Window } from 'happy-dom'
import { beforeAll, describe, expect, test } from 'vitest'
import { chartOf, type Drawable } from './chartOf.js'
import { acceptor, gate } from './machines.test.fixture.js'
import { mermaid } from './mermaid.js'
import type { Detail } from './sketch.js'

/** As much of what Mermaid reads out of a state diagram as is looked at here. */
interface Read {
  readonly nodes: readonly { readonly id: string; readonly label?: unknown; readonly parentId?: string }[]
  readonly edges: readonly { readonly start: string; readonly end: string; readonly label: string }[]
}

let read: (text: string) => Promise<Read>

beforeAll(async () => {
  // Mermaid wants a browser's window even where it only reads.
  Object.assign(globalThis, { window: new Window() })
  const { default: reader } = await import('mermaid')
  read = async (text) => {
    await reader.parse(text)
    const { db } = await reader.mermaidAPI.getDiagramFromText(text)
    return (db as unknown as { getData(): Read }).getData()
  }
})

const drawn = (drawable: Drawable, detail: Detail = 'summary') => mermaid(chartOf(drawable), { detail })
const { follower, candidate, leader } = server.roles

test('the reader does refuse what is no state diagram', async () => {
  await expect(read('stateDiagram-v2\n  a -->\n')).rejects.toThrow(/Parse error/)
})

describe.each(['summary', 'full'] as const)('%s: Mermaid reads it', (detail) => {
  test.each([
    ['raft', server],
    ['follower', follower.actor],
    ['candidate', candidate.actor],
    ['leader', leader.actor],
    ['gate', gate],
    ['acceptor', acceptor],
  ])('%s', async (_name, drawable) => {
    const { nodes } = await read(drawn(drawable, detail))
    expect(nodes.length).toBeGreaterThan(0)
  })
})

test('Figure 4 of the Raft paper', async () => {
  const text = drawn(server)
  expect(text).toBe(`stateDiagram-v2
  accTitle: raft
  [*] --> follower
  state "follower<br/>starting, following" as follower
  state "doubtful<br/>asking" as doubtful
  state "candidate<br/>standing, preVoting, voting" as candidate
  state "leader<br/>leading, resigning" as leader
  follower --> candidate: timedOut<br/>after electionTimeout<br/>after suspicion<br/>TimeoutNow
  follower --> follower: outdated, again<br/>AppendEntries<br/>InstallSnapshot<br/>RequestVote
  follower --> doubtful: unsettled<br/>[isUnsettled]
  doubtful --> follower: settled<br/>[hasAllAnswers]<br/>[mayGoWithout]
  candidate --> leader: won<br/>[hasMajority]<br/>[hasEveryVote]
  candidate --> follower: lost, again<br/>AppendEntries<br/>InstallSnapshot<br/>RequestVote<br/>6 more
  candidate --> candidate: timedOut<br/>after electionTimeout
  leader --> follower: deposed, again<br/>after quorumCheck<br/>AppendEntries<br/>InstallSnapshot<br/>5 more
`)
  const { edges } = await read(text)
  expect(edges.map(({ start, end }) => [start, end])).toEqual([
    ['root_start', 'follower'],
    ['follower', 'candidate'],
    ['follower', 'follower'],
    ['follower', 'doubtful'],
    ['doubtful', 'follower'],
    ['candidate', 'leader'],
    ['candidate', 'follower'],
    ['candidate', 'candidate'],
    ['leader', 'follower'],
  ])
})

test('every state is drawn within its own parent, although arrows cross from one to another', async () => {
  const { nodes, edges } = await read(drawn(leader.actor))
  const parentOf = new Map(nodes.map(({ id, parentId }) => [id, parentId]))
  expect(parentOf.get('listening')).toBe('quorum')
  expect(parentOf.get('resting')).toBe('heart')
  expect(parentOf.get('resigning')).toBe('leader')
  expect(parentOf.get('leading')).toBe('leader')
  expect(edges).toContainEqual(
    expect.objectContaining({ start: 'listening', end: 'resigning', label: 'after quorumCheck [else]' }),
  )
})

test('what a family does in full: arrows from role to role end where the next one begins', async () => {
  const { edges } = await read(drawn(server, 'full'))
  const ends = edges.map(({ start, end }) => `${start} -> ${end}`)
  expect(ends).toEqual(
    expect.arrayContaining(['won -> leader', 'deposed -> follower', 'lost -> follower', 'outdated -> starting']),
  )
})

test('no name of the user makes it unreadable', async () => {
  const odd = createMachine({
    id: 'odd one',
    initial: 'state',
    states: {
      state: { on: { 'a::b;': { target: 'end note', guard: 'is "<so>"' }, 'c:': '1' } },
      'end note': { on: { '{%%}': 'direction' } },
      direction: { on: { '#': [{ guard: 'a-->b', target: 'End_Note' }, ignore('-- [*] `x` "so": {a; b}')] } },
      End_Note: {},
      1: { description: 'x' },
    },
  })
  for (const detail of ['summary', 'full'] as const) {
    const { nodes } = await read(drawn(odd, detail))
    expect(nodes.filter(({ id }) => !id.endsWith('_start'))).toHaveLength(6)
  }
  // Mermaid would take it for HTML.
  expect(drawn(odd)).toContain("[is '(so)']")
})

test('all states and arrows of one with everything', () => {
  expect(drawn(gate)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      accTitle: gate
      %% Not shown: 2 transitions that change no state
      state "gate<br/>entry / greet" as gate {
        [*] --> closed
        gate_open_any --> lamp: Renew
        green --> broken: [inline]
        closed
        state "open<br/>exit / lower" as open {
          state bar {
            [*] --> up
            up
            down
            up --> up: Pass
          }
          --
          state lamp {
            [*] --> green
            green
            was
          }
          --
          state "in any state<br/>after 2000 ms / warn" as gate_open_any
        }
        broken
        broken --> [*]
        state "in any state<br/>Look / show" as gate_any
        gate_any --> broken: Break [isWeak or isOld]
        gate_any --> closed: Reset
        closed --> open: Open [and(isPaid, not(isLate))]
        open --> closed: Leave<br/>done<br/>after patience
      }
    "
  `)
  expect(drawn(gate, 'full')).toMatchInlineSnapshot(`
    "stateDiagram-v2
      accTitle: gate
      state "gate<br/>entry / greet" as gate {
        [*] --> closed
        gate_open_any --> lamp: Renew
        green --> broken: [inline]
        state "closed<br/>Open [else] ignored: pay first" as closed
        state "open<br/>exit / lower" as open {
          state bar {
            [*] --> up
            up
            down
            up --> up: Pass / inline
          }
          --
          state lamp {
            [*] --> green
            green
            was
          }
          --
          state "in any state<br/>after 2000 ms / warn" as gate_open_any
        }
        broken
        broken --> [*]
        state "in any state<br/>Break [else] ignored: it holds: for now<br/>Look / show" as gate_any
        gate_any --> broken: Break [isWeak]<br/>Break [isOld]
        gate_any --> closed: Reset
        closed --> open: Open [and(isPaid, not(isLate))] / lift, assign
        open --> closed: Leave<br/>done<br/>after patience
      }
    "
  `)
})

test('of a role with one state, what it does there', () => {
  expect(drawn(acceptor)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      accTitle: acceptor
      %% Not shown: 1 transition that changes no state
      state "acceptor<br/>Prepare [exceedsPromised] / promise<br/>Prepare [else] / replyNack<br/>Accept / accept" as acceptor
    "
  `)
})
