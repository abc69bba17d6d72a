import { spawnSync } from 'node:child_process'

/**
 * V8 takes the bytes of buffers for a part of a heap whose limit it sets by the objects alone: a small heap that keeps
 * megabytes of log entries is collected over and over, which took half of a node's time. And a collector with helpers
 * takes what it gains from the other processes, where these have no cores to spare.
 */
export const v8Flags = ['--initial-heap-size=256', '--single-threaded-gc']

/** Runs `main` in a process that has the flags: this one, or another whose end it waits for. */
export const withV8Flags = async (main: () => Promise<void>): Promise<void> => {
  if (v8Flags.every((flag) => process.execArgv.includes(flag))) return main()
  const { status } = spawnSync(process.execPath, [...v8Flags, ...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
}
