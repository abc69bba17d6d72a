import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeTrace, type TraceEvent, type TracePlace, traceHeader } from '@quorate/core'
import { expect, test } from 'vitest'
import { runCaptured } from '../captured.test.fixture.js'

const at = { atUs: 1000, who: 'n1' }
const run = (title: string, ...events: readonly TraceEvent[]) => lines('simulator', title, events)
const lines = (place: TracePlace, title: string, events: readonly TraceEvent[]) =>
  [traceHeader({ place, title }), ...events].map((line) => `${encodeTrace(line)}\n`).join('')

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

test('the files of several nodes are one run, in the order of time, from the first event on', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'quorate-'))
  const startUs = Date.parse('2026-01-02T03:04:05.678Z') * 1000
  const message = { id: 'n1/1/1', message: 'Vote' } as const
  const files = [
    lines('host', 'n1', [
      { ...step, atUs: startUs },
      { type: 'sent', who: 'n1', atUs: startUs + 1000, ...message, to: 'g/server/all', fields: { term: 3 }, bytes: 9 },
    ]),
    lines('host', 'n2', [
      { ...step, who: 'n2', actor: 'g/server/n2', atUs: startUs + 500 },
      { type: 'received', who: 'n2', atUs: startUs + 2000, ...message, from: 'n1' },
    ]),
  ]
  const paths = files.map((text, at) => {
    const path = join(directory, `${at}.jsonl`)
    writeFileSync(path, text)
    return path
  })
  try {
    expect((await runCaptured(['trace', ...paths])).out.split('\n')).toEqual([
      '# 2 traces, from 2026-01-02T03:04:05.678Z on',
      '0.000 n1 g/server is follower',
      '0.500 n2 g/server is follower',
      '1.000 n1 says Vote to g/server/all 9',
      '2.000 n2 hears Vote from n1 (term 3)',
      '',
    ])
    expect((await runCaptured(['trace', ...paths, '--diagram'])).out).toContain(
      '    2.000  |- Vote term 3 ---------------->|',
    )
    writeFileSync(paths[1] ?? '', 'nonsense')
    const { code, err } = await runCaptured(['trace', ...paths])
    expect(err).toMatch(/^in .*1\.jsonl:\nerror: line 1 of the trace/)
    expect(code).toBe(2)
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('what a node wrote that was killed within a line is told up to there', async () => {
  const whole = lines('host', 'n1', [
    { ...step, atUs: 5 },
    { type: 'note', ...at, text: 'a\n\u001b[2Jb' },
  ])
  const { code, out, err } = await runCaptured(['trace', '-'], `${whole}{"type":"ste`)
  expect(out.split('\n').slice(1)).toEqual(['0.000 n1 g/server is follower', '0.995 n1 a  [2Jb', ''])
  expect(err).toBe('- ends within line 4: its node was killed\n')
  expect(code).toBe(0)
  const within = await runCaptured(['trace', '-'], `${whole}{"type":"ste\n${whole}`)
  expect(within.err).toMatch(/^error: line 4 of the trace/)
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
