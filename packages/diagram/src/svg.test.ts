import { server } from '@quorate/raft'
import { Window } from 'happy-dom'
import { describe, expect, test } from 'vitest'
import { chartOf, type Drawable } from './chartOf.js'
import { layoutOf, type PlacedNode } from './layout.js'
import { acceptor, gate } from './machines.test.fixture.js'
import type { Detail } from './sketch.js'
import { sketchOf } from './sketchOf.js'
import { svg } from './svg.js'

const { follower, candidate, leader } = server.roles
const drawables: readonly (readonly [string, Drawable])[] = [
  ['raft', server],
  ['follower', follower.actor],
  ['candidate', candidate.actor],
  ['leader', leader.actor],
  ['gate', gate],
  ['acceptor', acceptor],
]

const drawn = (drawable: Drawable, detail: Detail = 'summary') => svg(chartOf(drawable), { detail })
const placed = (drawable: Drawable, detail: Detail) => layoutOf(sketchOf(chartOf(drawable), detail))

const parsed = (text: string) => new new Window().DOMParser().parseFromString(text, 'image/svg+xml')

interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
const overlap = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
const contains = (outer: Rect, inner: Rect): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height

const leaves = (node: PlacedNode): readonly PlacedNode[] =>
  node.children.length === 0 ? [node] : node.children.flatMap(leaves)
const all = (node: PlacedNode): readonly PlacedNode[] => [node, ...node.children.flatMap(all)]

describe.each(['summary', 'full'] as const)('%s', (detail) => {
  test.each(drawables)('%s: no words run into others, or into a state', async (_name, drawable) => {
    const { nodes, edges } = await placed(drawable, detail)
    const rects = [...nodes.flatMap(leaves), ...edges.flatMap(({ label }) => label ?? [])]
    expect(rects.length).toBeGreaterThan(0)
    for (const [index, a] of rects.entries()) {
      for (const b of rects.slice(index + 1)) expect(overlap(a, b), `${JSON.stringify([a, b])}`).toBe(false)
    }
  })

  test.each(drawables)(
    '%s: what belongs to a state is within it, and all of it on the canvas',
    async (_name, drawable) => {
      const { width, height, nodes, edges } = await placed(drawable, detail)
      for (const node of nodes.flatMap(all)) {
        for (const child of node.children)
          expect(contains(node, child), `${child.node.id} in ${node.node.id}`).toBe(true)
      }
      const canvas = { x: 0, y: 0, width, height }
      for (const node of nodes) expect(contains(canvas, node)).toBe(true)
      for (const { points, label } of edges) {
        expect(points.length).toBeGreaterThan(1)
        for (const point of points) expect(contains(canvas, { ...point, width: 0, height: 0 })).toBe(true)
        if (label !== undefined) expect(contains(canvas, label)).toBe(true)
      }
    },
  )

  test.each(drawables)('%s: an arrow begins and ends at the border of its states', async (_name, drawable) => {
    const { nodes, edges } = await placed(drawable, detail)
    const byId = new Map(nodes.flatMap(all).map((node) => [node.node.id, node]))
    for (const { edge, points } of edges) {
      for (const [id, point] of [
        [edge.source, points[0]!],
        [edge.target, points.at(-1)!],
      ] as const) {
        expect(distance(byId.get(id)!, point), `${edge.source} -> ${edge.target} at ${id}`).toBeLessThanOrEqual(1)
      }
    }
  })

  test.each(drawables)('%s: the same bytes each time', async (_name, drawable) => {
    expect(await drawn(drawable, detail)).toBe(await drawn(drawable, detail))
  })

  test.each(drawables)(
    '%s: well-formed, with a title and a description, and nothing from elsewhere',
    async (name, drawable) => {
      const text = await drawn(drawable, detail)
      const root = parsed(text).documentElement
      expect(root.getAttribute('role')).toBe('img')
      const [title, description] = root.getAttribute('aria-labelledby')!.split(' ')
      expect(root.querySelector(`#${title}`)?.textContent).toBe(name)
      expect(root.querySelector(`#${description}`)).not.toBeNull()
      expect(text.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\((?!#)|@import|<image|href/)
      expect(text).toContain('prefers-color-scheme:dark')
    },
  )
})

/** How far a point is from the border of a rectangle. */
const distance = ({ x, y, width, height }: Rect, point: { x: number; y: number }): number => {
  const isBetween = (value: number, from: number, to: number) => value >= from - 1 && value <= to + 1
  const sides = [
    ...(isBetween(point.y, y, y + height) ? [Math.abs(point.x - x), Math.abs(point.x - x - width)] : []),
    ...(isBetween(point.x, x, x + width) ? [Math.abs(point.y - y), Math.abs(point.y - y - height)] : []),
  ]
  return Math.min(...sides)
}

const wordsOf = (text: string): readonly string[] =>
  [...parsed(text).querySelectorAll('text')].map((each) => each.textContent)

test('Figure 4 of the Raft paper can be read off the family', async () => {
  const description = parsed(await drawn(server)).querySelector('desc')!.textContent
  expect(description.split('\n')).toEqual([
    'Begins in follower.',
    'From follower to candidate: timedOut, (after electionTimeout), (after suspicion), (TimeoutNow).',
    'From follower to follower: outdated, again, (AppendEntries), (InstallSnapshot), (RequestVote).',
    'From follower to doubtful: unsettled, ([isUnsettled]).',
    'From doubtful to follower: settled, ([hasAllAnswers]), ([mayGoWithout]).',
    'From candidate to leader: won, ([hasMajority]), ([hasEveryVote]).',
    'From candidate to follower: lost, again, (AppendEntries), (InstallSnapshot), (RequestVote), (6 more).',
    'From candidate to candidate: timedOut, (after electionTimeout).',
    'From leader to follower: deposed, again, (after quorumCheck), (AppendEntries), (InstallSnapshot), (5 more).',
  ])
})

test('a summary leaves out what changes no state, and says how much; in full it is there', async () => {
  const summary = wordsOf(await drawn(follower.actor))
  const full = wordsOf(await drawn(follower.actor, 'full'))
  expect(summary).toContain('AppendEntries [else]')
  expect(summary).toContainEqual(expect.stringMatching(/^Not shown: \d+ transitions that change no state$/))
  expect(summary.join()).not.toContain('rejectEntries')
  expect(full).toContain('AppendEntries [isOlderLeader] / rejectEntries')
  expect(full).toContain('PreVoteReply ignored: an answer to a candidate that this server no longer is')
  expect(full.join()).not.toContain('Not shown')
})

test('of a role with one state, what it does there', async () => {
  expect(wordsOf(await drawn(acceptor))).toEqual([
    'acceptor',
    'Prepare [exceedsPromised] / promise',
    'Prepare [else] / replyNack',
    'Accept / accept',
    'Not shown: 1 transition that changes no state',
  ])
})

test('a family on a page that is wide enough goes from left to right, as in the paper', async () => {
  const { nodes, width, height } = await placed(server, 'summary')
  const at = new Map(nodes.map(({ node, x }) => [node.id, x]))
  expect(width).toBeGreaterThan(height)
  expect(at.get('follower')!).toBeLessThan(at.get('candidate')!)
  expect(at.get('candidate')!).toBeLessThan(at.get('leader')!)
})
