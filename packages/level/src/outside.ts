import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { StoreDamagedError, StoreNewerFormatError } from './errors.js'
import { readText, renameDurably, writeDurably } from './files.js'
import { type Identity, newIdentity, type Owner, storeIdBytes } from './identity.js'

/**
 * The identity stands beside the database too, in a file that people can read: whose the store is and which format it has
 * is known before LevelDB touches anything, and a store whose database is gone is not taken for a new one. It bears its
 * final name only once the database has the identity for sure.
 */
const finalName = 'quorate.json'
const unfinishedName = 'quorate.json.new'
/** Of this file; values in the database have formats of their own. */
const identityFormat = 1

export interface Outside {
  readonly identity: Identity
  readonly established: boolean
}

const checksumOf = (fields: object): number => crc32(JSON.stringify(fields))

/** @throws {StoreDamagedError}, {StoreNewerFormatError} */
export const readOutside = async (directory: string): Promise<Outside | undefined> => {
  const path = join(directory, finalName)
  const text = await readText(path)
  if (text !== undefined) return { identity: parse(path, text), established: true }
  const unfinishedPath = join(directory, unfinishedName)
  const unfinished = await readText(unfinishedPath)
  // Written only in part, it is as good as not begun.
  if (unfinished === undefined || !unfinished.endsWith('\n')) return undefined
  return { identity: parse(unfinishedPath, unfinished), established: false }
}

/** Begins a store in an empty directory. */
export const writeOutside = async (directory: string, owner: Owner): Promise<Outside> => {
  const identity = newIdentity(owner)
  const { cluster, node, storeId } = identity
  const fields = { format: identityFormat, cluster, node, storeId: Buffer.from(storeId).toString('hex') }
  await writeDurably(
    join(directory, unfinishedName),
    `${JSON.stringify({ ...fields, checksum: checksumOf(fields) })}\n`,
  )
  return { identity, established: false }
}

/** The database has the identity now. */
export const establishOutside = (directory: string): Promise<void> =>
  renameDurably(join(directory, unfinishedName), join(directory, finalName))

const parse = (path: string, text: string): Identity => {
  const damaged = (what: string, cause?: unknown) => new StoreDamagedError(path, what, { cause })
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (cause) {
    throw damaged('the identity of the store cannot be read', cause)
  }
  const { checksum, ...fields } = { ...(parsed as { [name: string]: unknown }) }
  if (checksum !== checksumOf(fields)) throw damaged('the checksum of the identity does not match')
  const { format, cluster, node, storeId } = fields
  if (typeof format === 'number' && format > identityFormat)
    throw new StoreNewerFormatError(path, format, identityFormat)
  const id = Buffer.from(String(storeId), 'hex')
  if (typeof cluster !== 'string' || typeof node !== 'string' || id.length !== storeIdBytes)
    throw damaged('the identity of the store is not complete')
  return { cluster, node, storeId: new Uint8Array(id) }
}
