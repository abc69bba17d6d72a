import {
  type Attributes,
  context,
  metrics,
  ProxyTracerProvider,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'

const scope = '@quorate/host'

/**
 * What a node and its clients tell OpenTelemetry. Without an SDK nothing is measured and nothing is allocated. Register
 * the SDK before you start a node: meters that were got earlier stay silent.
 */
export class Telemetry {
  readonly #proposals
  readonly #applied
  readonly #writeOperations
  readonly #writeMs
  readonly #dropped

  constructor() {
    const meter = metrics.getMeter(scope)
    this.#proposals = meter.createCounter('quorate.proposals', {
      description: 'Commands that clients proposed to this node',
    })
    this.#applied = meter.createCounter('quorate.applied', { description: 'Entries applied to state machines' })
    this.#writeOperations = meter.createHistogram('quorate.write.operations', {
      description: 'Operations in one durable write',
    })
    this.#writeMs = meter.createHistogram('quorate.write.duration', {
      unit: 'ms',
      description: 'Time of one durable write',
    })
    this.#dropped = meter.createCounter('quorate.messages.dropped', {
      description: 'Messages that were handed to nobody',
    })
  }

  proposals(group: string, commands: number): void {
    this.#proposals.add(commands, { group })
  }
  applied(group: string, entries: number): void {
    this.#applied.add(entries, { group })
  }
  written(operations: number, durationMs: number): void {
    this.#writeOperations.record(operations)
    this.#writeMs.record(durationMs)
  }
  dropped(reason: string): void {
    this.#dropped.add(1, { reason })
  }
}

/** True if somebody registered a tracer. */
export function isTracing(): boolean {
  const provider = trace.getTracerProvider()
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(scope) !== undefined
}

/** A span of one client call, below whatever span is active where it is called. */
export function startCallSpan(name: string, attributes: Attributes): Span {
  return trace.getTracer(scope).startSpan(name, { kind: SpanKind.CLIENT, attributes }, context.active())
}

export function endCallSpan(span: Span, error?: Error): void {
  if (error) {
    span.recordException(error)
    span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
  }
  span.end()
}
