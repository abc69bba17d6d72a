import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { failureOf, parseScript, retell } from '@quorate/simulator'
import { describe, expect, test } from 'vitest'
import { foundIn } from './found.test.fixture.js'

/** What the simulator has found, each as the transcript of the day: the mistakes are mended, and must not come back. */
const directory = fileURLToPath(new URL('found', import.meta.url))

describe('what was found', () => {
  test.each(readdirSync(directory))('%s does not happen any more', async (file) => {
    const text = readFileSync(`${directory}/${file}`, 'utf8')
    const subject = foundIn[file.replace(/\.sim$/, '')]
    if (!subject) throw new Error(`in which cluster was ${file} found?`)
    const { result } = await retell({ subject }, parseScript(text))
    expect(text).toMatch(/^# \w/)
    expect(failureOf(result)).toBeUndefined()
    expect(result.progressMs).toBeLessThan(15_000)
  })
})
