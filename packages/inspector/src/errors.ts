import { messageOf, QuorateError } from '@quorate/core'

/** `QUORATE_RELAY_UNREACHABLE`: nothing that speaks WebSocket answers at the URL of a relay. */
export class RelayUnreachableError extends QuorateError {
  constructor(relay: string, reason: string) {
    super(
      'QUORATE_RELAY_UNREACHABLE',
      `the relay on ${relay} cannot be reached (${reason}), so nothing is shown until one listens there; start one, or correct the URL`,
    )
  }
}

/** `QUORATE_INSPECTION_DROPPED`: the actors said more than the relay takes, or than is kept while it is away. */
export class InspectionDroppedError extends QuorateError {
  constructor(relay: string, dropped: number) {
    super(
      'QUORATE_INSPECTION_DROPPED',
      `the relay on ${relay} was away or slower than the actors: ${dropped} of their messages are left out so far, and more may be; ` +
        'what is shown has gaps',
    )
  }
}

/** `QUORATE_RELAY_LISTEN`: the port of a relay is taken, or may not be used. */
export class RelayListenError extends QuorateError {
  constructor(port: number, cause: unknown) {
    const reason = messageOf(cause)
    super('QUORATE_RELAY_LISTEN', `no relay can listen on port ${port}: ${reason}; choose another port, or 0`, {
      cause,
    })
  }
}
