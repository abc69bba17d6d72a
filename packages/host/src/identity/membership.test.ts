import { type Envelope, noBytes } from '@quorate/core'
import { virtualClock } from '@quorate/core/testing'
import { describe, expect, it } from 'vitest'
import { DropLog } from '../bus/dropLog.js'
import { journal } from '../node/cluster.test.fixture.js'
import { sequenced } from '../node/sequencer.test.fixture.js'
import { silentLogger } from '../system/silentLogger.js'
import { Telemetry } from '../system/telemetry.js'
import type { Accord } from './accord.js'
import { Joining } from './joining.js'
import { Membership } from './membership.js'
import type { PeerStores } from './peerStores.js'
import { Roster } from './roster.js'

const definition = sequenced({ members: ['n1', 'n2', 'n3'], stateMachine: journal })
const charter = 7

function begin() {
  const clock = virtualClock()
  const strangers: string[] = []
  const knocked: string[] = []
  const joining = new Joining(clock, () => {})
  const membership = new Membership({
    group: 'g',
    definition,
    roster: new Roster('g', definition),
    joining,
    accord: {
      agrees: (_group: string, _node: string, envelope: Envelope) => envelope.charter === charter,
      fingerprintOf: () => charter,
      meetStranger: (_group: string, { from }: Envelope) => strangers.push(from),
    } as unknown as Accord,
    peerStores: { isAnother: () => false, admit: () => {} } as unknown as PeerStores,
    handshake: { knock: (_group, node) => knocked.push(node) },
    drops: new DropLog(clock, silentLogger, new Telemetry()),
  })
  const heard = (node: string, members = 0, changed: Partial<Envelope> = {}) => {
    const from = `g/log/${node}` as const
    const about = {
      version: 2,
      cluster: 'c',
      to: 'g/log/n1',
      fromStore: noBytes,
      type: 'Ask',
      payload: noBytes,
    } as const
    return membership.speakerOf({ ...about, from, charter, ...(members > 0 && { members }), ...changed })
  }
  const follow = (version: number, ...nodes: readonly string[]) => {
    membership.roster.follow('log', { version, roles: { log: nodes.map((node) => ({ node, store: '00' })) } })
    membership.followed()
  }
  return { membership, joining, strangers, knocked, heard, follow }
}

describe('who is heard in a group', () => {
  it('is a member by the list of this node, or goes by a later one', () => {
    const { heard, follow, strangers } = begin()
    expect([heard('n2'), heard('n4'), heard('n4', 1)]).toEqual(['n2', undefined, 'n4'])
    follow(2, 'n1', 'n4')
    expect([heard('n2'), heard('n2', 1), heard('n2', 2), heard('n2', 3), heard('n4')]).toEqual([
      undefined,
      undefined,
      undefined,
      'n2',
      'n4',
    ])
    expect(strangers).toEqual(['g/log/n4', 'g/log/n2', 'g/log/n2', 'g/log/n2'])
  })

  it('is of this very group, also when it goes by a later list', () => {
    const { heard } = begin()
    expect(heard('n4', 1, { charter: charter + 1 })).toBeUndefined()
    expect(heard('n4', 1, { from: 'other/log/n4' })).toBeUndefined()
    expect(heard('n4', 1, { from: 'g/client/n4' })).toBeUndefined()
    expect(heard('n2', 1, { charter: charter + 1 })).toBeUndefined()
  })

  it('is nobody while this node joins and is not taken in, and then who goes by the list that took it in', () => {
    const { heard, follow, knocked, joining, membership } = begin()
    joining.add('g')
    expect([heard('n2'), heard('n4', 3), membership.mayReach('n2')]).toEqual([undefined, undefined, false])
    expect(knocked).toEqual(['n2', 'n4'])
    joining.takenIn('g', 3)
    expect([heard('n2'), heard('n2', 2), heard('n4', 3)]).toEqual([undefined, undefined, 'n4'])
    expect(['n2', 'n4', 'all'].map((node) => membership.mayReach(node))).toEqual([false, true, false])
    expect(knocked).toHaveLength(2)
    follow(3, 'n1', 'n2', 'n4')
    expect(heard('n2')).toBe('n2')
    expect(membership.mayReach('all')).toBe(true)
  })
})

describe('a denial', () => {
  it('counts if a member goes by a later list, once for each, until this node follows or hears that member again', () => {
    const { membership, follow, heard } = begin()
    expect([membership.denied('n4', 1), membership.denied('n2', 0)]).toEqual([false, false])
    expect([membership.denied('n2', 1), membership.denied('n2', 1), membership.denied('n3', 2)]).toEqual([
      true,
      false,
      true,
    ])
    expect(membership.denials).toEqual(['n2', 'n3'])
    heard('n3')
    expect(membership.denials).toEqual(['n2'])
    follow(1, 'n1', 'n2')
    expect(membership.denials).toEqual([])
  })
})
