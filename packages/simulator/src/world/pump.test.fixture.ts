import { afterEach } from 'vitest'
import type { Agenda } from './agenda.js'

let pumped: Agenda | undefined

afterEach(() => {
  pumped = undefined
})

/** Lets virtual time pass as fast as the event loop turns, for a test that waits in real time: until it ends. */
export function pump(agenda: Agenda): void {
  pumped = agenda
  const turn = () => {
    if (pumped !== agenda) return
    for (let events = 0; events < 500 && agenda.step(Number.MAX_SAFE_INTEGER); events++);
    setImmediate(turn)
  }
  setImmediate(turn)
}
