import type { LocalEvent } from '@quorate/core'
import { expect, it } from 'vitest'
import type { Query } from '../generated/client.js'
import { ClientReads } from './clientReads.js'
import type { Responder } from './responder.js'

const megabyte = 1024 * 1024

const queryOf = (request: number, bytes: number): Query => ({
  type: 'Query',
  request,
  attempt: 0,
  consistency: 'linearizable',
  questions: [{ number: 1, bytes: new Uint8Array(bytes) }],
})

it('questions that wait for an index are limited by bytes too, and make room when they are handed on', () => {
  const refused: number[] = []
  const posted: LocalEvent[] = []
  const responder: Partial<Responder> = { refuse: ({ request }) => void refused.push(request), send: () => {} }
  let lastRequest = 0
  const answered: number[] = []
  const reads = new ClientReads({
    responder: responder as Responder,
    clock: { nowMs: () => 0, wallMs: () => 0, setTimeout: () => 0, clearTimeout: () => {}, soon: () => {} },
    queries: {
      waiting: 0,
      waitingBytes: 0,
      answer: (_client, { request }) => answered.push(request),
      refuseAll: () => {},
    },
    post: (event) => posted.push(event),
    nextRequest: () => ++lastRequest,
  })
  for (let request = 1; request <= 65; request++) reads.receive('g/answers/c', queryOf(request, megabyte))
  expect(refused).toEqual([65])
  reads.receive('g/answers/c', { type: 'ReadIndex', request: 66 })
  reads.gather()
  reads.readable(1, 9)
  expect(answered).toHaveLength(64)
  for (let request = 70; request <= 134; request++) reads.receive('g/answers/c', queryOf(request, megabyte))
  expect(refused).toEqual([65, 134])
})
