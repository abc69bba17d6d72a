import { createHash } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

/** The log of a LevelDB database that is written to: the newest one. */
export const newestLog = async (directory: string): Promise<string> => {
  const names = (await readdir(directory)).filter((name) => /^\d+\.log$/.test(name)).toSorted()
  const newest = names.at(-1)
  if (newest === undefined) throw new Error(`${directory} holds no log`)
  return join(directory, newest)
}

/** Flips one bit of a byte, counted from the end when `offset` is negative. */
export const flipBit = async (path: string, offset: number): Promise<void> => {
  const bytes = await readFile(path)
  const at = offset < 0 ? bytes.length + offset : offset
  bytes.writeUInt8(bytes.readUInt8(at) ^ 4, at)
  await writeFile(path, bytes)
}

export const sizeOf = async (path: string): Promise<number> => (await stat(path)).size

/** All that matters in a directory: LevelDB's own chat and its empty lock file do not. */
export const fingerprint = async (directory: string): Promise<string> => {
  const hash = createHash('sha256')
  for (const name of (await readdir(directory)).toSorted())
    if (!/^LO(G|G\.old|CK)$/.test(name)) hash.update(name).update(await readFile(join(directory, name)))
  return hash.digest('hex')
}

/** Makes the identity of a store say that a newer program wrote it. */
export const claimNewerFormat = async (directory: string): Promise<void> => {
  const path = join(directory, 'quorate.json')
  const { checksum: _, ...fields } = JSON.parse(await readFile(path, 'utf8')) as { format: number; checksum: number }
  const newer = { ...fields, format: fields.format + 1 }
  await writeFile(path, `${JSON.stringify({ ...newer, checksum: crc32(JSON.stringify(newer)) })}\n`)
}
