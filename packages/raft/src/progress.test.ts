import { expect, it } from 'vitest'
import { afterSuccess, firstProgress, isKnown, type Progress, withDoubt } from './progress.js'

const upTo = (last: number): readonly number[] => Array.from({ length: last + 1 }, (_, at) => at)

/** What a leader may know of a follower that replicates: all that is on its way lies behind what it acknowledged. */
const replicating = (matchIndex: number, sent: number): Progress => ({
  ...firstProgress(matchIndex + sent),
  mode: 'replicating',
  matchIndex,
  inflight: upTo(sent - 1).map((at) => ({ last: matchIndex + 1 + at, bytes: 1 })),
})

const progresses = upTo(2).flatMap((matchIndex) =>
  upTo(2).flatMap((sent) =>
    [true, false].flatMap((heard) =>
      upTo(2).flatMap((round) =>
        upTo(1).flatMap((doubt) =>
          [undefined, 0].map((deniedIn) => ({ ...replicating(matchIndex, sent), heard, round, doubt, deniedIn })),
        ),
      ),
    ),
  ),
)

const replies = [true, false].flatMap((success) =>
  upTo(3).flatMap((matchIndex) =>
    upTo(3).flatMap((round) =>
      upTo(2).map((doubt) => {
        const about = { prevLogIndex: matchIndex, matchIndex, round, doubt }
        return { type: 'AppendEntriesReply', term: 1, success, conflictTerm: 0, conflictIndex: 0, ...about } as const
      }),
    ),
  ),
)

it('an answer that says what is known would change nothing, and is what an idle follower gives', () => {
  let known = 0
  for (const progress of progresses) {
    for (const reply of replies) {
      if (!isKnown(progress, reply)) continue
      known++
      const next = afterSuccess(withDoubt(progress, reply.doubt, 9), reply)
      expect({ ...next, heard: true, round: Math.max(next.round, reply.round) }).toEqual(progress)
    }
  }
  const idle = { ...replicating(2, 0), heard: true, round: 1 }
  const [answer] = replies.filter(({ success, matchIndex, round }) => success && matchIndex === 2 && round === 1)
  expect(isKnown(idle, answer!)).toBe(true)
  expect(known).toBeGreaterThan(50)
})
