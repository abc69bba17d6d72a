import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chartOf, type Drawable, svg, topologySvg } from '@quorate/diagram'
import { describe, expect, test } from 'vitest'
import { loadTopology } from '../topologyFile.js'
import { knownRoles } from './roles.js'

/**
 * A README shows the roles of a protocol as they are: `docs/raft-follower.svg` is what `quorate diagram raft/follower`
 * prints, and of an example its topology: `topology.svg` is what `quorate diagram topology.ts` prints. To show another,
 * name it in the README and run `pnpm diagrams`, which writes all of them.
 */

const root = fileURLToPath(new URL('../../../..', import.meta.url))

const known = await knownRoles()
const roleOf = new Map<string, Drawable>([...known].map(([name, role]) => [`${name.replaceAll('/', '-')}.svg`, role]))

const folders = ['packages', 'examples'].flatMap((each) =>
  readdirSync(join(root, each)).map((name) => join(root, each, name)),
)

const topologyPicture = 'topology.svg'
// Topologies of examples take the name of their cluster from it.
delete process.env.QUORATE_CLUSTER

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
  const ofRoles = existsSync(docs) ? readdirSync(docs).filter((name) => roleOf.has(name)) : []
  const ofTopology = join(folder, topologyPicture)
  return [...ofRoles.map((name) => join(docs, name)), ...(existsSync(ofTopology) ? [ofTopology] : [])]
}

const isOfRole = (path: string): boolean => basename(dirname(path)) === 'docs' && roleOf.has(basename(path))
const isOfTopology = (path: string): boolean => basename(path) === topologyPicture

const shown = [...new Set(folders.flatMap(shownIn))].map((path) => relative(root, path))
const kept = folders.flatMap(keptIn).map((path) => relative(root, path))

test('no two roles have the same picture file', () => {
  expect(roleOf.size).toBe(known.size)
})

describe('a README shows', () => {
  test.each(shown.filter(isOfRole))('%s, and it is what the machine gives: if not, pnpm diagrams', async (path) => {
    const role = roleOf.get(basename(path))
    await expect(role && (await svg(chartOf(role)))).toMatchFileSnapshot(join(root, path))
  })

  test.each(shown.filter(isOfTopology))('%s, and it is what the topology says: if not, pnpm diagrams', async (path) => {
    const topology = await loadTopology(join(root, dirname(path), 'topology.ts'))
    await expect(topologySvg(topology)).toMatchFileSnapshot(join(root, path))
  })

  test.each(shown.filter((path) => !isOfRole(path) && !isOfTopology(path)))('%s, and it is there', (path) => {
    expect(existsSync(join(root, path))).toBe(true)
  })

  test.each(kept)('%s, which is kept to be shown', (path) => {
    expect(shown).toContain(path)
  })
})
