import { findNatsServer } from '../broker/natsServer.js'

/** The `describe` of a test runner. */
interface Describe {
  (title: string, body: () => void): void
  readonly skip: (title: string, body: () => void) => void
}

/**
 * Describes tests that need the real `nats-server`. Where it is not on the PATH they are skipped, under a title that
 * says why; in CI they run, and fail.
 */
export function describeNatsServer(describe: Describe, title: string, body: () => void): void {
  if (findNatsServer() || process.env.CI) describe(title, body)
  else describe.skip(`${title} (no nats-server on the PATH)`, body)
}
