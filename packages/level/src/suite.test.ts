import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type StoreLocation, storeSuite } from '@quorate/core/testing'
import { ClassicLevel } from 'classic-level'
import { describe, test } from 'vitest'
import { abstractLevel } from './abstractLevel.js'
import { level } from './level.js'
import { memoryLevel } from './memoryLevel.js'

const inDirectory = async (make: (directory: string) => Omit<StoreLocation, 'remove'>): Promise<StoreLocation> => {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-level-'))
  return { ...make(join(directory, 'data')), remove: () => rm(directory, { recursive: true }) }
}

const stores: Record<string, () => Promise<StoreLocation>> = {
  level: () => inDirectory(level),
  memoryLevel: async () => ({ ...memoryLevel(), remove: async () => {} }),
  'abstractLevel over classic-level': () =>
    inDirectory((directory) => abstractLevel(() => new ClassicLevel(directory))),
}

describe.each(Object.entries(stores))('%s', (_, make) => {
  for (const { name, run } of storeSuite(make)) test(name, run)
})
