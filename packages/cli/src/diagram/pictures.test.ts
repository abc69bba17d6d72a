import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chartOf, type Drawable, svg } from '@quorate/diagram'
import { describe, expect, test } from 'vitest'
import { knownRoles } from './roles.js'

/**
 * A README shows the roles of a protocol as they are: `docs/raft-follower.svg` is what `quorate diagram raft/follower`
 * prints. To show another, name it in the README and run `pnpm diagrams`, which writes all of them.
 */

const root = fileURLToPath(new URL('../../../..', import.meta.url))

const roleOf = new Map<string, Drawable>(
  [...knownRoles].map(([name, role]) => [`${name.replaceAll('/', '-')}.svg`, role]),
)

const folders = ['packages', 'examples'].flatMap((each) =>
  readdirSync(join(root, each)).map((name) => join(root, each, name)),
)

/** The pictures that a README shows, as paths. */
const shownIn = (folder: string): readonly string[] => {
  const readme = join(folder, 'README.md')
  if (!existsSync(readme)) return []
  const text = readFileSync(readme, 'utf8')
  return [...text.matchAll(/\]\(([^()\s]+\.svg)\)|src="([^"]+\.svg)"/g)].map(([, markdown, html]) =>
    join(folder, markdown ?? html ?? ''),
  )
}

const keptIn = (folder: string): readonly string[] => {
  const docs = join(folder, 'docs')
  if (!existsSync(docs)) return []
  return readdirSync(docs)
    .filter((name) => roleOf.has(name))
    .map((name) => join(docs, name))
}

const isOfRole = (path: string): boolean => basename(dirname(path)) === 'docs' && roleOf.has(basename(path))

const shown = [...new Set(folders.flatMap(shownIn))].map((path) => relative(root, path))
const kept = folders.flatMap(keptIn).map((path) => relative(root, path))

test('no two roles have the same picture file', () => {
  expect(roleOf.size).toBe(knownRoles.size)
})

describe('a README shows', () => {
  test.each(shown.filter(isOfRole))('%s, and it is what the machine gives: if not, pnpm diagrams', async (path) => {
    const role = roleOf.get(basename(path))
    await expect(role && (await svg(chartOf(role)))).toMatchFileSnapshot(join(root, path))
  })

  test.each(shown.filter((path) => !isOfRole(path)))('%s, and it is there', (path) => {
    expect(existsSync(join(root, path))).toBe(true)
  })

  test.each(kept)('%s, which is kept to be shown', (path) => {
    expect(shown).toContain(path)
  })
})
