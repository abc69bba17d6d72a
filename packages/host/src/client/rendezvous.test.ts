import { expect, test } from 'vitest'
import { inOrderFor } from './rendezvous.js'

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5']
const keys = Array.from({ length: 2000 }, (_, at) => `key ${at}`)

test('keys fall to all nodes alike, first and second, in whatever order the nodes are listed', () => {
  for (const place of [0, 1]) {
    const falls = new Map<string, number>()
    for (const key of keys) {
      const node = inOrderFor(key, nodes)[place] ?? ''
      expect(inOrderFor(key, nodes.toReversed())[place]).toBe(node)
      falls.set(node, (falls.get(node) ?? 0) + 1)
    }
    expect([...falls.keys()].sort()).toEqual(nodes)
    for (const count of falls.values()) expect(Math.abs(count - keys.length / nodes.length)).toBeLessThan(60)
  }
})

test('where one goes, only its keys fall to others', () => {
  for (const gone of nodes) {
    const left = nodes.filter((node) => node !== gone)
    for (const key of keys) expect(inOrderFor(key, left)).toEqual(inOrderFor(key, nodes).filter((n) => n !== gone))
  }
})
