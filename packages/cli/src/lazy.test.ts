import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** What is loaded before the command line is known: `quorate --help` must not wait for a broker's client or a disk's. */
const packagesFrom = (path: string, seen = new Set<string>()): Set<string> => {
  const packages = new Set<string>()
  if (seen.has(path)) return packages
  seen.add(path)
  for (const [, names, from = ''] of readFileSync(path, 'utf8').matchAll(
    /^(?:import|export) ([^;]*?)from '([^']+)'/gms,
  )) {
    if (names?.startsWith('type ')) continue
    if (!from.startsWith('.')) packages.add(from)
    else {
      const file = join(dirname(path), from.replace(/\.js$/, '.ts'))
      expect(existsSync(file)).toBe(true)
      for (const each of packagesFrom(file, seen)) packages.add(each)
    }
  }
  return packages
}

test('commands load what they need when they run', () => {
  const loaded = [...packagesFrom(fileURLToPath(new URL('program.ts', import.meta.url)))].filter(
    (name) => !name.startsWith('node:'),
  )
  expect(loaded.toSorted()).toEqual(['@quorate/checker', 'commander'])
})
