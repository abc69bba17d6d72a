import { quantile, round } from './load.js'

/** How long calls took that one caller made in turn on two ways. */
export interface InTurn {
  /** On each way. */
  readonly calls: number
  readonly node: { readonly p50Ms: number }
  readonly bus: { readonly p50Ms: number }
}

/** One call on the one way, one on the other, and so on: whatever else the machine does holds up both alike. */
export const inTurn = async (
  ways: { readonly node: () => Promise<unknown>; readonly bus: () => Promise<unknown> },
  { warmUpMs, durationMs }: { warmUpMs: number; durationMs: number },
): Promise<InTurn> => {
  const fromMs = performance.now() + warmUpMs
  const untilMs = fromMs + durationMs
  const tookMs = { node: [] as number[], bus: [] as number[] }
  while (performance.now() < untilMs) {
    for (const way of ['node', 'bus'] as const) {
      const beganMs = performance.now()
      await ways[way]()
      if (beganMs >= fromMs) tookMs[way].push(performance.now() - beganMs)
    }
  }
  const p50 = (values: readonly number[]) => ({ p50Ms: round(quantile(Float64Array.from(values).sort(), 0.5)) })
  return { calls: tookMs.bus.length, node: p50(tookMs.node), bus: p50(tookMs.bus) }
}
