import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type House, housesIn, roomOf, strayImports } from './rooms.js'

/** Rooms of packages import one way, as ARCHITECTURE.md says. */

const root = fileURLToPath(new URL('../..', import.meta.url))
const houses = housesIn(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8'))

/** Sources by path, without tests and without the index, which exports from every room. */
function sourcesOf({ folder }: House): ReadonlyMap<string, string> {
  const directory = join(root, 'packages', folder)
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const sources = names.filter((name) => /\.ts$/.test(name) && !/\.test\./.test(name) && name !== 'index.ts')
  return new Map(sources.map((name) => [name, readFileSync(join(directory, name), 'utf8')]))
}

test('the list names four houses', () => {
  expect(houses.map(({ folder }) => folder)).toEqual(['core/src', 'host/src', 'paxos/src/multi', 'simulator/src'])
})

describe.each(houses)('$folder', (house) => {
  const sources = sourcesOf(house)

  test('has the rooms of the list', () => {
    expect([...new Set([...sources.keys()].map(roomOf))].toSorted()).toEqual([...house.rooms].toSorted())
  })

  test('imports one way', () => {
    expect(strayImports(house, sources)).toEqual([])
  })
})

describe('what is stray', () => {
  const house = { folder: 'some/src', rooms: ['errors.ts', 'low', 'high'] }
  const strayOf = (path: string, source: string) => strayImports(house, new Map([[path, source]]))

  test.each([
    ['a room and a later one', 'low/a.ts', "import { b } from '../high/b.js'"],
    ['types are imports too', 'low/a.ts', "import type { B } from '../high/b.js'"],
    ['what is exported again', 'low/a.ts', "export { b } from '../high/b.js'"],
    ['names on several lines', 'low/a.ts', "import {\n  a,\n  b,\n} from '../high/b.js'"],
    ['a file beside the rooms', 'errors.ts', "import { b } from './low/b.js'"],
    ['the index', 'high/a.ts', "import { b } from '../index.js'"],
  ])('%s', (_what, path, source) => {
    expect(strayOf(path, source)).toHaveLength(1)
  })

  test.each([
    ['an earlier room', 'high/a.ts', "import { b } from '../low/b.js'\nimport { c } from '../errors.js'"],
    ['the same room', 'low/a.ts', "import { b } from './inner/b.js'"],
    [
      'what lies outside of the house',
      'low/a.ts',
      "import { b } from '../../other.js'\nimport { c } from '@quorate/core'",
    ],
  ])('not %s', (_what, path, source) => {
    expect(strayOf(path, source)).toEqual([])
  })
})
