import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Each code block of the tutorial names a file after its language, and stands in it; `// ...` stands for what is left out. */

const textOf = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const tutorial = textOf('./README.md')
const blocks = [...tutorial.matchAll(/^```(?:ts|proto) (\S+)\n(.*?)^```$/gms)].map(([, path = '', code = '']) => ({
  path,
  code,
}))

test('all code of the tutorial names a file', () => {
  expect(blocks.length).toBeGreaterThan(15)
  expect(tutorial.match(/^```(?:ts|proto)/gm)).toHaveLength(blocks.length)
})

test.each(blocks)('what it shows of $path stands there', ({ path, code }) => {
  const file = textOf(`./${path}`)
  let from = 0
  for (const part of code.split(/^\s*\/\/ \.\.\.\n/m)) {
    const at = file.indexOf(part, from)
    expect(at, part).toBeGreaterThanOrEqual(0)
    from = at + part.length
  }
})
