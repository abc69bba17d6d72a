import { statSync } from 'node:fs'
import type { Model } from '@quorate/checker'
import { UnusableModelError } from '../errors.js'
import { loadModule } from '../moduleFile.js'

const extensions = ['', '.ts', '.js', '.mts', '.mjs', '.cts', '.cjs']

/** The file that is meant; `undefined` when the name cannot be meant for a file. */
export const modelFileOf = (name: string): string | undefined => {
  const found = extensions.map((extension) => name + extension).find(isFile)
  return found ?? (/^\.|\.\w+$|[\\]|^[/]/.test(name) ? name : undefined)
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

/**
 * Loads the model that a file exports by default: TypeScript or JavaScript, with no build step.
 * @throws {@link UnusableModelError} `QUORATE_UNUSABLE_MODEL` when there is none.
 */
export const loadModel = async (path: string): Promise<Model> => {
  const { default: loaded } = await loadModule(path, (what, options) => new UnusableModelError(path, what, options))
  if (isModel(loaded)) return loaded
  throw new UnusableModelError(path, 'exports no model: expected `export default actorModel({ ... })`')
}

const isModel = (value: unknown): value is Model => {
  if (typeof value !== 'object' || value === null) return false
  const { name, hasSymmetry, compile } = value as Partial<Record<keyof Model, unknown>>
  return typeof name === 'string' && typeof hasSymmetry === 'boolean' && typeof compile === 'function'
}
