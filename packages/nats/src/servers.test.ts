import { expect, test } from 'vitest'
import { parseServers } from './servers.js'

test.each([
  [undefined, ['127.0.0.1:4222'], ['nats://127.0.0.1:4222'], false, {}],
  ['demo.example', ['demo.example:4222'], ['nats://demo.example:4222'], false, {}],
  ['nats://h:80', ['h:80'], ['nats://h:80'], false, {}],
  ['[::1]:5000', ['[::1]:5000'], ['nats://[::1]:5000'], false, {}],
  ['nats://my_host:1/', ['my_host:1'], ['nats://my_host:1'], false, {}],
  ['a:1, b:2', ['a:1', 'b:2'], ['nats://a:1', 'nats://b:2'], false, {}],
  [['a', 'tls://b'], ['a:4222', 'b:4222'], ['nats://a:4222', 'tls://b:4222'], true, {}],
  ['nats://u:p%40:1@h', ['h:4222'], ['nats://h:4222'], false, { user: 'u', pass: 'p@:1' }],
  ['nats://u:100%@h', ['h:4222'], ['nats://h:4222'], false, { user: 'u', pass: '100%' }],
  [
    'nats://token@h,nats://token@i',
    ['h:4222', 'i:4222'],
    ['nats://h:4222', 'nats://i:4222'],
    false,
    { token: 'token' },
  ],
])('%j is understood', (given, servers, urls, tls, credentials) => {
  expect(parseServers(given)).toEqual({ servers, urls, tls, credentials })
})

test.each([
  '',
  'nats://',
  'a b',
  'nats://h:99999',
  'http://h',
  'ws://h',
  'nats://h/path',
  'nats://h?x=1',
  'a,,b',
  'nats://u:geheim@',
])('%j is refused', (given) => {
  const refusal = expect.objectContaining({
    code: 'QUORATE_INVALID_BUS_URL',
    message: expect.not.stringContaining('geheim'),
  })
  expect(() => parseServers(given)).toThrow(refusal)
})

test('different credentials for the servers of one connection are refused', () => {
  const refusal = expect.objectContaining({
    code: 'QUORATE_INVALID_BUS_URL',
    message: expect.not.stringContaining('geheim'),
  })
  expect(() => parseServers('nats://u:geheim@a,nats://u:anders@b')).toThrow(refusal)
  expect(() => parseServers(['nats://u:geheim@a', 'nats://b'])).toThrow(refusal)
})
