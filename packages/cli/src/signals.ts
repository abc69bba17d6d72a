/** What asks a process to end: Ctrl-C, a supervisor, a terminal that was closed. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Hears of every signal that asks this process to end, in place of ending at once. Returns what ends that. */
export const onStopSignal = (hear: () => void): (() => void) => {
  for (const signal of stopSignals) process.on(signal, hear)
  return () => {
    for (const signal of stopSignals) process.off(signal, hear)
  }
}
