import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './blocks.test.fixture.js'

/** A file of the project, as a text for people names it from the top; NAME stands for one that is to be made. */
const file = /`((?:packages|test|examples|scripts)\/[\w./-]+\.(?:ts|mjs|sim|md|proto|jsonc|svg))`/g

const texts = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n')

test('every file that a text for people names is one that there is', () => {
  const named = texts.flatMap((text) =>
    [...readFileSync(join(root, text), 'utf8').matchAll(file)].map(([, path = '']) => ({ text, path })),
  )
  expect(named.length).toBeGreaterThan(50)
  expect(named.filter(({ path }) => !path.includes('NAME') && !existsSync(join(root, path)))).toEqual([])
})
