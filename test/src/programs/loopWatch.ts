import { PerformanceObserver } from 'node:perf_hooks'
import type { LoopReport } from './settings.js'

/** How often the event loop is asked whether it turns. */
const everyMs = 5

/** How long the event loop of this process was held at most since it was last asked: by V8's collector, and by all else. */
export const watchLoop = (): (() => LoopReport) => {
  const pauses: { readonly fromMs: number; readonly untilMs: number }[] = []
  let longest: LoopReport = { ownMs: 0, gcMs: 0 }
  const note = (gc: PerformanceObserverEntryList): void => {
    for (const { startTime, duration } of gc.getEntries()) {
      pauses.push({ fromMs: startTime, untilMs: startTime + duration })
      longest = { ...longest, gcMs: Math.max(longest.gcMs, duration) }
    }
  }
  const observer = new PerformanceObserver(note)
  observer.observe({ entryTypes: ['gc'] })
  let lastMs = performance.now()
  let held: { readonly fromMs: number; readonly untilMs: number } | undefined
  const judge = ({ fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number }): void => {
    const collected = pauses
      .map((pause) => Math.min(pause.untilMs, untilMs) - Math.max(pause.fromMs, fromMs))
      .reduce((sum, overlap) => sum + Math.max(0, overlap), 0)
    longest = { ...longest, ownMs: Math.max(longest.ownMs, untilMs - fromMs - collected) }
  }
  setInterval(() => {
    const nowMs = performance.now()
    // What the collector did is told a turn later.
    if (held) judge(held)
    held = { fromMs: lastMs + everyMs, untilMs: nowMs }
    lastMs = nowMs
    while (pauses[0] && pauses[0].untilMs < nowMs - 10_000) pauses.shift()
  }, everyMs).unref()
  return () => {
    const report = longest
    longest = { ownMs: 0, gcMs: 0 }
    return report
  }
}
type PerformanceObserverEntryList = Parameters<ConstructorParameters<typeof PerformanceObserver>[0]>[0]
