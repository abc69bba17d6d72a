import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Observed, TraceReader } from '@quorate/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LiveTrace, traceDirectory, tracePath } from './liveTrace.js'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'quorate-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const about = { node: 'n1', cluster: 'demo', bytesMax: 1024 ** 3 }

const sent = (number: number): Observed => ({
  type: 'sent',
  from: 'g/server/n1',
  fromStart: 3,
  number,
  to: 'g/server/n2',
  message: { type: 'Said', number } as never,
  bytes: 10,
})

const read = (path: string) => {
  const reader = new TraceReader()
  const text = readFileSync(path, 'utf8')
  expect(text.endsWith('\n')).toBe(true)
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => reader.read(line))
}

test('what happens is in a file of its own for each start, in order, with the time of the machine', async () => {
  traceDirectory(join(directory, 'some', 'traces'))
  const before = Date.now() * 1000 - 1_000_000
  const trace = new LiveTrace(tracePath(join(directory, 'some', 'traces'), 'n1'), about)
  for (let number = 1; number <= 1000; number++) {
    trace.observe(sent(number))
    if (number % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await trace.close()
  trace.observe(sent(1001))
  expect(trace.dropped).toBe(0)
  expect(readdirSync(join(directory, 'some', 'traces'))).toEqual([
    expect.stringMatching(/^n1-\d{8}T\d{6}\.\d+Z\.jsonl$/),
  ])
  const [header, ...events] = read(trace.path)
  expect(header).toMatchObject({ place: 'host', title: 'node n1 of demo' })
  expect(events).toHaveLength(1000)
  expect(events.map((event) => 'id' in event && event.id)).toEqual(events.map((_, at) => `n1/3/${at + 1}`))
  for (const event of events) expect('atUs' in event && event.atUs > before).toBe(true)
})

test('more than there is time for is dropped, and the file says so', async () => {
  const trace = new LiveTrace(tracePath(directory, 'n1'), about)
  for (let number = 1; number <= 50_007; number++) trace.observe(sent(number))
  await new Promise((resolve) => setTimeout(resolve, 50))
  trace.observe(sent(60_000))
  await trace.close()
  expect(trace.dropped).toBe(7)
  expect(read(trace.path)).toContainEqual(
    expect.objectContaining({ type: 'note', text: expect.stringMatching(/^7 events were dropped/) }),
  )
})

test('a file that is full ends with a note, and what comes afterwards is counted', async () => {
  const bytesMax = 20_000
  const trace = new LiveTrace(tracePath(directory, 'n1'), { ...about, bytesMax })
  for (let number = 1; number <= 500; number++) {
    trace.observe(sent(number))
    if (number % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await trace.close()
  const { size } = statSync(trace.path)
  expect(size).toBeLessThanOrEqual(bytesMax)
  expect(size).toBeGreaterThan(bytesMax - 1500)
  const [, ...events] = read(trace.path)
  expect(events.pop()).toMatchObject({ type: 'note', text: `the trace ends here: its file may have ${bytesMax} bytes` })
  expect(events.map((event) => 'id' in event && event.id)).toEqual(events.map((_, at) => `n1/3/${at + 1}`))
  expect(events.length + trace.dropped).toBe(500)
})

test('a value that cannot be told is one event less', async () => {
  const trace = new LiveTrace(tracePath(directory, 'n1'), about)
  const bad = {
    toJSON: () => {
      throw new Error('no')
    },
  }
  trace.observe({ ...sent(1), message: { type: 'Said', bad } } as never)
  trace.observe(sent(2))
  await trace.close()
  expect(trace.dropped).toBe(1)
  expect(read(trace.path)).toHaveLength(3)
})

test.skipIf(!existsSync('/dev/full'))('a full disk costs the events, and not the node', async () => {
  const trace = new LiveTrace('/dev/full', about)
  for (let number = 1; number <= 100; number++) trace.observe(sent(number))
  await new Promise((resolve) => setTimeout(resolve, 30))
  await trace.close()
  // The header, too, is not in the file.
  expect(trace.dropped).toBe(101)
})

test('a directory that cannot be made, or written to, is refused', () => {
  writeFileSync(join(directory, 'file'), '')
  const unwritable = expect.objectContaining({ code: 'QUORATE_UNWRITABLE_FILE' })
  expect(() => traceDirectory(join(directory, 'file'))).toThrow(unwritable)
  expect(() => new LiveTrace(join(directory, 'none', 'file'), about)).toThrow(unwritable)
})
