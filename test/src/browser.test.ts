import { expect, test } from 'vitest'
import { bundlePage } from './browser/bundle.js'
import { Chromium, chromium } from './browser/chromium.js'
import { PageServer } from './browser/pageServer.js'
import { checkModel, runSeed, subjectNames } from './browser/seeds.js'

/** Core, host, protocols, checker, simulator and kv run in a browser, and a seed means there what it means in Node. */

const seeds = process.env['QUORATE_LONG'] ? 20 : 2
const jobs = subjectNames.flatMap((name) => Array.from({ length: seeds }, (_, at) => [name, at + 1] as const))

test('all of these packages is bundled for a browser, and imports nothing of Node', { timeout: 300_000 }, async () => {
  expect((await bundlePage()).length).toBeGreaterThan(100_000)
})

test.skipIf(!chromium && !process.env['CI'])(
  `${seeds} seeds of each subject give in Chromium what they give here (chromium must be on the PATH)`,
  { timeout: 3_600_000 },
  async () => {
    await using server = new PageServer(await bundlePage(), jobs)
    const browser = new Chromium(await server.listen())
    const told = await Promise.race([
      server.told,
      browser.ended.then((how) => Promise.reject(new Error(`Chromium: ${how}`))),
    ]).finally(() => browser.close())
    const here = [checkModel()]
    for (const [name, seed] of jobs) here.push(await runSeed(name, seed))
    expect(told.results).toEqual(here)
    expect(told.exports).toBeGreaterThan(100)
    for (const line of here.slice(1)) expect(line).toMatch(/, sound$/)
    console.log(here.join('\n'))
  },
)
