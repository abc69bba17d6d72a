import { interruption } from './demo/interruption.js'

/** Ctrl-C ends what is under way, so that what was found so far can be reported; a second one ends the process. */
export const untilInterrupted = async <T>(
  run: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly result: T; readonly isInterrupted: boolean }> => {
  const controller = new AbortController()
  const interrupted = interruption()
  interrupted.promise.catch(() => controller.abort())
  try {
    return { result: await run(controller.signal), isInterrupted: controller.signal.aborted }
  } finally {
    interrupted.forget()
  }
}
