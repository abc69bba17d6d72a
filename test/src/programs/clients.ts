import { setTimeout as sleep } from 'node:timers/promises'
import { type ConnectedKvClient, connectKvClient } from '@quorate/kv'
import { nats } from '@quorate/nats'

/** What the program is told, as JSON in its first argument. */
export interface ClientsSettings {
  readonly servers: string
  readonly cluster: string
  readonly name: string
  readonly clients: number
}

/** What it can be asked: each client is to put once in a period, for so long, the first time at once or some time in the period. */
export interface PutsQuestion {
  readonly everyMs: number
  readonly forMs: number
  readonly atOnce: boolean
}

/** What came of it. */
export interface PutsReport {
  readonly done: number
  /** By error code. */
  readonly failed: Readonly<Record<string, number>>
  /** How long the puts took that were acknowledged, sorted. */
  readonly ms: readonly number[]
}

const connectedAtOnce = 50

/** Many clients, each with a connection of its own. Lives no longer than who started it. */
const { servers, cluster, name, clients: count } = JSON.parse(process.argv[2] ?? '') as ClientsSettings
const clients: ConnectedKvClient[] = []

const connect = async (): Promise<void> => {
  while (clients.length < count) {
    const some = Array.from({ length: Math.min(connectedAtOnce, count - clients.length) }, () =>
      connectKvClient({ transport: nats({ servers }), cluster, group: 'kv' }),
    )
    clients.push(...(await Promise.all(some)))
  }
}

const puts = async ({ everyMs, forMs, atOnce }: PutsQuestion): Promise<PutsReport> => {
  const failed: Record<string, number> = {}
  const ms: number[] = []
  const untilMs = performance.now() + forMs
  const run = async (client: ConnectedKvClient, number: number): Promise<void> => {
    if (!atOnce) await sleep(Math.random() * everyMs)
    do {
      const beganMs = performance.now()
      try {
        await client.put(`${name}-${number}`, 'x'.repeat(100))
        ms.push(performance.now() - beganMs)
      } catch (error) {
        const { code = 'unknown' } = error as { code?: string }
        failed[code] = (failed[code] ?? 0) + 1
      }
      const leftMs = everyMs - (performance.now() - beganMs)
      if (leftMs > 0 && performance.now() + leftMs < untilMs) await sleep(leftMs)
      else if (leftMs > 0) return
    } while (performance.now() < untilMs)
  }
  await Promise.all(clients.map(run))
  return { done: ms.length, failed, ms: ms.sort((a, b) => a - b) }
}

process.once('disconnect', () => process.exit())
process.on('message', (question: PutsQuestion) => {
  puts(question).then((report) => process.send?.(report))
})
await connect()
process.send?.('ready')
