import { setTimeout as sleep } from 'node:timers/promises'
import { findNatsServer, startNatsServer } from '@quorate/nats/broker'
import { startFieldNodes } from './nodes.js'
import type { FieldSection } from './section.js'

const hungMs = 2000

/** How long nodes and clients take to stop, in peace and while the bus is there and says nothing. */
export const stop: FieldSection = {
  name: 'stop',
  about: 'how long nodes and a client take to stop, also while the bus hangs',
  async measure(around) {
    await using group = await startFieldNodes(around)
    const inPeaceMs = await timed(() => Promise.all(group.nodes.map((node) => node.stop('SIGTERM'))))
    const peace = { name: 'nodes stop in peace', value: inPeaceMs, unit: 'ms' }
    if (!findNatsServer()) {
      around.say('no nats-server on the PATH: nothing that could hang')
      return [peace]
    }
    const server = await startNatsServer()
    try {
      await using hung = await startFieldNodes({ ...around, servers: server.url })
      const client = await hung.client()
      await client.put('a', 'x')
      process.kill(server.pid, 'SIGSTOP')
      await sleep(hungMs)
      const nodesMs = timed(() => Promise.all(hung.nodes.map((node) => node.stop('SIGTERM'))))
      const clientMs = await timed(() => client.close())
      return [
        peace,
        { name: 'nodes stop while the bus hangs', value: await nodesMs, unit: 'ms', max: 10_000 },
        { name: 'a client closes while the bus hangs', value: clientMs, unit: 'ms', max: 10_000 },
      ]
    } finally {
      await server.close('SIGKILL')
    }
  },
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now()
  await act()
  return Math.round(performance.now() - beganMs)
}
