import { QuorateError } from '@quorate/core'

/** `QUORATE_BUS_UNREACHABLE`: no NATS server answers, or the one that does cannot be talked to. */
export class BusUnreachableError extends QuorateError {
  constructor(urls: readonly string[], reason: string, options?: { cause?: unknown }) {
    const text = `no NATS server could be reached at ${urls.join(', ')}: ${reason}. `
    super('QUORATE_BUS_UNREACHABLE', `${text}Start a nats-server there, or give the URL of one that runs`, options)
  }
}

/** `QUORATE_BUS_UNAUTHORIZED`: the NATS server answers and refuses the credentials. */
export class BusUnauthorizedError extends QuorateError {
  constructor(urls: readonly string[], reason: string, options?: { cause?: unknown }) {
    const text = `the NATS server at ${urls.join(', ')} refuses the credentials: ${reason}. `
    super('QUORATE_BUS_UNAUTHORIZED', `${text}Check user and password, token, NKEY or creds file`, options)
  }
}

/**
 * True if a server ended the connection because it was not introduced in time: it or the network is slow, and nothing is said
 * of credentials, though the NATS client counts it among refusals of them.
 */
export const isIntroducedLate = (error: unknown): boolean =>
  error instanceof Error && /authentication timeout/i.test(error.message)

/** `QUORATE_BUS_FORBIDDEN`: the permissions of the user do not cover a subject. */
export class BusForbiddenError extends QuorateError {
  constructor(operation: 'publish' | 'subscription', subject: string, options?: { cause?: unknown }) {
    const verb = operation === 'publish' ? 'publish' : 'subscribe'
    const text = `the NATS server forbids to ${verb} "${subject}": `
    // Clients draw their names anew: what is granted to one name is of use once.
    const pattern = subject.replace(/[^.]+$/, '*')
    super('QUORATE_BUS_FORBIDDEN', `${text}grant "${pattern}" in the "${verb}" permissions of this user`, options)
  }
}

/** `QUORATE_BUS_CLOSED`: the connection was closed, and something was asked of it. */
export class BusClosedError extends QuorateError {
  constructor(label: string) {
    super('QUORATE_BUS_CLOSED', `the connection to ${label} is closed: connect again`)
  }
}

/** `QUORATE_BUS_COMPLAINT`: the server reports an error of its own, e.g. that it gave up on a slow reader. */
export class BusComplaintError extends QuorateError {
  constructor(label: string, cause: Error) {
    super('QUORATE_BUS_COMPLAINT', `the NATS server at ${label} reports: ${cause.message}`, { cause })
  }
}

/** `QUORATE_INVALID_BUS_URL`: not the URL of a NATS server. */
export class InvalidBusUrlError extends QuorateError {
  constructor(url: string, reason: string) {
    super('QUORATE_INVALID_BUS_URL', `"${url}" is no URL of a NATS server (${reason}): expected nats://host:4222`)
  }
}
