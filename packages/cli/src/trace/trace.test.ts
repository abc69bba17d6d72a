import { encodeTrace, type TraceEvent, traceHeader } from '@quorate/core'
import { expect, test } from 'vitest'
import { runCaptured } from '../captured.test.fixture.js'

const at = { atUs: 1000, who: 'n1' }
const run = (title: string, ...events: readonly TraceEvent[]) =>
  [traceHeader({ place: 'host', title }), ...events].map((line) => `${encodeTrace(line)}\n`).join('')

const step = { type: 'step', ...at, actor: 'g/server/n1', cause: { type: 'start' }, state: 'follower' } as const
const first = run('first', step, { type: 'note', ...at, text: 'is ready' })
const second = run('second', { type: 'fault', ...at, fault: 'crash' }, { ...step, atUs: 2000 })

test('prints the runs of a file, each from its beginning', async () => {
  const { code, out, err } = await runCaptured(['trace', '-'], first + second)
  expect(out).toBe(
    '# first\n1.000 n1 g/server is follower\n1.000 n1 is ready\n# second\n1.000 n1 suffers crash\n2.000 n1 g/server is follower\n',
  )
  expect([code, err]).toEqual([0, ''])
})

test('draws each run', async () => {
  const { out } = await runCaptured(['trace', '-', '--diagram'], first + second)
  expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
    '# first',
    '           n1',
    '    1.000  * g/server is follower',
    '    1.000  * is ready',
    '# second',
    '           n1',
    '    1.000  * suffers crash',
    '    2.000  * g/server is follower',
    '',
  ])
})

test('what is no trace is refused by its line, after what stands before it', async () => {
  const { code, out, err } = await runCaptured(['trace', '-'], `${first}{"type":"no`)
  expect(out).toMatch(/^# first\n.*\n.*is ready\n$/)
  expect(err).toMatch(/^error: line 4 of the trace: expected JSON, found .* \[QUORATE_UNREADABLE_TRACE\]\n$/)
  expect(code).toBe(2)
  const later = await runCaptured(['trace', '-'], '{"format":"quorate-trace","version":9}\n')
  expect(later.err).toMatch(/line 1 .* version 9, and this program reads 1.* \[QUORATE_UNSUPPORTED_TRACE\]/)
  expect(later.code).toBe(2)
  const none = await runCaptured(['trace', 'no-such-file'])
  expect(none.err).toMatch(/the trace no-such-file cannot be read: ENOENT.* \[QUORATE_UNREADABLE_FILE\]/)
  expect(none.code).toBe(2)
})
