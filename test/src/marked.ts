import { readdirSync, readFileSync } from 'node:fs'

/** A variable whose value all descendants of a process inherit, whoever adopts them (Linux). */
export const markName = 'QUORATE_TEST_MARK'

/** The processes that bear a mark and have not ended, each with its command line. */
export const processesMarked = (mark: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // Of one that has ended, and waits for its parent to hear of it, this is empty.
        if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${markName}=${mark}\0`)) return []
        return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`]
      } catch {
        return []
      }
    })
