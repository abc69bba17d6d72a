import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { failureOf, parseScript, retell } from '@quorate/simulator'
import { describe, expect, test } from 'vitest'
import { foundIn } from './found.test.fixture.js'

/**
 * What the simulator has found, each as a short script that failed until it was mended. They name faults and no messages,
 * so that they mean the same when messages change.
 */
const directory = fileURLToPath(new URL('found', import.meta.url))

describe('what was found', () => {
  test.each(readdirSync(directory))('%s does not happen any more', { timeout: 120_000 }, async (file) => {
    const text = readFileSync(`${directory}/${file}`, 'utf8')
    const subject = foundIn[file.replace(/\.sim$/, '')]
    if (!subject) throw new Error(`in which cluster was ${file} found?`)
    const script = parseScript(text)
    expect(script.messages.size + script.writes.size).toBe(0)
    const { result } = await retell({ subject }, script)
    expect(failureOf(result)).toBeUndefined()
    expect(result.progressMs).toBeLessThan(15_000)
  })
})
