import { fingerprintOf, type NodeId } from '@quorate/core'

/**
 * Nodes in the order in which a key falls to them: the same for everybody, each node as often first as any other, and as it
 * was for the others where one comes or goes (Thaler and Ravishankar, "A Name-Based Mapping Scheme for Rendezvous", 1996).
 */
export function inOrderFor(key: string, nodes: readonly NodeId[]): readonly NodeId[] {
  const weighed = nodes.map((node) => ({ node, weight: mixed(fingerprintOf(`${node} ${key}`)) }))
  return weighed.sort((a, b) => b.weight - a.weight || (a.node < b.node ? -1 : 1)).map(({ node }) => node)
}

/** Every bit of a fingerprint moves every bit of the weight, or like names would fall alike (the finalizer of MurmurHash3). */
function mixed(fingerprint: number): number {
  let bits = (fingerprint ^ Math.floor(fingerprint / 2 ** 32)) >>> 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
