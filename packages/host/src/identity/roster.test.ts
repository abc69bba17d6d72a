import type { GroupDefinition, RoleDefinition } from '@quorate/core'
import { describe, expect, it } from 'vitest'
import { journal } from '../node/cluster.test.fixture.js'
import { sequenced } from '../node/sequencer.test.fixture.js'
import { Roster, Rosters } from './roster.js'

const sequencer = sequenced({ members: ['n1'], stateMachine: journal })
const [log] = Object.values(sequencer.roles) as [RoleDefinition]
const definition: GroupDefinition = {
  ...sequencer,
  roles: { acceptor: { ...log, nodes: ['n1', 'n2', 'n3'] }, learner: { ...log, nodes: ['n1', 'n4'] } },
}
const acceptors = (version: number, ...nodes: readonly string[]) => ({
  version,
  roles: { acceptor: nodes.map((node) => ({ node, store: `0${node.slice(1)}` })) },
})

describe('whom a group consists of', () => {
  it('is whom it began with, until one of its actors says another thing', () => {
    const roster = new Roster('g', definition)
    expect(roster.version).toBe(0)
    expect(roster.placement).toEqual({ acceptor: ['n1', 'n2', 'n3'], learner: ['n1', 'n4'] })
    expect([...roster.nodes].sort()).toEqual(['n1', 'n2', 'n3', 'n4'])
    expect(roster.storeOf('n1')).toBeUndefined()
    expect(roster.speakerAt('g/acceptor/n2')).toBe('n2')
    expect(roster.speakerAt('g/learner/n2')).toBeUndefined()
    expect(roster.follow('learner', acceptors(1, 'n2', 'n5'))).toBe(true)
    expect(roster.placement).toEqual({ acceptor: ['n2', 'n5'], learner: ['n1', 'n4'] })
    expect(roster.storeOf('n5')).toEqual(Uint8Array.of(5))
    expect([roster.has('n1'), roster.has('n3')]).toEqual([true, false])
    expect(roster.speakerAt('g/acceptor/n1')).toBeUndefined()
  })

  it('is by the latest of what several say of one role, and by the last that each has said', () => {
    const roster = new Roster('g', definition)
    roster.follow('learner', acceptors(3, 'n3'))
    roster.follow('acceptor', acceptors(2, 'n2'))
    expect([roster.version, roster.nodesOf('acceptor')]).toEqual([3, ['n3']])
    // A list that was not decided is taken back.
    const before = acceptors(1, 'n1')
    expect(roster.follow('learner', before)).toBe(true)
    expect([roster.version, roster.nodesOf('acceptor')]).toEqual([2, ['n2']])
    expect(roster.follow('learner', { ...before })).toBe(false)
  })

  it('is told of all groups that are open', () => {
    const rosters = new Rosters()
    rosters.open('g', definition)
    rosters.open('other', sequencer)
    expect([rosters.has('n4'), rosters.has('n9')]).toEqual([true, false])
    rosters.close('g')
    expect([rosters.has('n4'), rosters.has('n1'), rosters.of('g')]).toEqual([false, true, undefined])
  })
})
