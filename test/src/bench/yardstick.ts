import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from '@nats-io/transport-node'
import { programPath } from '../nodeProcess.js'
import { load } from './load.js'

const subject = 'yardstick.echo'

/** Requests per second that the bus alone carries: one responder in another process, which echoes. */
export const measureYardstick = async (
  servers: string,
  options: { payload: Uint8Array; callers: number; warmUpMs: number; durationMs: number },
): Promise<number> => {
  const echo = fork(programPath('echo'), [servers, subject])
  await once(echo, 'message')
  const connection = await connect({ servers })
  try {
    const { perSecond } = await load(() => connection.request(subject, options.payload, { timeout: 10_000 }), options)
    return perSecond
  } finally {
    await connection.close()
    echo.kill()
  }
}
