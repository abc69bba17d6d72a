import { execFile, spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdir, mkdtemp, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { NodeProcess } from '../nodeProcess.js'
import { until } from '../until.js'
import { type Disks, type Outcome, type Subject, Trial } from './trial.js'

const run = promisify(execFile)

const roomKiB = 600 * 1024

const mount = (directory: string, options: string): Promise<unknown> =>
  run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory])

/** Leaves so much room on a disk that others write to. */
const leave = async (directory: string, leftKiB: number): Promise<void> => {
  await until(`${directory} is smaller`, async () =>
    resize(directory, (await usedKiB(directory)) + leftKiB).then(
      () => true,
      () => false,
    ),
  )
}

const resize = (directory: string, sizeKiB: number): Promise<unknown> => mount(directory, `remount,size=${sizeKiB}k`)

const usedKiB = async (directory: string): Promise<number> =>
  Number((await run('df', ['--output=used', '-k', directory])).stdout.split('\n')[1])

/** Each node's disk is a file system in memory of its own. */
const tmpfs: Disks = {
  async prepare(directories) {
    for (const directory of directories) {
      await mkdir(directory)
      await mount(directory, `size=${roomKiB}k`)
    }
  },
  async remove(directories) {
    for (const directory of directories) await run('umount', ['-l', directory])
  },
}

/** Why no disk can be filled here, if none can. */
export const noDisks = async (): Promise<string | undefined> => {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-mount-'))
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory])
  if (status === 0) spawnSync('umount', [directory])
  await rmdir(directory)
  return status === 0 ? undefined : `no tmpfs can be mounted here: ${error?.message ?? String(stderr).trim()}`
}

/** The disks of nodes fill up under load until the nodes stop; some are started in vain; then there is room again. */
export const fullDisks = (subject: Subject, count: number): Promise<Outcome> =>
  Trial.run(
    subject,
    count,
    async (trial, victims) => {
      for (const { settings } of victims) await leave(settings.directory, randomInt(20, 1500))
      // Of a group that has lost its majority the others may write too little to fill a disk.
      const hasEnded = () => victims.filter((node) => !node.isRunning)
      await until('a node has stopped on its full disk', () => hasEnded().length > 0, 60_000)
      await until('all have', () => hasEnded().length === victims.length, 3000).catch(() => {})
      const full = hasEnded()
      if (randomInt(3) === 0) await Promise.all(full.map(startInVain))
      for (const { settings } of victims) await resize(settings.directory, roomKiB)
      await trial.cluster.start()
      return full.length
    },
    tmpfs,
  )

/** A node may find room enough to open its store. */
const startInVain = async (node: NodeProcess): Promise<void> => {
  node.start()
  await until(`${node.id} has ended or is ready`, () => !node.isRunning || node.isReady)
}
