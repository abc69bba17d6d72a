import {
  type Attributes,
  context,
  createNoopMeter,
  type Meter,
  metrics,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  trace,
} from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { connectJournal, journal, TestCluster } from '../node/cluster.test.fixture.js'
import { sequenced } from '../node/sequencer.test.fixture.js'
import { isTracing } from './telemetry.js'

let cluster: TestCluster

afterEach(async () => {
  await cluster.stopAll()
  trace.disable()
  metrics.disable()
})

/** What an SDK would do: remembers the spans that were begun, and how they ended. */
function registerTracer() {
  const spans: { name: string; ended: boolean; failed: boolean }[] = []
  const begin = (name: string, _options?: { attributes?: Attributes }): Span => {
    const record = { name, ended: false, failed: false }
    spans.push(record)
    const spanContext: SpanContext = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: spans.length.toString(16).padStart(16, '0'),
      traceFlags: 1,
    }
    const plain = trace.wrapSpanContext(spanContext)
    return Object.assign(Object.create(plain) as Span, {
      end: () => {
        record.ended = true
      },
      setStatus: () => {
        record.failed = true
      },
    })
  }
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: begin, startActiveSpan: () => undefined as never }) })
  return spans
}

/** Remembers what was counted. */
function registerMeter() {
  const sums = new Map<string, number>()
  const noop = createNoopMeter()
  const instrument = (name: string) => ({
    add: (value: number) => void sums.set(name, (sums.get(name) ?? 0) + value),
    record: (value: number) => void sums.set(name, (sums.get(name) ?? 0) + value),
  })
  const meter: Meter = Object.assign(Object.create(noop) as Meter, {
    createCounter: instrument,
    createHistogram: instrument,
  })
  metrics.setGlobalMeterProvider({ getMeter: () => meter })
  return sums
}

const begin = async () => {
  cluster = new TestCluster(sequenced({ members: ['n1'], stateMachine: journal }))
  const [node] = await cluster.startAll(['n1'])
  return { group: node!.group('journal'), client: await connectJournal(cluster) }
}

describe('telemetry', () => {
  it('spans what a client asks for', async () => {
    const spans = registerTracer()
    const { client } = await begin()
    await cluster.wait(client.propose({ text: 'a' }))
    await cluster.wait(client.propose({ text: 'b', fails: true }).catch(() => {}))
    expect(spans).toEqual([
      { name: 'quorate.propose', ended: true, failed: false },
      { name: 'quorate.propose', ended: true, failed: true },
    ])
  })

  it('says nothing where nobody traces', async () => {
    const { client } = await begin()
    expect(isTracing()).toBe(false)
    await cluster.wait(client.propose({ text: 'a' }))
    expect(context.active()).toBe(ROOT_CONTEXT)
  })

  it('counts proposals, entries and writes', async () => {
    const sums = registerMeter()
    const { group } = await begin()
    await cluster.wait(Promise.all(Array.from({ length: 10 }, (_, at) => group.propose({ text: String(at) }))))
    // The session that was opened is a proposal and an entry, too.
    expect(sums.get('quorate.proposals')).toBe(11)
    expect(sums.get('quorate.applied')).toBe(11)
    expect(sums.get('quorate.write.operations')).toBeGreaterThan(2)
    expect(sums.get('quorate.write.duration')).toBeGreaterThan(1)
  })
})
