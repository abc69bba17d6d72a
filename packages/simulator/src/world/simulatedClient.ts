import { type AnyStateMachine, asBytes, type Codec, invariant, type Random, type Transport } from '@quorate/core'
import type { Ending, Operation, WorkloadClient } from '@quorate/core/testing'
import {
  type ClientCodecs,
  type ConnectedAskClient,
  type ConnectedClient,
  connectAskClient,
  connectClient,
} from '@quorate/host'
import type { ClientGroup } from '../subject/clientGroups.js'
import type { SimulatedProcess } from './simulatedProcess.js'

type LogClient = ConnectedClient<unknown, unknown, unknown, unknown>
type AnyClient = LogClient | ConnectedAskClient<unknown, unknown>

/** What a {@link SimulatedClient} stands on. */
export interface SimulatedClientOptions {
  readonly process: SimulatedProcess
  readonly transport: Transport
  readonly cluster: string
  readonly group: ClientGroup
  readonly random: Random
  readonly deadlineMs: number
  began(slot: number, operation: Operation): void
  /** `isPatient` unless its connection was given up meanwhile, or it asked what is asked once: it tries until its deadline. */
  ended(slot: number, operation: Operation, ending: Ending, isPatient: boolean): void
  /** What no client should meet. */
  broke(error: unknown): undefined
}

/** One of the operations that a client may have under way at the same time. */
interface Slot {
  readonly waiting: Operation[]
  isBusy: boolean
  /** What it does now asked something that may be asked only once. */
  asksOnce: boolean
}

/** A client of one group: one operation at a time in each of its slots, by the very client that users have. */
export class SimulatedClient {
  readonly name: string
  readonly #options: SimulatedClientOptions
  readonly #slots = new Map<number, Slot>()
  #client: AnyClient | undefined
  #connecting: Promise<AnyClient> | undefined
  #given = 0
  #reconnects = 0
  #lastIndex = 0

  constructor(options: SimulatedClientOptions) {
    this.name = options.process.name
    this.#options = options
  }

  /** Where the last of its commands stands that it was answered; 0 before the first, and where there is no log. */
  get lastIndex(): number {
    return this.#lastIndex
  }

  /** Does it after all that was to be done in this slot before. */
  perform(operation: Operation, number = 1): void {
    const slot = this.#slots.get(number) ?? { waiting: [], isBusy: false, asksOnce: false }
    this.#slots.set(number, slot)
    slot.waiting.push(operation)
    this.#next(number, slot)
  }

  /** Makes another connection in the place of its own; what is under way ends as it may. */
  reconnect(): void {
    const client = this.#client
    this.#reconnects++
    this.#client = undefined
    this.#connecting = undefined
    if (client) client.close().catch((error: unknown) => this.#options.broke(error))
  }

  #next(number: number, slot: Slot): void {
    if (slot.isBusy) return
    const operation = slot.waiting.shift()
    if (!operation) return
    slot.isBusy = true
    slot.asksOnce = false
    const { began, ended, broke } = this.#options
    const reconnects = this.#reconnects
    const isPatient = () => this.#reconnects === reconnects && !slot.asksOnce
    began(number, operation)
    this.#connected()
      .then((client) => this.#do(client, operation, slot))
      .catch((error: unknown) => this.#endingOf(operation, error) ?? broke(error))
      .then((ending) => {
        // Whoever met what no client should meet does no more.
        if (!ending) return
        ended(number, operation, ending, isPatient())
        slot.isBusy = false
        this.#next(number, slot)
      })
  }

  async #connected(): Promise<AnyClient> {
    const { transport, cluster, group, process, random, deadlineMs } = this.#options
    const common = { transport, cluster, group: group.name, clock: process.clock, random, deadlineMs }
    const { service } = group.definition
    invariant(service.type !== 'none', `group ${group.name} has no clients`)
    this.#connecting ??=
      service.type === 'log'
        ? connectClient({ ...common, stateMachine: withCodecs(service.stateMachine) })
        : connectAskClient({ ...common, contract: service })
    const client = await this.#connecting
    this.#client = client
    return client
  }

  async #do(client: AnyClient, operation: Operation, slot: Slot): Promise<Ending> {
    const { workload } = this.#options.group
    const unique = () => `${this.name}/${++this.#given}`
    const result = await workload.perform(this.#watched(client, slot), operation, unique)
    return { type: 'ok', result }
  }

  /** The client as a workload uses it; how far its commands stand is noted, and what is asked once. */
  #watched(client: AnyClient, slot: Slot): WorkloadClient {
    if ('ask' in client) {
      const { service } = this.#options.group.definition
      return {
        ask: (request) => {
          if (service.type === 'ask' && !service.isIdempotent(request)) slot.asksOnce = true
          return client.ask(request)
        },
      }
    }
    return {
      propose: (command) => {
        const proposed = client.propose(command)
        const note = ({ index }: { readonly index: number }) => {
          this.#lastIndex = Math.max(this.#lastIndex, index)
        }
        // Beside the one that is handed on, which must take no longer than a query: what ends together ends in order.
        proposed.then(note, () => {})
        return proposed
      },
      query: (query, options) => client.query(query, options),
      readIndex: () => client.readIndex(),
    }
  }

  #endingOf({ f }: Operation, error: unknown): Ending | undefined {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (harmless.has(code)) return { type: 'fail', code }
    const isQuery = this.#options.group.workload.operations[f]?.isQuery === true
    if (uncertain.has(code)) return { type: isQuery ? 'fail' : 'info', code }
    return undefined
  }
}

/** Errors after which it is known that nothing happened. */
const harmless: ReadonlySet<string> = new Set(['QUORATE_NOT_EXECUTED', 'QUORATE_OVERLOADED'])
/** After these it may have happened, or may yet. */
const uncertain: ReadonlySet<string> = new Set(['QUORATE_UNKNOWN_OUTCOME', 'QUORATE_CLIENT_CLOSED'])

const bytesAsTheyAre = asBytes as Codec<unknown>

/** A state machine with the codecs that it brings, or none that change anything. */
const withCodecs = (machine: AnyStateMachine): AnyStateMachine & { readonly codecs: AnyCodecs } => ({
  codecs: { command: bytesAsTheyAre, result: bytesAsTheyAre, query: bytesAsTheyAre, answer: bytesAsTheyAre },
  ...machine,
})

type AnyCodecs = ClientCodecs<unknown, unknown, unknown, unknown>
