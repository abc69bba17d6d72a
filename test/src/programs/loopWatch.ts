import { readFileSync } from 'node:fs'
import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import type { LoopReport } from './settings.js'

/** How often the event loop is asked whether it turns. */
const everyMs = 5
/** How long a pause of the collector is remembered: it is told of some turns later. */
const rememberedMs = 10_000

interface Span {
  readonly fromMs: number
  readonly untilMs: number
}

/**
 * How long the event loop of this process was held at most since it was last asked: by V8's collector, and by all else.
 * Where the system tells how long this thread had a core, the time in which others had it does not count.
 */
export const watchLoop = (): (() => LoopReport) => {
  let pauses: Span[] = []
  let longest: LoopReport = { ownMs: 0, gcMs: 0 }
  const note = ({ startTime, duration }: PerformanceEntry): void => {
    pauses.push({ fromMs: startTime, untilMs: startTime + duration })
    longest = { ...longest, gcMs: Math.max(longest.gcMs, duration) }
  }
  new PerformanceObserver((collections) => collections.getEntries().forEach(note)).observe({ entryTypes: ['gc'] })
  let [lastMs, lastCoreMs] = [performance.now(), coreMs()]
  let held: (Span & { readonly coreMs: number }) | undefined
  const judge = ({ fromMs, untilMs, coreMs: had }: Span & { readonly coreMs: number }): void => {
    const collected = pauses.reduce(
      (sum, pause) => sum + Math.max(0, Math.min(pause.untilMs, untilMs) - Math.max(pause.fromMs, fromMs)),
      0,
    )
    longest = { ...longest, ownMs: Math.max(longest.ownMs, Math.min(untilMs - fromMs, had) - collected) }
  }
  setInterval(() => {
    const [nowMs, nowCoreMs] = [performance.now(), coreMs()]
    // What the collector did is told a turn later.
    if (held) judge(held)
    held = { fromMs: lastMs, untilMs: nowMs, coreMs: nowCoreMs - lastCoreMs }
    lastMs = nowMs
    lastCoreMs = nowCoreMs
    pauses = pauses.filter(({ untilMs }) => untilMs > nowMs - rememberedMs)
  }, everyMs).unref()
  return () => {
    const report = longest
    longest = { ownMs: 0, gcMs: 0 }
    return report
  }
}

/** How long this thread has had a core, in milliseconds; the time, where the system does not tell. */
const coreMs = (): number => {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
  } catch {
    return performance.now()
  }
}
