import { readFileSync } from 'node:fs'
import { type Authenticator, credsAuthenticator, nkeyAuthenticator } from '@nats-io/transport-node'
import type { Transport } from '@quorate/core'
import { type NatsOptions, nats } from '@quorate/nats'
import { UnreadableFileError } from '../errors.js'
import { type ConnectionSettings, serverOf } from './settings.js'

/**
 * @throws {@link UnreadableFileError} `QUORATE_UNREADABLE_FILE`, and what `nats` throws.
 */
export const transportOf = (settings: ConnectionSettings): Transport => {
  const { user, password, token } = settings
  const authenticator = authenticatorOf(settings)
  const tls = tlsOf(settings)
  const options: NatsOptions = {
    servers: serverOf(settings),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { pass: password }),
    ...(token !== undefined && { token }),
    ...(authenticator && { authenticator }),
    ...(tls && { tls }),
  }
  return nats(options)
}

/**
 * Looks whether the bus answers, so that this is said once, and not by every node.
 * @throws what the transport throws.
 */
export const checkServer = async (settings: ConnectionSettings, cluster: string): Promise<void> => {
  const connection = await transportOf(settings).connect({ cluster, name: 'check' })
  await connection.close()
}

const authenticatorOf = ({ creds, nkey }: ConnectionSettings): Authenticator | undefined => {
  if (creds !== undefined) return tried('--creds', creds, credsAuthenticator)
  return nkey === undefined ? undefined : tried('--nkey', nkey, (bytes) => nkeyAuthenticator(trimmed(bytes)))
}

/** The client reads such a file when it connects, and what is wrong with it looks like a server that is not there. */
const tried = (flag: string, path: string, make: (bytes: Uint8Array) => Authenticator): Authenticator => {
  const authenticator = make(readFlagFile(flag, path))
  try {
    authenticator('nonce')
  } catch (cause) {
    throw new UnreadableFileError(`the file of ${flag}`, path, cause)
  }
  return authenticator
}

const trimmed = (bytes: Uint8Array): Uint8Array => Buffer.from(Buffer.from(bytes).toString('utf8').trim())

const tlsOf = ({ tlsCa, tlsCert, tlsKey }: ConnectionSettings): NatsOptions['tls'] | undefined => {
  if (tlsCa === undefined && tlsCert === undefined && tlsKey === undefined) return undefined
  return {
    ...(tlsCa !== undefined && { ca: readFlagFile('--tls-ca', tlsCa).toString('utf8') }),
    ...(tlsCert !== undefined && { cert: readFlagFile('--tls-cert', tlsCert).toString('utf8') }),
    ...(tlsKey !== undefined && { key: readFlagFile('--tls-key', tlsKey).toString('utf8') }),
  }
}

const readFlagFile = (flag: string, path: string): Buffer => {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new UnreadableFileError(`the file of ${flag}`, path, cause)
  }
}
