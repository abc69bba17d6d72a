import { describe, expect, test } from 'vitest'
import { UnreadableTraceError, UnsupportedTraceError } from './errors.js'
import { encodeTrace, TraceReader, traceHeader } from './traceCodec.js'
import type { TraceEvent } from './traceEvent.js'

const header = traceHeader({ place: 'simulator', title: 'raft, seed 7' })
const at = { atUs: 1_500, who: 'n1' }
const id = 'n2/3/9'
const events: readonly TraceEvent[] = [
  {
    type: 'step',
    ...at,
    actor: 'g/server/n1',
    cause: { type: 'message', from: 'g/server/n2', id },
    event: { type: 'Vote', term: 3 },
    state: 'follower.following',
    context: { currentTerm: 3, votedFor: null },
    emitted: [{ type: 'send', to: 'g/server/n2', message: 'Reply' }],
    timers: [{ type: 'schedule', timer: 'xstate.after.t.s', delayMs: 150 }],
  },
  { type: 'step', ...at, actor: 'g/server/n1', cause: { type: 'start' }, state: 'follower' },
  { type: 'sent', ...at, id, from: 'g/server/n2', to: 'g/server/all', message: 'Vote', fields: { term: 3 }, bytes: 90 },
  { type: 'received', ...at, id, from: 'n2', message: 'Vote' },
  { type: 'dropped', ...at, by: 'bus', why: 'loss', id, from: 'n2', message: 'Vote', isGarbled: true },
  { type: 'dropped', ...at, by: 'node', why: 'malformed' },
  { type: 'written', ...at, isDurable: true, writes: [{ key: 'g/server', operations: ['append', 'persist'] }] },
  { type: 'applied', ...at, group: 'g', entries: 2, last: { index: 5, term: 2 } },
  { type: 'fault', ...at, fault: 'crash' },
  { type: 'note', ...at, text: 'is "ready"\n' },
]

describe('a trace', () => {
  test('comes back as it went, a line for each event; traces one after the other are one', () => {
    const lines = [header, ...events, header, ...events].map(encodeTrace)
    for (const line of lines) expect(line).not.toContain('\n')
    const reader = new TraceReader()
    expect(lines.map((line) => reader.read(line))).toEqual([header, ...events, header, ...events])
  })

  test('has the lines that it always had', () => {
    expect(encodeTrace(header)).toBe(
      '{"format":"quorate-trace","version":1,"place":"simulator","title":"raft, seed 7"}',
    )
    expect(events.slice(1, 4).map(encodeTrace)).toEqual([
      '{"type":"step","atUs":1500,"who":"n1","actor":"g/server/n1","cause":{"type":"start"},"state":"follower"}',
      '{"type":"sent","atUs":1500,"who":"n1","id":"n2/3/9","from":"g/server/n2","to":"g/server/all","message":"Vote","fields":{"term":3},"bytes":90}',
      '{"type":"received","atUs":1500,"who":"n1","id":"n2/3/9","from":"n2","message":"Vote"}',
    ])
  })

  test('keeps fields that a later writer of the version adds', () => {
    const reader = new TraceReader()
    reader.read(encodeTrace(header))
    const more = { type: 'note', ...at, text: 'x', colour: 'red' }
    expect(reader.read(JSON.stringify(more))).toEqual(more)
  })

  test('of another version is refused, with the line', () => {
    const reader = new TraceReader()
    reader.read(encodeTrace(header))
    const read = () => reader.read('{"format":"quorate-trace","version":2,"anything":"else"}')
    expect(read).toThrow(UnsupportedTraceError)
    expect(read).toThrow(/^line 3 .*version 2, and this program reads 1/)
    expect(() => new TraceReader().read('{"format":"quorate-trace","version":0}')).toThrow(
      expect.objectContaining({ code: 'QUORATE_UNSUPPORTED_TRACE', line: 1, found: 0 }),
    )
  })

  test.each<[string, string | object, RegExp]>([
    ['no JSON', '{"type":"note"', /^line 2 of the trace: expected JSON, found "\{/],
    ['no object', '[1]', /expected an object, found \[1\]/],
    ['nothing', '', /expected JSON, found ""/],
    ['another format', { format: 'csv', version: 1 }, /expected the format quorate-trace, found "csv"/],
    ['no version', { ...header, version: 'one' }, /expected a version, found "one"/],
    ['no place', { ...header, place: 'moon' }, /expected a place out of host, simulator, checker, found "moon"/],
    ['no title', { ...header, title: 1 }, /expected a title/],
    ['no type', { ...at }, /expected a type out of step, sent, .*, found nothing/],
    ['an unknown type', { type: 'dream', ...at }, /found "dream"/],
    ['a type of objects', { type: 'toString', ...at }, /found "toString"/],
    [
      'no time',
      { type: 'note', who: 'n1', text: '' },
      /expected a number of microseconds as atUs of note, found nothing/,
    ],
    ['part of a microsecond', { type: 'note', ...at, atUs: 0.5, text: '' }, /found 0\.5/],
    ['a negative time', { type: 'note', ...at, atUs: -1, text: '' }, /found -1/],
    ['nobody', { type: 'fault', atUs: 1, fault: 'crash' }, /expected a text as who of fault/],
    ['an unknown cause', { ...events[0], cause: { type: 'magic' } }, /expected a cause as cause of step/],
    ['a bad timer', { ...events[0], timers: [{ type: 'schedule' }] }, /expected a list of timers as timers of step/],
    ['a bad write', { ...events[6], writes: [{ key: 'k', operations: [1] }] }, /expected a list of writes/],
    ['a bad place in a log', { ...events[7], last: { index: 1 } }, /expected an index and a term as last of applied/],
    ['neither bus nor node', { ...events[5], by: 'me' }, /expected bus or node as by of dropped/],
    ['a number for an id', { ...events[3], id: 9 }, /expected a text as id of received, found 9/],
  ])('with %s is refused, with the line', (_what, line, expected) => {
    const reader = new TraceReader()
    reader.read(encodeTrace(header))
    const read = () => reader.read(typeof line === 'string' ? line : JSON.stringify(line))
    expect(read).toThrow(UnreadableTraceError)
    expect(() => {
      const again = new TraceReader()
      again.read(encodeTrace(header))
      again.read(typeof line === 'string' ? line : JSON.stringify(line))
    }).toThrow(expected)
  })

  test('without a header is none', () => {
    expect(() => new TraceReader().read(encodeTrace(events[9] as TraceEvent))).toThrow(/^line 1 .*expected a header/)
  })
})
