import { mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** The text of a file, or `undefined` where there is none. */
export const readText = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/**
 * Makes a directory and those above it that are missing. Durable when it resolves, or a power cut could empty a store.
 * One after the other: `mkdir` with `recursive` never ends where a directory is there and takes no others, such as /proc.
 */
export const makeDirectory = async (path: string): Promise<void> => {
  const directory = resolve(path)
  if (await isDirectory(directory)) return
  const above = dirname(directory)
  if (above !== directory) await makeDirectory(above)
  await mkdir(directory).catch(async (error: unknown) => {
    // Another process may have made it meanwhile.
    if (!(await isDirectory(directory))) throw error
  })
  await syncDirectory(above)
}

/** Durable when it resolves, the name as well as the content. */
export const writeDurably = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await syncDirectory(dirname(path))
}

/** Cuts a file. Durable when it resolves. */
export const cutDurably = async (path: string, length: number): Promise<void> => {
  const file = await open(path, 'r+')
  try {
    await file.truncate(length)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Durable when it resolves. */
export const renameDurably = async (from: string, to: string): Promise<void> => {
  await rename(from, to)
  await syncDirectory(dirname(to))
}

/** Durable when it resolves. */
export const removeDurably = async (path: string): Promise<void> => {
  await unlink(path).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
  await syncDirectory(dirname(path))
}

const isDirectory = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    // Where a file stands in the place of one above it, making that one will say so.
    if (isMissing(error) || (error as { code?: unknown }).code === 'ENOTDIR') return false
    throw error
  }
}

const isMissing = (error: unknown): boolean => (error as { code?: unknown } | undefined)?.code === 'ENOENT'

const syncDirectory = async (path: string): Promise<void> => {
  // Windows opens no directories, and keeps names by itself.
  if (process.platform === 'win32') return
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
