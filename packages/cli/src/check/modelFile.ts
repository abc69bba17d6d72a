import { statSync } from 'node:fs'
import type { Model, ParameterizedModel } from '@quorate/checker'
import { messageOf } from '@quorate/core'
import { UnusableModelError } from '../errors.js'
import { isQuorateError } from '../isQuorateError.js'
import { loadModule } from '../moduleFile.js'

const extensions = ['', '.ts', '.js', '.mts', '.mjs', '.cts', '.cjs']

/** The file that is meant; `undefined` when the name cannot be meant for a file. */
export const modelFileOf = (name: string): string | undefined => {
  const found = extensions.map((extension) => name + extension).find(isFile)
  return found ?? (/^\.|\.\w+$|[\\]|^[/]/.test(name) ? name : undefined)
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

/**
 * Loads the model that a file exports by default, or makes for what it is told: TypeScript or JavaScript, with no build step.
 * @throws {@link UnusableModelError} `QUORATE_UNUSABLE_MODEL` when there is none.
 */
export const loadModel = async (path: string): Promise<Model | ParameterizedModel> => {
  const { default: loaded } = await loadModule(path, (what, options) => new UnusableModelError(path, what, options))
  if (isModel(loaded) || isParameterized(loaded)) return loaded
  throw new UnusableModelError(
    path,
    'exports no model: expected `export default actorModel({ ... })`, or one that is `parameterized`',
  )
}

/**
 * The model that a file makes for what it is told.
 * @throws {@link UnusableModelError} `QUORATE_UNUSABLE_MODEL` when it makes none; and what it throws on purpose.
 */
export const madeModel = (path: string, make: () => Model): Model => {
  let made: Model
  try {
    made = make()
  } catch (cause) {
    if (isQuorateError(cause)) throw cause
    throw new UnusableModelError(path, `makes no model of what it is told: ${messageOf(cause)}`, { cause })
  }
  if (isModel(made)) return made
  throw new UnusableModelError(
    path,
    'makes no model of what it is told: expected `make` to return `actorModel({ ... })`',
  )
}

const isModel = (value: unknown): value is Model => {
  if (typeof value !== 'object' || value === null) return false
  const { name, hasSymmetry, compile } = value as Partial<Record<keyof Model, unknown>>
  return typeof name === 'string' && typeof hasSymmetry === 'boolean' && typeof compile === 'function'
}

export const isParameterized = (value: unknown): value is ParameterizedModel => {
  if (typeof value !== 'object' || value === null) return false
  const { definitions, with: make } = value as Partial<Record<keyof ParameterizedModel, unknown>>
  return typeof definitions === 'object' && definitions !== null && typeof make === 'function'
}
