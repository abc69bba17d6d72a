import { atLeast, flexible, majority } from '@quorate/core'
import { describe, expect, it } from 'vitest'
import { differenceFrom } from '../errors.js'
import { journal } from '../node/cluster.test.fixture.js'
import { sequenced } from '../node/sequencer.test.fixture.js'
import { charterOf, chartersOf } from './charter.js'

const members = ['n1', 'n2', 'n3'] as const
const definition = {
  ...sequenced({ members, stateMachine: journal }),
  quorums: flexible({
    phase1: atLeast(3, members),
    phase2: majority(members),
  }),
}
const fingerprintOf = (other: object) => charterOf('journal', { ...definition, ...other }).fingerprint

describe('what a group is taken for', () => {
  it('is the text that it always was: it stands on disks', () => {
    expect(charterOf('journal', definition)).toMatchInlineSnapshot(`
      {
        "fingerprint": 272179687929346,
        "group": "journal",
        "text": "log: n1, n2, n3
      phase 1: 3 of n1, n2, n3
      phase 2: 2 of n1, n2, n3
      protocol: sequencer
      sessionsMax: 64",
      }
    `)
  })

  it('is the same in whatever order nodes are listed, and where only that differs which may differ', () => {
    const turned = sequenced({ members: ['n3', 'n1', 'n2'], stateMachine: journal })
    const { service, roles } = definition
    const may = { ...service.limits, snapshotEveryEntries: 7, snapshotEveryBytes: 9, commandBytesMax: 100 }
    const others = [
      { roles: turned.roles },
      { service: { ...service, limits: may } },
      { messageBytesMax: 8000 },
      { roles: { ...roles } },
    ]
    for (const other of others) {
      expect(fingerprintOf(other)).toBe(fingerprintOf({}))
    }
  })

  it('is another one for other members, roles, quorums, protocols, and for what is remembered of clients', () => {
    const { service, roles } = definition
    const [role] = Object.values(roles)
    const limited = (other: object) => ({ service: { ...service, limits: { ...service.limits, ...other } } })
    const others = [
      {},
      { roles: sequenced({ members: ['n1', 'n2', 'n4'], stateMachine: journal }).roles },
      { roles: { ...roles, second: { ...role, nodes: ['n1'] } } },
      { roles: { renamed: role } },
      { quorums: flexible({ phase1: majority(members), phase2: atLeast(3, members) }) },
      { quorums: undefined },
      { protocol: 'other' },
      limited({ sessionsMax: service.limits.sessionsMax + 1 }),
      limited({ sessionBytesMax: 1000 }),
      limited({ sessionsBytesMax: 1000 }),
    ]
    expect(new Set(others.map(fingerprintOf)).size).toBe(others.length)
  })

  it('is of the groups that a node is a member of', () => {
    const other = sequenced({ members: ['n2'], stateMachine: journal })
    expect(chartersOf('n1', { journal: definition, other }).map(({ group }) => group)).toEqual(['journal'])
  })

  it('tells what is different', () => {
    const other = charterOf('journal', { ...definition, protocol: 'other' }).text
    expect(differenceFrom(other, charterOf('journal', definition).text)).toBe('protocol: sequencer')
    expect(differenceFrom(other, other)).toBe('nothing else')
  })
})
