import {
  type Address,
  type Carried,
  type Connection,
  carriedIn,
  checkAddress,
  checkName,
  type Message,
  type MessageCodec,
  QuorateError,
  type Subscription,
  type Transport,
} from '@quorate/core'
import type { FaultPlan } from '../faults/faultPlan.js'
import { type MessageFate, nominalDelayUs } from '../script/script.js'
import type { Agenda } from './agenda.js'
import type { Endpoint, Listener } from './endpoint.js'
import { Links } from './links.js'
import type { NetworkWatch, Passage } from './passage.js'
import { Probes } from './probes.js'
import type { SimulatedProcess } from './simulatedProcess.js'
import { garbled, isAddress, isUnderstood } from './wireBytes.js'

/** A message to oneself never leaves the process. */
const selfDelayUs = 50
const bytesMax = 1024 * 1024
/** Who leaves hears so much longer. */
const drainUs = 2 * nominalDelayUs

/**
 * A bus between processes of one cluster: every ordered pair of them is a link of its own. Its messages meet the fates
 * that it is given; a link may also be cut, and a process may lose its connection.
 */
export class SimulatedNetwork {
  readonly links = new Links()
  readonly #agenda: Agenda
  readonly #plan: FaultPlan
  readonly #watch: NetworkWatch
  readonly #codecs: readonly MessageCodec<Message>[]
  readonly #probes: Probes
  /** By cluster and address. */
  readonly #listeners = new Map<string, readonly Listener[]>()
  readonly #endpoints = new Map<string, Endpoint[]>()
  readonly #sent = new Map<string, number>()

  constructor(agenda: Agenda, plan: FaultPlan, watch: NetworkWatch, codecs: readonly MessageCodec<Message>[]) {
    this.#agenda = agenda
    this.#plan = plan
    this.#watch = watch
    this.#codecs = codecs
    this.#probes = new Probes(agenda, plan, this.links, watch)
  }

  /** The bus, for one process. */
  transportFor(process: SimulatedProcess): Transport {
    return {
      connect: async ({ cluster }) => {
        checkName('cluster', cluster)
        return process.isDead ? new Promise<never>(() => {}) : this.#connect(process, cluster)
      },
    }
  }

  disconnect(name: string): void {
    for (const endpoint of this.#endpoints.get(name) ?? []) {
      if (!endpoint.isConnected) continue
      endpoint.isConnected = false
      endpoint.listen({ type: 'disconnected' })
    }
  }

  reconnect(name: string): void {
    for (const endpoint of this.#endpoints.get(name) ?? []) {
      if (endpoint.isConnected) continue
      endpoint.isConnected = true
      endpoint.counters.reconnects++
      this.#report(endpoint)
      endpoint.listen({ type: 'connected' })
    }
  }

  /** A process has ended: nothing is kept for it. */
  forget(process: SimulatedProcess): void {
    for (const [key, listeners] of this.#listeners) {
      if (!listeners.some((listener) => listener.process === process)) continue
      const others = listeners.filter((listener) => listener.process !== process)
      this.#setListeners(key, others)
    }
    this.#endpoints.delete(process.name)
  }

  #setListeners(key: string, listeners: readonly Listener[]): void {
    if (listeners.length > 0) this.#listeners.set(key, listeners)
    else this.#listeners.delete(key)
  }

  #connect(process: SimulatedProcess, cluster: string): Connection {
    const endpoint: Endpoint = {
      cluster,
      isConnected: true,
      isClosing: false,
      isClosed: false,
      dropped: 0,
      listen: () => {},
      counters: { published: 0, delivered: 0, dropped: 0, reconnects: 0 },
    }
    this.#endpoints.set(process.name, [...(this.#endpoints.get(process.name) ?? []), endpoint])
    let closing: Promise<void> | undefined
    const close = (): Promise<void> => {
      endpoint.isClosing = true
      closing ??= this.#drained(process, () => {
        endpoint.isClosed = true
        this.#report(endpoint)
        endpoint.listen({ type: 'closed' })
      })
      return closing
    }
    return {
      bytesMax,
      label: 'simulation',
      counters: () => ({ ...endpoint.counters }),
      onStatus: (listen) => {
        endpoint.listen = (status) => process.enter(() => listen(status))
      },
      publish: (to, bytes) => {
        for (const carried of carriedIn(to, bytes)) {
          if (process.mayAct('message')) this.#publish(process, endpoint, to, carried)
        }
      },
      subscribe: (to, deliver) => this.#subscribe(process, endpoint, to, deliver),
      probe: (to, withinMs, done) => {
        if (!process.mayAct('message')) return
        const isConnected = () => endpoint.isConnected && !endpoint.isClosing && isAddress(to)
        const hearer = () => this.#hearerOf(`${endpoint.cluster}/${to}`)
        this.#probes.ask({ process, to, withinMs, isConnected, hearer, done })
      },
      close,
      abort: close,
    }
  }

  #subscribe(
    process: SimulatedProcess,
    endpoint: Endpoint,
    to: Address,
    deliver: (bytes: Uint8Array) => void,
  ): Subscription {
    if (endpoint.isClosing) throw new QuorateError('QUORATE_BUS_CLOSED', `${process.name} has closed its connection`)
    checkAddress(to)
    const key = `${endpoint.cluster}/${to}`
    const listener: Listener = { process, endpoint, deliver, isClosing: false }
    this.#setListeners(key, [...(this.#listeners.get(key) ?? []), listener])
    return {
      ready: Promise.resolve(),
      close: () => {
        listener.isClosing = true
        return this.#drained(process, () => {
          const others = (this.#listeners.get(key) ?? []).filter((each) => each !== listener)
          this.#setListeners(key, others)
        })
      },
    }
  }

  #hearerOf(key: string): SimulatedProcess | undefined {
    return this.#listeners
      .get(key)
      ?.find((each) => each.endpoint.isConnected && !each.endpoint.isClosing && !each.isClosing)?.process
  }

  /** Messages that share one of the bus meet each its own fate: what happens to the whole may happen to all of them. */
  #publish(process: SimulatedProcess, endpoint: Endpoint, at: Address, { type, to, bytes }: Carried): void {
    const isCarried = bytes.length <= bytesMax && isAddress(at)
    if (endpoint.isClosing || !endpoint.isConnected || !isCarried) {
      endpoint.counters.dropped++
      endpoint.dropped++
      // Whoever is disconnected is told when it is connected again.
      if (!isCarried && endpoint.dropped === 1) this.#agenda.soon(() => this.#report(endpoint))
      this.#watch.lost({ type, from: process.name, to, bytes, isSent: false }, 'disconnected')
      return
    }
    endpoint.counters.published++
    const id = this.#watch.sent(type, process.name, to, bytes)
    const key = `${endpoint.cluster}/${at}`
    for (const listener of this.#listeners.get(key) ?? []) {
      if (listener.isClosing) continue
      const passage = { type, from: process.name, to: listener.process.name, bytes, isSent: true, id }
      this.#pass(passage, key, listener, process.workedUs)
    }
  }

  #successorOf({ process: { name } }: Listener, key: string): Listener | undefined {
    return this.#listeners.get(key)?.find(({ process, isClosing }) => process.name === name && !isClosing)
  }

  /** Resolves, and calls `then`, when what is on its way as a rule has arrived. */
  #drained(process: SimulatedProcess, then: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#agenda.after(drainUs, 'timer', () =>
        process.enter(() => {
          then()
          resolve()
        }),
      )
    })
  }

  #report(endpoint: Endpoint): void {
    const messages = endpoint.dropped
    endpoint.dropped = 0
    if (messages > 0) endpoint.listen({ type: 'dropped', messages })
  }

  /** It leaves so much later: when what says it is done. */
  #pass(passage: Passage, key: string, listener: Listener, laterUs: number): void {
    const { type, from, to } = passage
    if (from === to) {
      this.#agenda.after(laterUs + selfDelayUs, 'arrival', () => this.#arrive(passage, key, listener))
      return
    }
    const counter = `${type} ${from}>${to}`
    const ordinal = (this.#sent.get(counter) ?? 0) + 1
    this.#sent.set(counter, ordinal)
    const fate = this.#plan.message(type, from, to, ordinal) ?? sound
    if (fate.isLost) {
      this.#watch.lost(passage, 'loss')
      return
    }
    const delayUs = laterUs + this.links.distanceUs(from, to) + (fate.delayUs ?? nominalDelayUs)
    const sent = fate.garbled === undefined ? passage : garbledOf(passage, fate.garbled)
    if (sent !== passage && isUnderstood(sent.bytes, this.#codecs)) {
      // A lie that looks like a message is beyond what crash-tolerant protocols bear: the checksums of the link drop it.
      this.#watch.lost(passage, 'corruption')
      return
    }
    if (sent !== passage) this.#watch.garbled(passage)
    this.#agenda.after(delayUs, 'arrival', () => this.#arrive(sent, key, listener))
    if (fate.againUs === undefined) return
    this.#watch.duplicated(passage)
    this.#agenda.after(delayUs + fate.againUs, 'arrival', () => this.#arrive(sent, key, listener))
  }

  /** What was on its way when a process died reaches the one that has taken its place. */
  #arrive(passage: Passage, key: string, meant: Listener): void {
    const { process, endpoint, deliver } = meant.process.isDead ? (this.#successorOf(meant, key) ?? meant) : meant
    if (process.isDead) {
      this.#watch.lost(passage, 'nobody there')
      return
    }
    if (this.links.isCut(passage.from, passage.to)) {
      this.#watch.lost(passage, 'partition')
      return
    }
    if (!endpoint.isConnected || endpoint.isClosed) {
      this.#watch.lost(passage, 'disconnected')
      return
    }
    process.enter(() => {
      this.#watch.arrived(passage)
      endpoint.counters.delivered++
      // The bytes belong to the receiver.
      deliver(passage.bytes.slice())
    })
  }
}

const garbledOf = (passage: Passage, how: number): Passage => ({
  ...passage,
  bytes: garbled(passage.bytes, how),
  isGarbled: true,
})

const sound: MessageFate = {}
