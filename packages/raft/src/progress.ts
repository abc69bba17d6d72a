import { isSameLogId, type LogId, type Snapshot, sizeOf } from '@quorate/core'
import type { AppendEntriesReply, InstallSnapshotReply } from './generated/raft.js'
import type { RaftLimits } from './server.js'

/**
 * What a leader knows of one follower, and what it has on its way to it.
 *
 *     probing      looks for the last entry in common: one message, then waits for its answer
 *     replicating  sends without waiting, as far as the window allows
 *     installing   the log no longer reaches back to what the follower needs: a snapshot, chunk by chunk
 * @module
 */

export interface Progress {
  readonly mode: 'probing' | 'replicating'
  /** "Index of highest log entry known to be replicated on server." */
  readonly matchIndex: number
  /** "Index of the next log entry to send to that server." */
  readonly nextIndex: number
  /** Probing: the probe is on its way. */
  readonly probed: boolean
  /** Replicating: the messages on their way, oldest first. */
  readonly inflight: readonly { readonly last: number; readonly bytes: number }[]
  readonly installing: Installing | undefined
  /** Answered since quorum was last checked. */
  readonly heard: boolean
  /** The latest round of heartbeats that it answered. */
  readonly round: number
  /** The leader's round when it first denied what it had acknowledged: a later round shows whether that was an old answer, or so. */
  readonly deniedIn: number | undefined
  /** How often its log went back behind what it had acknowledged. */
  readonly wentBack: number
  /** How often its disk has been in doubt, as far as it told: what it acknowledged before is void. */
  readonly doubt: number
}

interface Installing {
  /** Stays the same until it has arrived, also when the leader takes another one. */
  readonly snapshot: Snapshot
  readonly offset: number
  /** The chunk at the offset is on its way. */
  readonly sent: boolean
  /** What the follower wanted when it last answered: where to go on with the next heartbeat. */
  readonly wanted: number
}

/** A follower that is sent a snapshot. */
export type InstallingProgress = Progress & { readonly installing: Installing }

export const isInstalling = (progress: Progress): progress is InstallingProgress => progress.installing !== undefined

/** "Initialized to leader last log index + 1." */
export const firstProgress = (lastIndex: number): Progress => ({
  mode: 'probing',
  matchIndex: 0,
  nextIndex: lastIndex + 1,
  probed: false,
  inflight: [],
  installing: undefined,
  heard: false,
  round: 0,
  deniedIn: undefined,
  wentBack: 0,
  doubt: 0,
})

/** A follower whose disk has been in doubt since begins anew: it may have lost what it acknowledged. */
export function withDoubt(progress: Progress, doubt: number, lastIndex: number): Progress {
  if (doubt <= progress.doubt) return progress
  if (progress.matchIndex === 0) return { ...progress, doubt }
  const { heard, round, wentBack } = progress
  return { ...firstProgress(lastIndex), heard, round, wentBack, doubt }
}

/** True if an AppendEntries with entries may be sent now. */
export function mayReceive({ mode, probed, installing, inflight }: Progress, limits: RaftLimits): boolean {
  if (installing) return false
  if (mode === 'probing') return !probed
  return (
    inflight.length < limits.inflightMessagesMax &&
    inflight.reduce((sum, { bytes }) => sum + bytes, 0) < limits.inflightBytesMax
  )
}

/** After entries were sent, the first of them at `nextIndex`. */
export function afterSending(progress: Progress, entries: readonly { readonly bytes: Uint8Array }[]): Progress {
  if (progress.mode === 'probing') return { ...progress, probed: true }
  const nextIndex = progress.nextIndex + entries.length
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0)
  return { ...progress, nextIndex, inflight: [...progress.inflight, { last: nextIndex - 1, bytes }] }
}

/** True if an answer changes nothing of what is known: neither {@link afterSuccess} nor {@link withDoubt} would. */
export const isKnown = (progress: Progress, { success, matchIndex, round, doubt }: AppendEntriesReply): boolean =>
  success &&
  progress.heard &&
  progress.mode === 'replicating' &&
  progress.installing === undefined &&
  progress.deniedIn === undefined &&
  matchIndex <= progress.matchIndex &&
  round <= progress.round &&
  doubt === progress.doubt

/** "If successful: update nextIndex and matchIndex for follower." */
export function afterSuccess(before: Progress, reply: AppendEntriesReply): Progress {
  const matchIndex = Math.max(before.matchIndex, reply.matchIndex)
  const progress = { ...before, matchIndex, deniedIn: undefined }
  if (progress.installing && matchIndex < progress.installing.snapshot.last.index) return progress
  return {
    ...progress,
    mode: 'replicating',
    installing: undefined,
    nextIndex: Math.max(progress.nextIndex, matchIndex + 1),
    probed: false,
    inflight: progress.inflight.filter(({ last }) => last > matchIndex),
  }
}

/**
 * "If AppendEntries fails because of log inconsistency: decrement nextIndex and retry", a whole term at a time. Answers
 * to messages sent before the one that counts now change nothing, and nextIndex never falls to what is known to match,
 * unless the follower's log went back behind it.
 */
export function afterConflict(progress: Progress, reply: AppendEntriesReply, log: TermsOf, round: number): Progress {
  if (progress.installing) return progress
  if (reply.prevLogIndex <= progress.matchIndex) return afterDenial(progress, reply, log, round)
  if (progress.mode === 'probing' && reply.prevLogIndex !== progress.nextIndex - 1) return progress
  const nextIndex = nextAfterConflict(progress, reply, log)
  // There is nothing lower to try: another probe would get the same answer, and so for ever.
  if (progress.mode === 'probing' && nextIndex === progress.nextIndex) return progress
  return { ...progress, mode: 'probing', nextIndex, probed: false, inflight: [] }
}

/**
 * The follower denies what it had acknowledged. An old answer does so too, when it comes late: only one to a round that began
 * after the first denial shows that its disk went back. What it acknowledged counts no more.
 */
function afterDenial(progress: Progress, reply: AppendEntriesReply, log: TermsOf, round: number): Progress {
  const { deniedIn = round, wentBack } = progress
  if (reply.round <= deniedIn) return { ...progress, deniedIn }
  const back = { ...progress, matchIndex: 0, deniedIn: undefined, wentBack: wentBack + 1 }
  return { ...back, mode: 'probing', nextIndex: nextAfterConflict(back, reply, log), probed: false, inflight: [] }
}

function nextAfterConflict({ matchIndex, nextIndex }: Progress, reply: AppendEntriesReply, log: TermsOf): number {
  const lastOfTerm = reply.conflictTerm === 0 ? 0 : lastIndexOfTerm(log, reply.conflictTerm, reply.prevLogIndex)
  const wanted = lastOfTerm > 0 ? lastOfTerm + 1 : reply.conflictIndex
  return Math.max(matchIndex + 1, Math.min(wanted, nextIndex))
}

interface TermsOf {
  readonly base: LogId
  termAt(index: number): number | undefined
}

/** The last index up to `atMost` whose entry has this term, by bisection (terms only grow); 0 if there is none. */
export function lastIndexOfTerm(log: TermsOf, term: number, atMost: number): number {
  let [low, high] = [log.base.index, atMost]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((log.termAt(middle) ?? Number.POSITIVE_INFINITY) <= term) low = middle
    else high = middle - 1
  }
  return log.termAt(low) === term ? low : 0
}

/** A follower that needs what was compacted away is sent the snapshot instead. */
export const beginInstalling = (progress: Progress, snapshot: Snapshot): InstallingProgress => ({
  ...progress,
  mode: 'probing',
  probed: false,
  inflight: [],
  installing: { snapshot, offset: 0, sent: false, wanted: 0 },
})

export const afterChunkSent = (progress: Progress): Progress =>
  progress.installing ? { ...progress, installing: { ...progress.installing, sent: true } } : progress

/**
 * The follower tells how much of the snapshot it has; when it has it all, the log goes on after it. Only what is news has
 * the next chunk sent: would every answer, a repeated one would have a chunk sent twice, both would be answered, and so on,
 * until the links carry nothing else.
 */
export function afterChunk(progress: Progress, reply: InstallSnapshotReply): Progress {
  const { installing } = progress
  const last = { index: reply.lastIncludedIndex, term: reply.lastIncludedTerm }
  if (!installing || !isSameLogId(installing.snapshot.last, last)) return progress
  if (!reply.installed) {
    const wanted = Math.min(reply.offset, installing.snapshot.bytes.length)
    const news = wanted > installing.offset ? { offset: wanted, sent: false } : {}
    return { ...progress, installing: { ...installing, ...news, wanted } }
  }
  const matchIndex = Math.max(progress.matchIndex, last.index)
  return {
    ...progress,
    mode: 'replicating',
    matchIndex,
    deniedIn: undefined,
    nextIndex: matchIndex + 1,
    installing: undefined,
    inflight: [],
  }
}

/** With each heartbeat an unanswered chunk is sent again, or an earlier one that the follower lacks since it restarted. */
export function withRetry(progress: Progress): Progress {
  const { installing } = progress
  return installing?.sent
    ? { ...progress, installing: { ...installing, offset: installing.wanted, sent: false } }
    : progress
}
