import type { Clock, Connection, Transport } from '@quorate/core'

/** Time and bus of one process: both end with it, and nobody is told. */
export class Life {
  readonly clock: Clock
  readonly transport: Transport
  readonly #connections: Connection[] = []
  #isOver = false

  constructor(clock: Clock, bus: Transport) {
    const whileAlive = (run: () => void) => () => {
      if (!this.#isOver) run()
    }
    this.clock = {
      nowMs: () => clock.nowMs(),
      wallMs: () => clock.wallMs(),
      setTimeout: (fire, delayMs) => clock.setTimeout(whileAlive(fire), delayMs),
      clearTimeout: (timer) => clock.clearTimeout(timer),
      soon: (run) => clock.soon(whileAlive(run)),
    }
    this.transport = {
      connect: async (as) => {
        const connection = await bus.connect(as)
        this.#connections.push(connection)
        const subscribe: Connection['subscribe'] = (to, deliver) =>
          connection.subscribe(to, (bytes) => whileAlive(() => deliver(bytes))())
        const onStatus: Connection['onStatus'] = (listen) =>
          connection.onStatus((status) => whileAlive(() => listen(status))())
        const probe: Connection['probe'] = (to, withinMs, done) =>
          connection.probe(to, withinMs, (isHeard) => whileAlive(() => done(isHeard))())
        return { ...connection, subscribe, probe, onStatus }
      },
    }
  }

  async end(): Promise<void> {
    this.#isOver = true
    for (const connection of this.#connections) await connection.close()
  }
}
