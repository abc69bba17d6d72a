import { Chance, Coverage, explore, type SimulationSubject } from '@quorate/simulator'
import { describe, expect, test } from 'vitest'
import { protocolNames } from '../protocols/protocols.js'
import { subjectNamed } from './subjectNamed.js'

/** More seeds where there is time: what is said to be out of reach is to be believed. */
const seeds = process.env['QUORATE_LONG'] ? 30 : 2
const seconds = 15

const namesIn = (coverage: Coverage): string[] => Object.values(coverage.report()).flatMap(({ missing }) => missing)

/** Nothing taken yet, of any role that a subject may have. */
function nothingTaken(subject: SimulationSubject): Coverage {
  const coverage = new Coverage()
  for (let variant = 0; variant < 20; variant++) {
    const { groups } = subject.make(5, Chance.of(variant))
    for (const group of Object.values(groups)) coverage.expect(group)
  }
  return coverage
}

describe.each(protocolNames)('what no run of %s can take', (name) => {
  test('names transitions that there are', async () => {
    const { unreachable = {}, ...subject } = await subjectNamed(name)
    const all = new Set(namesIn(nothingTaken(subject)))
    expect(Object.keys(unreachable).filter((listed) => !all.has(listed))).toEqual([])
    for (const reason of Object.values(unreachable)) expect(reason.length).toBeGreaterThan(20)
  })

  test('is not taken', { timeout: 600_000 }, async () => {
    const { unreachable = {}, ...subject } = await subjectNamed(name)
    const coverage = nothingTaken(subject)
    const first = Math.floor(Math.random() * 2 ** 31)
    for (let seed = first; seed < first + seeds; seed++) {
      await explore({ subject, seed, faults: 'all', nodes: 3, lastsMs: seconds * 1000, coverage })
      const left = new Set(namesIn(coverage))
      expect(
        Object.keys(unreachable).filter((listed) => !left.has(listed)),
        `seed ${seed}`,
      ).toEqual([])
    }
  })
})
