import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { formatScript, lengthOf } from '@quorate/simulator'
import { describe, expect, test } from 'vitest'
import { simulatedMistakes } from './catalogue.js'
import type { Simulated } from './simulated.js'
import { type Row, readmeOf, withTable } from './table.test.fixture.js'
import { failureAt, failureWith, failureWithout, fileOf, keptScript, search } from './trial.test.fixture.js'

/**
 * Mistakes made on purpose in the roles and around the ports, and found by the simulator. In a quick run each is looked for
 * in the seed at which it was found, and shown by the script that was kept of it; in a long run all seeds are searched, from
 * the first one on. `pnpm mistakes` keeps what it finds.
 */
const isLong = process.env['QUORATE_LONG'] !== undefined
const seedsMax = 100
const stepsMax = 20

const mistakes = await simulatedMistakes()

const scripts = new Map<Simulated, ReturnType<typeof search>>()

/** The script that shows a mistake: found, or kept. */
function scriptOf(mistake: Simulated): ReturnType<typeof search> {
  const known = scripts.get(mistake)
  if (known) return known
  const script = isLong ? search(mistake, { seedsMax, stepsMax }) : Promise.resolve(mistake).then(keptScript)
  scripts.set(mistake, script)
  return script
}

async function rowOf(mistake: Simulated): Promise<Row> {
  const script = await scriptOf(mistake)
  const broken = await failureWith(mistake, script)
  return { ...mistake, broken: broken ?? 'nothing', tried: script.variant, steps: lengthOf(script) }
}

describe('found', () => {
  test.each(mistakes.map((mistake) => [mistake.name, mistake] as const))(
    '%s',
    { timeout: 600_000 },
    async (_name, mistake) => {
      const script = await scriptOf(mistake)
      if (isLong) await expect(`${formatScript(script)}\n`).toMatchFileSnapshot(fileOf(mistake))
      expect(script.variant).toBeLessThanOrEqual(seedsMax)
      expect(lengthOf(script)).toBeLessThanOrEqual(stepsMax)
      const failure = await failureAt(mistake, script.variant)
      expect(failure).toBeDefined()
      expect(await failureWith(mistake, script)).toBe(failure)
      expect(await failureWithout(mistake, script)).toBeUndefined()
    },
  )
})

test('no script is kept of anything else', () => {
  const files = mistakes.map(fileOf)
  const folder = dirname(files[0] ?? '')
  const kept = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
  expect(kept.filter((file) => !files.includes(file))).toEqual([])
})

test('the README tells of them: if not, pnpm mistakes', { timeout: 600_000 }, async () => {
  const readme = readmeOf('simulator')
  const rows: Row[] = []
  for (const mistake of mistakes) rows.push(await rowOf(mistake))
  await expect(withTable(readme, 'seeds', rows)).toMatchFileSnapshot(readme)
})
