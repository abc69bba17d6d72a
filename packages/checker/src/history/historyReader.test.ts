import { describe, expect, test } from 'vitest'
import {
  HistoryTooLargeError,
  MalformedEventError,
  OverlappingOperationsError,
  UnknownOperationError,
  UnmatchedCompletionError,
  type UnreadableHistoryError,
} from './errors.js'
import { HistoryReader, readHistory } from './historyReader.js'
import { historyModels } from './models.js'
import { drawEvents, randomFrom } from './random.test.fixture.js'

const named = (name: string) => historyModels.filter((model) => model.name === name)

const begin = '{"process":1,"type":"invoke","f":"write","value":5}'
const end = '{"process":1,"type":"ok","f":"write","value":5}'
const open = Number.POSITIVE_INFINITY

test('an operation is what its two events say', () => {
  const text = [
    '{"process":"a","type":"invoke","f":"cas","key":"x","value":[1,2],"time":10}',
    '',
    '{"process":"a","type":"ok","f":"cas","key":"x","value":[1,2],"result":false,"time":30}',
  ].join('\r\n')
  expect(readHistory(text, historyModels).operations).toEqual([
    {
      index: 0,
      process: 'a',
      f: 'cas',
      key: 'x',
      argument: [1, 2],
      result: false,
      invoked: 0,
      returned: 1,
      invokedLine: 1,
      returnedLine: 3,
      invokedNs: 10,
      returnedNs: 30,
    },
  ])
})

test('fail takes an operation away; info, and no end at all, leave it open; after info the process goes on', () => {
  const lines = [
    [1, 'invoke'],
    [1, 'fail'],
    [1, 'invoke'],
    [1, 'info'],
    [1, 'invoke'],
    [2, 'invoke'],
    [2, 'ok'],
  ].map(([process, type], at) => JSON.stringify({ process, type, f: 'write', ...(type === 'invoke' && { value: at }) }))
  const { operations, failed } = readHistory(lines.join('\n'), historyModels)
  expect(failed).toBe(1)
  expect(
    operations.map(({ index, argument, returned, returnedLine }) => [index, argument, returned, returnedLine]),
  ).toEqual([
    [0, 2, open, 4],
    [1, 4, open, undefined],
    [2, 5, 6, 7],
  ])
})

test.each([
  ['cas-register', 'cas', [1, 2], {}, true],
  ['cas-register', 'cas', [1, 2], { result: false }, false],
  ['register', 'read', null, { value: 7 }, 7],
  ['register', 'read', null, { value: null }, null],
  ['register', 'read', null, { value: 0, result: 7 }, 7],
  ['register', 'write', 7, { value: 7, result: 'done' }, undefined],
  ['kv', 'delete', undefined, {}, undefined],
  ['kv', 'delete', undefined, { result: false }, false],
  ['set', 'add', 7, {}, undefined],
  ['set', 'add', 7, { value: 7, result: false }, false],
  ['set', 'contains', 7, { value: 7, result: true }, true],
  ['set', 'contains', 7, { value: true }, true],
  ['queue', 'dequeue', null, { value: null }, null],
  ['mutex', 'acquire', undefined, {}, true],
])('%s: what %s of %j gave, where ok says %j: %j', (model, f, value, ok, result) => {
  const events = [
    { process: 1, type: 'invoke', f, value },
    { process: 1, type: 'ok', f, ...ok },
  ]
  const text = events.map((event) => JSON.stringify(event)).join('\n')
  expect(readHistory(text, named(model)).operations[0]?.result).toEqual(result)
})

describe('what it cannot read, it names, with the line', () => {
  test.each<[string[], number, new (...from: never[]) => UnreadableHistoryError, string]>([
    [[begin, 'write 5'], 2, MalformedEventError, 'expected JSON, one event in a line; found "write 5"'],
    [['', '[1]'], 2, MalformedEventError, 'expected an object'],
    [
      ['{"type":"invoke","f":"read"}'],
      1,
      MalformedEventError,
      '"process" must be an integer or a string, found nothing',
    ],
    [['{"process":1.5,"type":"invoke","f":"read"}'], 1, MalformedEventError, 'found 1.5'],
    [['{"process":1,"type":"begin","f":"read"}'], 1, MalformedEventError, 'invoke, ok, fail, info; found "begin"'],
    [['{"process":1,"type":"invoke"}'], 1, MalformedEventError, '"f" must name the operation'],
    [['{"process":1,"type":"invoke","f":"read","time":"now"}'], 1, MalformedEventError, '"time" must be a number'],
    [
      [`{"process":1,"type":"invoke","f":"write","value":${'['.repeat(99)}${']'.repeat(99)}}`],
      1,
      MalformedEventError,
      'nest',
    ],
    [['{"process":1,"type":"invoke","f":"write"}'], 1, MalformedEventError, 'write needs what it is given in "value"'],
    [
      ['{"process":1,"type":"invoke","f":"cas","value":[1]}'],
      1,
      MalformedEventError,
      'cas needs "value": [old, new], found [1]',
    ],
    [
      ['{"process":1,"type":"invoke","f":"read"}', '{"process":1,"type":"ok","f":"read"}'],
      2,
      MalformedEventError,
      'read that is ok',
    ],
    [
      ['{"process":1,"type":"invoke","f":"contains","value":1}', '{"process":1,"type":"ok","f":"contains","value":1}'],
      2,
      MalformedEventError,
      'what it gave in "result"',
    ],
    [
      ['{"process":1,"type":"invoke","f":"add","value":1}', '{"process":1,"type":"ok","f":"add","result":1}'],
      2,
      MalformedEventError,
      'true or false, found 1',
    ],
    [[begin, begin], 2, OverlappingOperationsError, 'process 1 invokes, but its operation of line 1 is still open'],
    [[begin, end, end], 3, UnmatchedCompletionError, 'process 1 has no open operation that ok could end'],
    [['{"process":"nemesis","type":"info","f":"start"}'], 1, UnmatchedCompletionError, 'process "nemesis" has no open'],
    [
      [begin, '{"process":1,"type":"ok","f":"read","value":5}'],
      2,
      UnmatchedCompletionError,
      'ends "read", but what it began in line 1 is "write"',
    ],
    [
      [
        '{"process":1,"type":"invoke","f":"read","key":"x"}',
        '{"process":1,"type":"ok","f":"read","key":"y","value":1}',
      ],
      2,
      UnmatchedCompletionError,
      'ends key "y", but what it began in line 1 is of "x"',
    ],
    [
      [begin, end.replace('5', '6')],
      2,
      UnmatchedCompletionError,
      'ends write of 6, but what it began in line 1 is of 5',
    ],
    [
      ['{"process":1,"type":"invoke","f":"cas","value":[1,2]}', '{"process":1,"type":"ok","f":"cas","value":false}'],
      2,
      UnmatchedCompletionError,
      'belongs in "result"',
    ],
    [[begin.replace('5', '9007199254740993')], 1, MalformedEventError, 'can hold, found "9007199254740993"'],
    [[begin, '', end.replace('5', '[{"a":-1e400}]')], 3, MalformedEventError, 'can hold, found "-1e400"'],
    [[begin.replace('5', '0.12345678901234567890')], 1, MalformedEventError, 'can hold, found "0.1234567890'],
    [[begin.replace('5', '{"time":9007199254740993}')], 1, MalformedEventError, 'can hold, found'],
    [
      ['{"process":1,"type":"invoke","f":"push","value":1}'],
      1,
      UnknownOperationError,
      'no such operation: "push"; register has read',
    ],
    [
      [begin, end, '{"process":1,"type":"invoke","f":"enqueue","value":1}'],
      3,
      UnknownOperationError,
      'cas-register has read, write, cas',
    ],
    [['{"process":1,"type":"invoke","f":"__proto__"}'], 1, UnknownOperationError, 'no such operation'],
  ])('%j', (lines, line, kind, text) => {
    const read = () => readHistory(lines.join('\n'), historyModels)
    expect(read).toThrow(kind)
    expect(read).toThrow(expect.objectContaining({ line, message: expect.stringMatching(`^line ${line}: `) }))
    expect(read).toThrow(text)
  })

  test.each(['info', 'fail'])('what %s says in "value" is for people: it tells no result', (type) => {
    const ended = begin.replace('invoke', type).replace('5', '"timed out"')
    expect(readHistory([begin, ended].join('\n'), historyModels).operations).toHaveLength(type === 'info' ? 1 : 0)
  })

  test('more operations, or longer lines, than allowed', () => {
    const two = [begin, end, begin, end].join('\n')
    expect(readHistory(two, historyModels, { operationsMax: 2 }).operations).toHaveLength(2)
    expect(() => readHistory(two, historyModels, { operationsMax: 1 })).toThrow(HistoryTooLargeError)
    expect(() => readHistory(two, historyModels, { lineLengthMax: 40 })).toThrow('line 1: longer than 40 characters')
    const reader = new HistoryReader(historyModels, { lineLengthMax: 40 })
    expect(() => reader.push('x'.repeat(41))).toThrow(HistoryTooLargeError)
  })
})

test.each([
  '9007199254740992',
  '-9007199254740991',
  '1e21',
  '1.50E+3',
  '0.30000000000000004',
  '1.7976931348623157e308',
  '0.000',
  '-0e5',
  '"9007199254740993 \\" 1e400"',
  '{"9007199254740993":1}',
])('a number that is what it says it is: %s', (value) => {
  expect(readHistory(begin.replace('5', value), historyModels).operations[0]?.argument).toEqual(JSON.parse(value))
})

test('a time may be any number of nanoseconds: nobody compares it', () => {
  const text = begin.replace('}', ', "time" : 1700000000000000001}')
  expect(readHistory(text, historyModels).operations[0]?.invokedNs).toBe(1_700_000_000_000_000_000)
})

test('a text of a million characters is one', () => {
  const text = begin.replace('5', `"1e5${'\\"x'.repeat(300_000)}"`)
  expect(readHistory(text, historyModels, { lineLengthMax: 2_000_000 }).operations).toHaveLength(1)
})

test('text may arrive in pieces, cut anywhere', () => {
  const random = randomFrom(7)
  const text = drawEvents(random, { model: 'kv', processes: 3, operations: 50, keys: ['ä', 'y'], infos: 0.1 })
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('')
  const reader = new HistoryReader(historyModels)
  for (let from = 0; from < text.length; ) {
    const to = from + Math.floor(random() * 90)
    reader.push(text.slice(from, to))
    from = to
  }
  expect(reader.end()).toEqual(readHistory(text, historyModels))
})

test.each([
  [['read', 'write'], 'register'],
  [['write', 'cas'], 'cas-register'],
  [['cas', 'get'], 'kv'],
  [['add'], 'set'],
  [['dequeue'], 'queue'],
  [['release'], 'mutex'],
])('operations %j: the model is %s', (operations, name) => {
  const events = operations.map((f, process) =>
    JSON.stringify({ process, type: 'invoke', f, value: f === 'cas' ? [1, 2] : 1 }),
  )
  expect(readHistory(events.join('\n'), historyModels).model.name).toBe(name)
})

test('a history may name its model, where others have the same operations', () => {
  const add = (model: string) => JSON.stringify({ process: 1, type: 'invoke', f: 'add', value: 1, model })
  expect(readHistory(add('counter'), historyModels).model.name).toBe('counter')
  // Where none has the name, it is as if nothing was named.
  expect(readHistory(add('mine'), historyModels).model.name).toBe('set')
  // Several groups, of which one asks for less.
  const read = JSON.stringify({ process: 1, type: 'invoke', f: 'read', model: 'register' })
  const cas = JSON.stringify({ process: 2, type: 'invoke', f: 'cas', value: [1, 2], model: 'cas-register' })
  for (const text of [`${read}\n${cas}`, `${cas}\n${read}`]) {
    expect(readHistory(text, historyModels).model.name).toBe('cas-register')
  }
  const asked = historyModels.filter(({ name }) => name === 'set-full')
  expect(readHistory(add('counter'), asked).model.name).toBe('set-full')
})

test('an empty history is one', () => {
  expect(readHistory('\n\n', historyModels).operations).toEqual([])
})
