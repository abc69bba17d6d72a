import {
  type ActorStep,
  always,
  check,
  everyStep,
  type GroupScope,
  groupModel,
  ofEveryActorStep,
  ofSomeActor,
  type RoleState,
  sometimes,
} from '@quorate/checker'
import type { GroupDefinition, Members, Message, NodeId } from '@quorate/core'
import { assign, emit } from '@quorate/core/statechart'
import { checkMachine, Stage } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { type RollContext, type RollQuestion, rollGroup, rollRole } from './roll.js'

const asked = (body: RollQuestion) => ({ type: 'client.asked', request: 1, body }) as const
const add = (node: NodeId, store: string): RollQuestion => ({ f: 'add', node, store })
const remove = (node: NodeId): RollQuestion => ({ f: 'remove', node })

test('every cell of it is said', () => {
  const local = { 'client.asked': 'local', 'members.denied': 'local' } as const
  checkMachine(rollRole, { Beat: 'message', Roll: 'message', ...local })
})

describe('a role that says whom its group consists of, on a stage', () => {
  const begin = () => {
    const stage = new Stage(rollGroup({ members: ['n1', 'n2'], joining: ['n3'] }))
    const [keeper, second, third] = ['n1', 'n2', 'n3'].map((node) => stage.actor('roll', node))
    return { stage, keeper: keeper!, second: second!, third: third! }
  }
  const said = (stage: Stage) => stage.packets.splice(0).map(({ from, to, message }) => `${from} ${message.type} ${to}`)

  test('speaks to them and no others, from when that is durable', () => {
    const { stage, keeper, third } = begin()
    keeper.fire('beat')
    expect(said(stage)).toEqual(['g/roll/n1 Beat g/roll/n2'])
    keeper.tell(asked(add('n3', '03')))
    keeper.beginWrite()
    keeper.finishWrite()
    expect(said(stage)).toEqual(['g/roll/n1 Roll g/roll/n2', 'g/roll/n1 Roll g/roll/n3'])
    keeper.tell(asked(remove('n2')))
    keeper.fire('beat')
    keeper.beginWrite()
    keeper.finishWrite()
    expect(said(stage)).toEqual(['g/roll/n1 Roll g/roll/n3', 'g/roll/n1 Beat g/roll/n3'])
    third.fire('beat')
    expect(said(stage)).toEqual(['g/roll/n3 Beat g/roll/n1', 'g/roll/n3 Beat g/roll/n2'])
  })

  test('says it again after a crash, as far as it was durable', () => {
    const { stage, keeper } = begin()
    keeper.tell(asked(add('n3', '03')))
    keeper.beginWrite()
    keeper.finishWrite()
    const stated: Members = {
      version: 1,
      roles: { roll: [{ node: 'n1' }, { node: 'n2' }, { node: 'n3', store: '03' }] },
    }
    expect(keeper.members).toEqual(stated)
    keeper.tell(asked(remove('n2')))
    keeper.beginWrite()
    // That is decided when it is on the disk.
    expect(keeper.members).toEqual(stated)
    keeper.crash()
    expect(keeper.members).toBeUndefined()
    keeper.start()
    expect(keeper.members).toEqual(stated)
    stage.packets = []
    keeper.fire('beat')
    expect(said(stage)).toEqual(['g/roll/n1 Beat g/roll/n2', 'g/roll/n1 Beat g/roll/n3'])
  })

  test('is at fault when that cannot be', () => {
    const saying = (stated: Members) => {
      const logic = rollRole.provide({
        guards: { hasRoll: () => true },
        actions: { tellMembers: emit({ type: 'members', ...stated }) },
      })
      return () => new Stage(rollGroup({ members: ['n1'], joining: ['n2'], logic })).actor('roll', 'n1').members
    }
    const roll = [{ node: 'n1' }]
    expect(saying({ version: 1, roles: { roll } })()).toEqual({ version: 1, roles: { roll } })
    expect(saying({ version: 0, roles: { roll } })).toThrow('no number of a list of members: 0')
    expect(saying({ version: 1, roles: { other: roll } })).toThrow('there is no role other')
    expect(saying({ version: 1, roles: { roll: [...roll, ...roll] } })).toThrow('role roll is on one node twice')
    expect(saying({ version: 1, roles: { roll: [{ node: 'n2' }] } })).toThrow('nobody says with which store')
  })
})

describe('a group that changes its members, in the checker', () => {
  const contextOf = ({ actor }: RoleState) => actor?.snapshot.context as RollContext | undefined
  const listOf = (state: RoleState) => contextOf(state)?.roll?.roles['roll'] ?? []
  /** Whom it takes for members, as far as that is decided. */
  const followed = (state: RoleState | undefined): readonly NodeId[] =>
    state?.members?.roles['roll']?.map(({ node }) => node) ?? ['n1', 'n2']
  const isOnItsList = (state: RoleState) => {
    const id = contextOf(state)?.config.id
    return listOf(state).some(({ node }) => node === id)
  }
  const areOne = ({ actors }: { readonly actors: Readonly<Record<string, RoleState>> }) => {
    const lists = new Map<number, string>()
    return Object.values(actors).every((state) => {
      const { version = 0 } = contextOf(state)?.roll ?? {}
      const list = JSON.stringify(listOf(state))
      const known = lists.get(version) ?? list
      lists.set(version, known)
      return known === list
    })
  }
  const scope = (changed: Partial<GroupScope> & { readonly group?: GroupDefinition } = {}) =>
    groupModel<never, undefined>({
      name: 'roll',
      group: rollGroup({ members: ['n1', 'n2'], joining: ['n3'] }),
      network: { kind: 'nondup' },
      writes: 'split',
      timers: {},
      crashes: ['roll'],
      denies: ['roll'],
      requests: [
        { name: 'n3 is added', role: 'roll', event: asked(add('n3', '03')), isFor: isKeeper },
        { name: 'n2 is removed', role: 'roll', event: asked(remove('n2')), isFor: isKeeper },
      ],
      budgets: { crashes: 1, denials: 1, 'n3 is added': 1, 'n2 is removed': 1 },
      properties: [
        always('lists of one version are one list', areOne),
        everyStep(
          'what is said to all is said to those on the list',
          ofEveryActorStep(({ sends, before, after }: ActorStep<RoleState, Message>) =>
            sends.every(({ to }) => [before, after].some((state) => followed(state).includes(to))),
          ),
        ),
        sometimes(
          'the one that joins is a member',
          ofSomeActor((state: RoleState, name) => name === 'n3' && isOnItsList(state)),
        ),
        sometimes(
          'one is denied',
          ofSomeActor((state: RoleState) => (contextOf(state)?.denied.length ?? 0) > 0),
        ),
      ],
      ...changed,
    })
  const isKeeper = (state: RoleState) => contextOf(state)?.config.id === 'n1'
  const verdicts = (model: Parameters<typeof check>[0]) =>
    Object.fromEntries(check(model).properties.map(({ name, verdict }) => [name, verdict]))

  test('counts: one joins and one is removed, with a crash and a denial in between', () => {
    const report = check(scope())
    expect(report.properties.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['lists of one version are one list', 'holds'],
      ['what is said to all is said to those on the list', 'holds'],
      ['the one that joins is a member', 'holds'],
      ['one is denied', 'holds'],
      ['no role finds its own state impossible', 'holds'],
    ])
    expect(report.ending).toBe('exhausted')
    expect(report.distinct).toBe(5162)
  })

  test('a list that is not on the disk before it is told is found', () => {
    const forgetful = rollRole.provide({ actions: { persist: assign({}) } })
    const group = rollGroup({ members: ['n1', 'n2'], joining: ['n3'], logic: forgetful })
    expect(verdicts(scope({ group }))).toMatchObject({ 'lists of one version are one list': 'violated' })
  })

  test('nobody is denied where the scope says nothing of it', () => {
    expect(verdicts(scope({ denies: [] }))).toMatchObject({ 'one is denied': 'violated' })
    expect(
      verdicts(scope({ budgets: { crashes: 0, 'n3 is added': 0, 'n2 is removed': 1, denials: 0 } })),
    ).toMatchObject({
      'the one that joins is a member': 'violated',
    })
  })
})
