import { describe, expect, test } from 'vitest'
import { type CheckOptions, check, type Model } from '../check.js'
import { abd } from './abd.js'
import { referencePaxos } from './paxos.js'
import type { RegisterSettings } from './register.js'
import { singleCopyRegister } from './singleCopyRegister.js'
import { twoPhaseCommit } from './twoPhaseCommit.js'

/** The numbers that others have published of the same systems: distinct states, generated states, depth. */

const numbersOf = (model: Model, options: CheckOptions = {}) => {
  const report = check(model, { reduction: false, exact: true, ...options })
  expect(report).toMatchObject({ verdict: 'holds', ending: 'exhausted', collisions: 0 })
  return [report.distinct, report.generated, report.depth]
}

const settings = (changed: Partial<RegisterSettings> = {}): RegisterSettings => ({
  servers: 3,
  clients: 2,
  network: 'nondup',
  lossy: false,
  ...changed,
})

describe('two-phase commit', () => {
  test.each([
    [3, 288, 1146, 11],
    [5, 8832, 58_146, 17],
  ])('of %i resource managers', (rms, ...numbers) => {
    expect(numbersOf(twoPhaseCommit({ rms }))).toEqual(numbers)
  })

  test.each([
    [3, 80, 318, 11],
    [5, 314, 2048, 17],
    [7, 920, 8410, 23],
  ])('of %i resource managers, up to their names', (rms, ...numbers) => {
    expect(numbersOf(twoPhaseCommit({ rms }), { symmetry: true })).toEqual(numbers)
  })
})

describe('registers', () => {
  test('Paxos, 3 servers and 2 clients', () => {
    expect(numbersOf(referencePaxos(settings()))).toEqual([16_668, 32_971, 21])
  })

  test('a single copy on 1 server, 2 clients', () => {
    expect(numbersOf(singleCopyRegister(settings({ servers: 1 })))).toEqual([93, 121, 9])
  })

  test('Attiya, Bar-Noy and Dolev on 2 servers, 2 clients', () => {
    expect(numbersOf(abd(settings({ servers: 2 })))).toEqual([544, 875, 25])
  })

  test('single copies on 2 servers are no register', () => {
    const report = check(singleCopyRegister(settings({ servers: 2 })))
    expect(report).toMatchObject({ verdict: 'violated', ending: 'violation' })
    expect(report.properties[0]?.trace?.steps.map(({ text }) => text)).toMatchInlineSnapshot(`
      [
        "s0 receives Put{request: 2, value: A} from c0",
        "c0 receives PutOk{request: 2} from s0",
        "s1 receives Get{request: 4} from c0",
        "c0 receives GetOk{request: 4, value: -} from s1",
      ]
    `)
  })
})
