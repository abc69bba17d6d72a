import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import * as checker from '@quorate/checker'
import * as core from '@quorate/core'
import * as paxos from '@quorate/paxos'
import * as raft from '@quorate/raft'
import { createJiti } from 'jiti'
import * as xstate from 'xstate'
import { UnusableModelError } from '../errors.js'
import { isQuorateError } from '../isQuorateError.js'

/** A model gets these very modules, wherever its file lies. */
const virtualModules = {
  '@quorate/checker': checker,
  '@quorate/core': core,
  '@quorate/paxos': paxos,
  '@quorate/raft': raft,
  xstate,
}

/**
 * Loads the model that a file exports by default: TypeScript or JavaScript, with no build step.
 * @throws {@link UnusableModelError} `QUORATE_UNUSABLE_MODEL` when there is none.
 */
export const loadModel = async (path: string): Promise<checker.Model> => {
  const file = resolve(path)
  if (!existsSync(file)) throw new UnusableModelError(path, `there is no such file, looked for it as ${file}`)
  const loaded = await load(path, file)
  if (isModel(loaded)) return loaded
  throw new UnusableModelError(path, 'exports no model: expected `export default actorModel({ ... })`')
}

const load = async (path: string, file: string): Promise<unknown> => {
  const jiti = createJiti(import.meta.url, { virtualModules, fsCache: false, moduleCache: false })
  try {
    return await jiti.import(file, { default: true })
  } catch (cause) {
    if (isQuorateError(cause)) throw cause
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
    throw new UnusableModelError(path, `cannot be loaded: ${reason}`, { cause })
  }
}

const isModel = (value: unknown): value is checker.Model =>
  typeof value === 'object' && value !== null && 'compile' in value && 'name' in value
