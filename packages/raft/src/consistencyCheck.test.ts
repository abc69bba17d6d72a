import type { Entry } from '@quorate/core'
import { drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import * as check from './consistencyCheck.js'
import { follower } from './index.js'
import { afterConflict, firstProgress, lastIndexOfTerm } from './progress.js'
import * as given from './role.test.fixture.js'

/** The rules for logs against their plainest reading, over all logs of a few entries. */

/** All logs of up to `lengthMax` entries of terms 1 to `termMax`; terms never fall. */
function allLogs(lengthMax: number, termMax: number): readonly (readonly number[])[] {
  const grown = (log: readonly number[]): (readonly number[])[] => {
    if (log.length === lengthMax) return [log]
    const from = log.at(-1) ?? 1
    return [log, ...Array.from({ length: termMax - from + 1 }, (_, step) => [...log, from + step]).flatMap(grown)]
  }
  return grown([])
}

const logs = allLogs(4, 3)

/** Figure 2, "AppendEntries RPC", steps 3 and 4, one entry at a time. */
function plainly(own: readonly number[], entries: readonly Entry[]): readonly number[] {
  let log = own
  for (const { index, term } of entries) {
    const held = log[index - 1]
    if (held !== undefined && held !== term) log = log.slice(0, index - 1)
    if (log.length < index) log = [...log, term]
  }
  return log
}

describe('consistencyCheck', () => {
  test('gap, new entries, conflict and the log that comes of it are those of Figure 2', () => {
    let count = 0
    for (const own of logs) {
      const self = given.serverIn({ terms: own })
      for (const sent of logs) {
        for (let prevLogIndex = 0; prevLogIndex <= sent.length; prevLogIndex++) {
          const entries = given.entriesOf(sent).slice(prevLogIndex)
          const prevLogTerm = sent[prevLogIndex - 1] ?? 0
          const message = given.appendEntries('n2', { term: 4, prevLogIndex, prevLogTerm, entries })
          expect(check.isMalformed(self, message)).toBe(false)
          expect(check.lastNamed(message)).toBe(sent.length)
          const isGap = prevLogIndex > 0 && own[prevLogIndex - 1] !== prevLogTerm
          expect(check.isGap(self, message)).toBe(isGap)
          if (isGap) continue
          const wanted = plainly(own, entries)
          expect(given.termsOf({ ...self, ...check.withEntries(self, message) })).toEqual(wanted)
          const kept = own.findIndex((term, position) => wanted[position] !== term)
          expect(check.hasConflict(self, message)).toBe(kept >= 0)
          if (kept >= 0)
            expect(check.lastBeforeConflict(self, message)).toEqual({ index: kept, term: own[kept - 1] ?? 0 })
          const first = entries.findIndex(({ index, term }) => own[index - 1] !== term)
          expect(check.newEntries(self, message)).toEqual(first < 0 ? [] : entries.slice(first))
          count++
        }
      }
    }
    expect(count).toBeGreaterThan(1000)
  })

  test('conflictOf names the term there and the first index of it, or the end of the log', () => {
    for (const own of logs) {
      const self = given.serverIn({ terms: own })
      for (let prevLogIndex = 1; prevLogIndex <= 6; prevLogIndex++) {
        const term = own[prevLogIndex - 1]
        const wanted = term
          ? { conflictTerm: term, conflictIndex: own.indexOf(term) + 1 }
          : { conflictTerm: 0, conflictIndex: own.length + 1 }
        expect(check.conflictOf(self, given.appendEntries('n2', { prevLogIndex, prevLogTerm: 9 }))).toEqual(wanted)
      }
    }
  })

  test('a conflict with a term that begins before the log does is named from where the log begins', () => {
    const self = given.serverIn({ base: { index: 5, term: 2 }, terms: [2, 2] })
    const message = given.appendEntries('n2', { prevLogIndex: 7, prevLogTerm: 3 })
    expect(check.conflictOf(self, message)).toEqual({ conflictTerm: 2, conflictIndex: 6 })
  })
})

/** Both may stand in one group: a term has one leader, so its entries begin at one place, after one log. */
const mayMeet = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((term, position) => {
    if (!b.includes(term) || a.indexOf(term) !== position) return true
    return b.indexOf(term) === position && a.slice(0, position).every((before, index) => b[index] === before)
  })

describe('finding the last entry in common', () => {
  test('lastIndexOfTerm, by bisection, is what a search from the end finds', () => {
    for (const base of [given.serverIn({}).log.base, { index: 3, term: 1 }]) {
      for (const terms of logs) {
        const { log } = given.serverIn({ base, terms })
        for (let term = 0; term <= 4; term++) {
          for (let atMost = base.index; atMost <= log.last.index + 2; atMost++) {
            let wanted = Math.min(atMost, log.last.index)
            while (wanted >= base.index && log.termAt(wanted) !== term) wanted--
            if (wanted < base.index) wanted = 0
            // Where nothing was compacted, term 0 is that of the place before the first entry.
            expect(lastIndexOfTerm(log, term, atMost)).toBe(wanted)
          }
        }
      }
    }
  })

  test('takes no more than one message for each term in which the logs differ, and ends at an entry in common', () => {
    for (const own of logs) {
      for (const led of logs.filter((each) => mayMeet(own, each))) {
        const role = drive(follower, given.serverIn({ terms: own, currentTerm: 4 }))
        const { log } = given.serverIn({ terms: led })
        let progress = firstProgress(log.last.index)
        let asked = 0
        for (let matches = false; !matches; asked++) {
          const prevLogIndex = progress.nextIndex - 1
          const prevLogTerm = log.termAt(prevLogIndex) ?? 0
          const probe = given.appendEntries('n2', { term: 4, prevLogIndex, prevLogTerm })
          const [reply] = given.sentOf(role.receive(probe), 'AppendEntriesReply')
          if (!reply) throw new Error('no reply')
          matches = reply.success
          if (matches) {
            expect(own.slice(0, prevLogIndex)).toEqual(led.slice(0, prevLogIndex))
            continue
          }
          const next = afterConflict({ ...progress, probed: true }, reply, log, 0)
          expect(next.nextIndex).toBeLessThan(progress.nextIndex)
          expect(next).toMatchObject({ mode: 'probing', probed: false })
          progress = next
        }
        // The last one is the match; one more may be spent on where the shorter log ends.
        const terms = new Set([...own, ...led])
        const differing = [...terms].filter(
          (term) => own.filter((t) => t === term).length !== led.filter((t) => t === term).length,
        )
        expect(asked).toBeLessThanOrEqual(differing.length + 2)
      }
    }
  })
})
