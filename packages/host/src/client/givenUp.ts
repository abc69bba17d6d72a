import type { QuorateError } from '@quorate/core'
import { NotExecutedError, OverloadedError, UnknownOutcomeError } from '../errors.js'
import type { Flight } from './flights.js'
import { isBusy } from './isBusy.js'

/**
 * How a call ends that was sent and is given up. What came of it is unknown, unless it was refused each time.
 * `outage` is what is to be said of a bus that is, or was, away.
 */
export function givenUp(
  what: 'command' | 'question',
  { refusals, requests, reason, sentTo, isOnce }: Flight,
  why: string,
  cause: unknown,
  outage: string | undefined,
): QuorateError {
  if (refusals < requests.length) {
    const sent = `${why}, and the ${what} had been sent to ${sentTo}`
    return new UnknownOutcomeError(outage === undefined ? sent : `${sent}; ${outage}`, {
      what: isOnce ? 'single question' : what,
      cause,
    })
  }
  if (isBusy(reason)) return new OverloadedError(`node ${sentTo}`, reason)
  return new NotExecutedError(`${why}, and every member that was asked refused (${reason})`, { cause })
}
