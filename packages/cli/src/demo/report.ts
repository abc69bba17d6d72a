/** What one node applied. */
export interface NodeOutcome {
  readonly id: string
  /** Lines that it applied. */
  readonly applied: number
  /** Of the lines, in the order in which it applied them. */
  readonly sha256: string
  /** True when it applied exactly the file: every line once, in order. */
  readonly equal: boolean
}

/** What the demo found. */
export interface DemoReport {
  readonly ok: boolean
  readonly protocol: string
  /** `nats-server` or `embedded` when it was started for the demo, else the URL of the one that was given. */
  readonly broker: string
  readonly input: { readonly name: string; readonly lines: number; readonly bytes: number; readonly sha256: string }
  readonly nodes: readonly NodeOutcome[]
  readonly killed: string
  readonly leader: string
  /** From the kill to the first acknowledged write after it. */
  readonly failoverMs: number
  /** While a leader led: the fail-over is not counted. */
  readonly writesPerSecond: number
}

/** The report as one line for programs. */
export const reportLine = ({ ok, protocol, broker, input, nodes, failoverMs, writesPerSecond }: DemoReport): string =>
  JSON.stringify({
    ok,
    protocol,
    broker,
    input: { lines: input.lines, sha256: input.sha256 },
    nodes: nodes.map(({ id, applied, sha256 }) => ({ id, applied, sha256 })),
    failoverMs,
    writesPerSecond,
  })
