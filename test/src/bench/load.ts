/** What callers saw, each of them calling again as soon as it was answered. */
export interface Load {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Calls with so many callers at once; what the first `warmUpMs` bring does not count. */
export const load = async (
  call: (caller: number) => Promise<unknown>,
  { callers, warmUpMs, durationMs }: { callers: number; warmUpMs: number; durationMs: number },
): Promise<Load> => {
  const fromMs = performance.now() + warmUpMs
  const untilMs = fromMs + durationMs
  const tookMs: number[] = []
  const run = async (caller: number): Promise<void> => {
    for (let beganMs = performance.now(); beganMs < untilMs; ) {
      await call(caller)
      const endedMs = performance.now()
      if (endedMs >= fromMs && endedMs < untilMs) tookMs.push(endedMs - beganMs)
      beganMs = endedMs
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, caller) => run(caller)))
  const sorted = Float64Array.from(tookMs).sort()
  return {
    perSecond: Math.round((sorted.length * 1000) / durationMs),
    p50Ms: round(quantile(sorted, 0.5)),
    p99Ms: round(quantile(sorted, 0.99)),
  }
}

export const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

export const round = (ms: number): number => Math.round(ms * 100) / 100
