import { QuorateError } from '@quorate/core'

/** `QUORATE_UNREADABLE_SCRIPT`: a text that is no script of a simulation. */
export class UnreadableScriptError extends QuorateError {
  constructor(line: number, expected: string, found: string) {
    super(
      'QUORATE_UNREADABLE_SCRIPT',
      `line ${line} of the script: expected ${expected}, found ${shown(found)}; write scripts with quorate sim`,
    )
  }
}

/** So much of a line is shown: a file that is no script may be one of megabytes. */
const shownMax = 200

const shown = (line: string): string =>
  line.length > shownMax ? `${JSON.stringify(line.slice(0, shownMax))}…` : JSON.stringify(line)

/** `QUORATE_UNFIT_SCRIPT`: a script that names what the simulated cluster does not have. */
export class UnfitScriptError extends QuorateError {
  constructor(what: string, has: string) {
    super(
      'QUORATE_UNFIT_SCRIPT',
      `the script has a ${what}, and ${has}: replay it with the cluster that it was written for`,
    )
  }
}

/** `QUORATE_SIMULATED_DISK`: what a simulated disk fails with, because it was told to. */
export class SimulatedDiskError extends QuorateError {
  /** True when the data on the disk are damaged: it will not open again. */
  readonly isDamage: boolean
  constructor(what: string, isDamage = false) {
    super('QUORATE_SIMULATED_DISK', `the simulation made this disk fail: ${what}`)
    this.isDamage = isDamage
  }
}

/** What the disk failed with may be the cause of what the node says. */
export function isDiskFault(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof SimulatedDiskError) return true
  return false
}
