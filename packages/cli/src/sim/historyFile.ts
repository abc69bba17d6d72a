import type { RunResult } from '@quorate/simulator'

/** What clients saw, as `quorate lincheck` reads it: JSON lines, an event each. */
export const historyText = (history: RunResult['history']): string =>
  history.map((event) => `${JSON.stringify(event)}\n`).join('')
