import { randomBytes } from 'node:crypto'
import type { NodeId } from '@quorate/core'
import { StoreDamagedError, StoreIdentityError } from './errors.js'
import { identityKey, sealKey } from './keys.js'
import { beginValue, type Sealed, sealValue, unsealValue } from './value.js'

/** Who may open a store. */
export interface Owner {
  readonly cluster: string
  readonly node: NodeId
}

/** Whose a store is, and which. */
export interface Identity extends Owner {
  readonly storeId: Uint8Array
}

export const storeIdBytes = 16

export const newIdentity = ({ cluster, node }: Owner): Identity => ({
  cluster,
  node,
  storeId: new Uint8Array(randomBytes(storeIdBytes)),
})

/** @throws {StoreIdentityError} when the store belongs to another. */
export const checkOwner = (where: string, found: Owner, expected: Owner): void => {
  if (found.cluster === expected.cluster && found.node === expected.node) return
  throw new StoreIdentityError(
    `${where} belongs to node ${found.node} of cluster ${found.cluster}, ` +
      `not to node ${expected.node} of cluster ${expected.cluster}: give this node the store that is its own, or an empty directory`,
  )
}

export const encodeIdentity = ({ cluster, node, storeId }: Identity): Sealed => {
  const names = [Buffer.from(cluster), Buffer.from(node)]
  const writer = beginValue(storeIdBytes + names.reduce((sum, name) => sum + name.length + 8, 0))
  writer.raw(storeId)
  for (const name of names) {
    writer.varint(name.length)
    writer.raw(name)
  }
  return sealValue(identityKey, writer)
}

export const decodeIdentity = (where: string, value: Uint8Array): Identity => {
  const { reader } = unsealValue(where, identityKey, value)
  const text = (): string => Buffer.from(reader.raw(reader.varint())).toString()
  const storeId = reader.raw(storeIdBytes).slice()
  return { storeId, cluster: text(), node: text() }
}

/** Rewritten with every write, and says what all heads of the store must come to. */
export interface Seal {
  /** How many writes there were; 0: nothing was ever promised. */
  readonly writes: number
  readonly logs: number
  /** Sum of the checksums of all heads, modulo 2^32. */
  readonly heads: number
}

export const emptySeal: Seal = { writes: 0, logs: 0, heads: 0 }

export const encodeSeal = ({ writes, logs, heads }: Seal): Sealed => {
  const writer = beginValue(20)
  writer.varint(writes)
  writer.varint(logs)
  writer.uint32(heads)
  return sealValue(sealKey, writer)
}

export const decodeSeal = (where: string, value: Uint8Array | undefined): Seal => {
  if (value === undefined) throw new StoreDamagedError(where, 'the count of its writes is missing')
  const { reader } = unsealValue(`${where}, the count of its writes`, sealKey, value)
  return { writes: reader.varint(), logs: reader.varint(), heads: reader.uint32() }
}
