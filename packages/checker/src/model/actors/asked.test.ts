import { describe, expect, test } from 'vitest'
import { check } from '../check.js'
import { strongFairness, weakFairness } from '../fairness.js'
import { always, deadlockFree, everyStep, leadsTo, sometimes } from '../property.js'
import {
  type ActorSystem,
  type ModelActor,
  ofEveryActor,
  ofEveryActorStep,
  ofSomeActor,
  type SystemStep,
} from './actor.js'
import { actorModel } from './actorModel.js'
import { alike } from './symmetry.js'

/** Says hello again and again until it is heard. */
const caller: ModelActor<string, string> = {
  name: 'caller',
  start: () => ({ state: 'calls' }),
  receive: () => ({ state: 'heard' }),
  own: (state) => (state === 'calls' ? [{ name: 'calls' }] : []),
  act: (state) => ({ state, sends: [{ to: 'other', message: 'hello' }] }),
}

const other: ModelActor<string, string> = {
  name: 'other',
  start: () => ({ state: 'asleep' }),
  receive: (_state, _message, from) => ({ state: 'awake', sends: [{ to: from, message: 'hello' }] }),
}

const calling = (changed: Partial<ActorSystem<string, string>> = {}): ActorSystem<string, string> => ({
  name: 'calling',
  actors: [caller, other],
  network: { kind: 'nondup', lossy: true },
  constraint: ({ messages }) => messages.length <= 1,
  properties: [
    sometimes(
      'it is heard',
      ofSomeActor((state: string) => state === 'heard'),
    ),
    leadsTo(
      'who calls is heard',
      ofSomeActor((state: string) => state === 'calls'),
      ofSomeActor((state: string) => state === 'heard'),
    ),
  ],
  ...changed,
})

describe('fairness', () => {
  const isDelivery = ({ type }: SystemStep<string>) => type === 'receive'
  const isOwn = ({ type }: SystemStep<string>) => type === 'own'
  const verdictOf = (fairness?: ActorSystem<string, string>['fairness']) =>
    check(actorModel(calling(fairness ? { fairness } : {}))).properties[1]?.verdict

  test('on a network that loses, a message that is sent again and again comes where deliveries are strongly fair', () => {
    const each = (step: SystemStep<string>) => isDelivery(step) && step.id
    expect(verdictOf()).toBe('violated')
    expect(verdictOf([weakFairness('calls', isOwn), weakFairness('deliveries', each)])).toBe('violated')
    expect(verdictOf([weakFairness('calls', isOwn), strongFairness('deliveries', each)])).toBe('holds')
    // Nobody need call.
    expect(verdictOf([strongFairness('deliveries', each)])).toBe('violated')
    // The other hears again and again, and its answers are lost.
    expect(verdictOf([weakFairness('calls', isOwn), strongFairness('any delivery', isDelivery)])).toBe('violated')
  })

  test('the report says what was assumed', () => {
    expect(check(actorModel(calling())).fairness).toEqual([
      { strength: 'weak', name: 'each delivery, and each step of an actor that costs no budget', actions: 3 },
    ])
  })

  test('steps say what they are', () => {
    const seen = new Map<string, SystemStep<string>>()
    const watching = weakFairness('all', (step: SystemStep<string>) => {
      seen.set(step.id, step)
      return true
    })
    const budgets = { duplications: 1 }
    check(actorModel(calling({ fairness: [watching], budgets })))
    expect([...seen.values()].map(({ id: _id, ...step }) => Object.values(step).join(' ')).sort()).toEqual([
      'lose caller other hello',
      'lose other caller hello',
      'own caller calls',
      'receive caller other hello',
      'receive other caller hello',
      'repeat caller other hello',
      'repeat other caller hello',
    ])
  })
})

describe('a constraint', () => {
  const quiet = { properties: [sometimes('it begins', () => true)] }

  test('of whole states, and of each actor', () => {
    const whole = check(actorModel(calling(quiet)))
    expect(whole).toMatchObject({ ending: 'exhausted', verdict: 'holds' })
    expect(whole.outside).toBeGreaterThan(0)
    const asleep = check(
      actorModel(calling({ ...quiet, constraint: ofEveryActor((state: string) => state !== 'awake') })),
      {
        statesMax: 100,
      },
    )
    expect(asleep.ending).toBe('states')
    const bounded = { ...quiet, actors: [{ ...caller, own: () => [] }, other] }
    expect(check(actorModel(calling(bounded)))).toMatchObject({ distinct: 1, outside: 0 })
  })
})

describe('steps', () => {
  test('of the whole system: before, the step, and after', () => {
    const report = check(
      actorModel(
        calling({
          properties: [
            sometimes('it begins', () => true),
            everyStep(
              'nothing is lost',
              (before, step, after) => step.type !== 'lose' || before.messages.length === after.messages.length,
            ),
          ],
        }),
      ),
    )
    expect(report.properties[1]).toMatchObject({ verdict: 'violated' })
    expect(report.properties[1]?.trace?.steps.map(({ text }) => text)).toEqual([
      'caller: calls',
      'other never gets hello from caller',
    ])
  })

  test('of an actor: what it did, and what it sent and gave beside', () => {
    const noisy = { ...other, receive: () => ({ state: 'awake', outputs: ['ring'] }) }
    const silent = everyStep(
      'nobody rings twice',
      ofEveryActorStep<string, string>(({ before, outputs }) => before !== 'awake' || outputs.length === 0),
    )
    const system = calling({ actors: [caller, noisy], properties: [sometimes('it begins', () => true), silent] })
    const { properties } = check(actorModel(system))
    expect(properties[1]?.trace?.steps.map(({ text }) => text)).toEqual([
      'caller: calls',
      'other receives hello from caller',
      'caller: calls',
      'other receives hello from caller',
    ])
  })

  test('one that throws is told', () => {
    const thrower = everyStep(
      'fine',
      ofEveryActorStep<string, string>(({ actor }) => {
        if (actor === 'other') throw new Error('not this one')
        return true
      }),
    )
    expect(() => check(actorModel(calling({ properties: [thrower] })))).toThrow(
      /property "fine", asked of a step of other, throws: not this one\nafter 1 steps:/,
    )
  })
})

describe('deadlocks', () => {
  const ending = (changed: Partial<ActorSystem<string, string>>) =>
    check(
      actorModel(
        calling({
          network: { kind: 'nondup' },
          actors: [
            { ...caller, start: () => ({ state: 'calls', sends: [{ to: 'other', message: 'hello' }] }), own: () => [] },
            other,
          ],
          ...changed,
        }),
      ),
    ).properties.at(-1)

  test('a state without a step is one, unless it is final', () => {
    const heard = ofSomeActor((state: string) => state === 'heard')
    expect(
      ending({ properties: [sometimes('it begins', () => true), deadlockFree('none')] })?.trace?.steps,
    ).toHaveLength(2)
    const final = ending({ properties: [sometimes('it is heard', heard), deadlockFree('but when it is heard', heard)] })
    expect(final?.verdict).toBe('holds')
  })

  test('what leads beyond the bounds is a step', () => {
    const properties = [sometimes('it begins', () => true), deadlockFree<() => boolean>('none')]
    const within = (state: string) => state !== 'awake'
    expect(ending({ properties, within })).toMatchObject({ name: 'none', verdict: 'holds' })
    const leaving = { ...other, own: () => [{ name: 'leaves' }], act: () => ({ state: 'awake' }) }
    expect(ending({ properties, within, actors: [leaving] })).toMatchObject({ verdict: 'holds' })
    expect(ending({ properties, within, actors: [{ ...leaving, own: () => [] }] })).toMatchObject({
      verdict: 'violated',
    })
  })
})

test('of actors that are alike, a property of steps that tells them apart is refused', () => {
  const names = ['a', 'b']
  const system = (allows: (actor: string) => boolean, first = 'new'): ActorSystem<string, string> => ({
    name: 'turning',
    actors: names.map((name) => ({
      name,
      start: () => ({ state: name === 'b' ? first : 'new' }),
      receive: () => undefined,
      own: (state) => (state === 'new' ? [{ name: 'turns' }] : []),
      act: () => ({ state: 'turned' }),
    })),
    network: { kind: 'nondup' },
    symmetry: alike(names),
    properties: [
      sometimes('it begins', () => true),
      everyStep(
        'allowed',
        ofEveryActorStep<string, string>(({ actor }) => allows(actor)),
      ),
      always('anything', () => true),
    ],
  })
  expect(check(actorModel(system(() => true)), { symmetry: true }).verdict).toBe('holds')
  expect(check(actorModel(system(() => false)), { symmetry: true }).verdict).toBe('violated')
  const told = /property "allowed" is true of every step from a state, and not of the same under other names/
  const onlyA = (actor: string) => actor === 'a'
  expect(() => check(actorModel(system(onlyA, 'turned')), { symmetry: true })).toThrow(told)
  expect(check(actorModel(system(onlyA, 'turned'))).verdict).toBe('holds')
})
