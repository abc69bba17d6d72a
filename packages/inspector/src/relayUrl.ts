import { InvalidConfigurationError } from '@quorate/core'

/** Where `@statelyai/inspect` looks for a relay, too. */
export const defaultRelayUrl = 'ws://localhost:8080'

/** @throws `QUORATE_INVALID_CONFIGURATION` unless it is the URL of a WebSocket. */
export const checkRelayUrl = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^wss?:$/.test(url.protocol) || url.hash !== '') {
    throw new InvalidConfigurationError(
      `the URL of a relay must begin with ws:// or wss:// and have no #, as ${defaultRelayUrl} does; found ${JSON.stringify(text)}`,
    )
  }
  return url
}

/** For people: a password or token is not shown. */
export const shownRelay = ({ protocol, host, pathname }: URL): string =>
  `${protocol}//${host}${pathname === '/' ? '' : pathname}`
