import { InvalidBusUrlError } from './errors.js'

/** What a list of URLs says. */
export interface ServerList {
  /** `host:port`, as the NATS client takes it. */
  readonly servers: readonly string[]
  /** For people: with scheme, without credentials. */
  readonly urls: readonly string[]
  readonly tls: boolean
  readonly credentials: { readonly user?: string; readonly pass?: string; readonly token?: string }
}

const defaultUrl = 'nats://127.0.0.1:4222'
const defaultPort = '4222'

/**
 * Reads `nats://user:password@host:port`, `nats://token@host`, `tls://host`, `host:port` or `host`; several in a list,
 * or separated by commas. The NATS client itself overlooks credentials in a URL, so they are taken out here.
 * @throws {@link InvalidBusUrlError} `QUORATE_INVALID_BUS_URL`; its text never holds a password.
 */
export function parseServers(given: string | readonly string[] = defaultUrl): ServerList {
  const texts = (typeof given === 'string' ? given.split(',') : given).map((text) => text.trim())
  const parsed = texts.map(parseServer)
  const [first] = parsed
  const odd = parsed.find(({ credentials }) => JSON.stringify(credentials) !== JSON.stringify(first?.credentials))
  if (odd) throw new InvalidBusUrlError(odd.url, 'all URLs of one connection must bear the same credentials')
  return {
    servers: parsed.map(({ host }) => host),
    urls: parsed.map(({ url }) => url),
    tls: parsed.some(({ url }) => url.startsWith('tls:')),
    credentials: first?.credentials ?? {},
  }
}

const parseServer = (text: string) => {
  const shown = text.replace(/[^/]*@/, '***@')
  const full = /^[a-z][a-z+.-]*:\/\//i.test(text) ? text : `nats://${text}`
  const url = URL.canParse(full) ? new URL(full) : undefined
  if (!url?.hostname) throw new InvalidBusUrlError(shown, 'no host and port can be read')
  if (url.protocol !== 'nats:' && url.protocol !== 'tls:') {
    throw new InvalidBusUrlError(shown, `the scheme is ${url.protocol.slice(0, -1)}; nats and tls are known`)
  }
  if ((url.pathname !== '' && url.pathname !== '/') || url.search || url.hash) {
    throw new InvalidBusUrlError(shown, 'nothing may follow the port')
  }
  const host = `${url.hostname}:${url.port || defaultPort}`
  return { host, url: `${url.protocol}//${host}`, credentials: credentialsOf(url) }
}

const credentialsOf = (url: URL): ServerList['credentials'] => {
  const name = decoded(url.username)
  if (!name) return {}
  return url.password ? { user: name, pass: decoded(url.password) } : { token: name }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
