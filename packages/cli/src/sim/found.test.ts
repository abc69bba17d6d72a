import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { failureOf, parseScript, retell } from '@quorate/simulator'
import { describe, expect, test } from 'vitest'
import { subjectNamed } from './subjects.js'

/**
 * What the simulator has found, each as the transcript of the day: the mistakes are mended, and must not come back. A
 * script means what it meant as long as the subject draws the same limits and roles for its variant.
 */
const directory = fileURLToPath(new URL('found', import.meta.url))

describe('what was found', () => {
  test.each(readdirSync(directory))('%s does not happen any more', async (file) => {
    const text = readFileSync(`${directory}/${file}`, 'utf8')
    const script = parseScript(text)
    const { result } = await retell({ subject: await subjectNamed(script.subject) }, script)
    expect(text).toMatch(/^# \w/)
    expect(failureOf(result)).toBeUndefined()
    expect(result.progressMs).toBeLessThan(15_000)
  })
})
