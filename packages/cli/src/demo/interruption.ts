import { InterruptedError } from '../errors.js'
import { exitCodes } from '../exitCodes.js'
import { onStopSignal } from '../signals.js'

/** Ctrl-C as a promise that rejects; a second one ends the process at once. */
export interface Interruption {
  readonly promise: Promise<never>
  /** Ctrl-C does again what it did before. */
  forget(): void
}

export const interruption = (): Interruption => {
  let interrupt: (error: Error) => void = () => {}
  let isInterrupted = false
  const promise = new Promise<never>((_, reject) => {
    interrupt = reject
  })
  promise.catch(() => {})
  const hear = () => {
    if (isInterrupted) process.exit(exitCodes.interrupted)
    isInterrupted = true
    interrupt(new InterruptedError())
  }
  return { promise, forget: onStopSignal(hear) }
}
