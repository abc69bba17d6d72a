import { invariant, type RequestId } from '@quorate/core'
import type { ReadIndexReply } from '../../generated/multi_paxos.js'

/** Reads about which a batcher has asked the distinguished proposer. @module */

export interface Reads {
  /** Heartbeats so far. */
  readonly beat: number
  /** The oldest first. */
  readonly reads: readonly Read[]
  /** Those about which the proposer is to be asked again now. */
  readonly readsDue: readonly RequestId[]
}

export interface Read {
  readonly request: RequestId
  /** In which beat it came. */
  readonly since: number
  /** In which beat the proposer is asked again, if it has not answered. */
  readonly dueAt: number
  /** How often this proposer was asked. */
  readonly asks: number
}

export const noReads: Reads = { beat: 0, reads: [], readsDue: [] }

/**
 * A read is given up after so many heartbeats. It must not be given up before an answer can come, which takes two round
 * trips: on slow links each would be asked for again and again, and none answered.
 */
const waitedMax = 60

/**
 * The question or its answer may be lost, and a read that waits takes the room of another: after so many heartbeats the
 * proposer is asked again, and after twice as many from then on.
 */
const againAfterBeats = 4

const asked = ({ request, since }: Pick<Read, 'request' | 'since'>, beat: number, asks: number): Read => ({
  request,
  since,
  dueAt: beat + againAfterBeats * (asks === 0 ? 1 : 2),
  asks: asks + 1,
})

export const withRead = ({ reads, beat }: Reads, { request }: { readonly request: RequestId }) => ({
  reads: [...reads, asked({ request, since: beat }, beat, 0)],
})

/** Another proposer than before knows nothing of what was asked: it is asked at once. */
export function afterHeartbeat({ reads, beat: before }: Reads, isOther: boolean): Reads {
  const beat = before + 1
  const isDue = ({ dueAt }: Read): boolean => isOther || dueAt <= beat
  return {
    beat,
    reads: reads.map((read) => (isDue(read) ? asked(read, beat, isOther ? 0 : read.asks) : read)),
    readsDue: reads.filter(isDue).map(({ request }) => request),
  }
}

export function firstDue({ readsDue: [request] }: Reads): RequestId {
  invariant(request !== undefined, 'the proposer is to be asked about nothing')
  return request
}

export const isAwaited = ({ reads }: Reads, { request }: ReadIndexReply): boolean =>
  reads.some((read) => read.request === request)

/** Nobody answers: the client may ask another. */
export const isLate = ({ reads: [first], beat }: Reads): boolean =>
  first !== undefined && beat - first.since > waitedMax
