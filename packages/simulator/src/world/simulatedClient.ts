import type { GroupDefinition, Random, Transport } from '@quorate/core'
import { type ConnectedClient, connectClient } from '@quorate/host'
import type { Ending } from '../observation/history.js'
import type { Operation } from '../script/script.js'
import { ordersLog } from '../subject/clientGroups.js'
import { type Register, type RegisterCommand, type RegisterResult, registers } from '../subject/registers.js'
import type { SimulatedProcess } from './simulatedProcess.js'

type RegisterClient = ConnectedClient<RegisterCommand, RegisterResult, string, Register>

/** What a {@link SimulatedClient} stands on. */
export interface SimulatedClientOptions {
  readonly process: SimulatedProcess
  readonly transport: Transport
  readonly cluster: string
  readonly group: string
  readonly definition: GroupDefinition
  readonly random: Random
  readonly deadlineMs: number
  began(slot: number, operation: Operation): void
  /** `wasClosed` when its connection was given up meanwhile. */
  ended(slot: number, operation: Operation, ending: Ending, wasClosed: boolean): void
  /** What no client should meet. */
  broke(error: unknown): undefined
}

/** One of the operations that a client may have under way at the same time. */
interface Slot {
  readonly waiting: Operation[]
  isBusy: boolean
}

/** A client of one group: one operation at a time in each of its slots, by the very client that users have. */
export class SimulatedClient {
  readonly name: string
  readonly #options: SimulatedClientOptions
  readonly #slots = new Map<number, Slot>()
  #client: RegisterClient | undefined
  #connecting: Promise<RegisterClient> | undefined
  #operations = 0
  #reconnects = 0

  constructor(options: SimulatedClientOptions) {
    this.name = options.process.name
    this.#options = options
  }

  /** True if its group orders a log; another one decides once. */
  get ordersLog(): boolean {
    return ordersLog(this.#options.definition)
  }

  /** Does it after all that was to be done in this slot before. */
  perform(operation: Operation, number = 1): void {
    const slot = this.#slots.get(number) ?? { waiting: [], isBusy: false }
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
    const { began, ended, broke } = this.#options
    const reconnects = this.#reconnects
    const wasClosed = () => this.#reconnects > reconnects
    began(number, operation)
    this.#connected()
      .then((client) => this.#do(client, operation))
      .catch((error: unknown) => endingOf(operation, error) ?? broke(error))
      .then((ending) => {
        // Whoever met what no client should meet does no more.
        if (!ending) return
        ended(number, operation, ending, wasClosed())
        slot.isBusy = false
        this.#next(number, slot)
      })
  }

  async #connected(): Promise<RegisterClient> {
    const { transport, cluster, group, process, random, deadlineMs } = this.#options
    this.#connecting ??= connectClient({
      transport,
      cluster,
      group,
      stateMachine: registers,
      clock: process.clock,
      random,
      deadlineMs,
    })
    const client = await this.#connecting
    this.#client = client
    return client
  }

  async #do(client: RegisterClient, operation: Operation): Promise<Ending> {
    const { f, key, value, expected = 0 } = operation
    if (f === 'propose') {
      const chosen = await client.ask(textEncoder.encode(String(value)))
      return { type: 'ok', value: Number(textDecoder.decode(chosen)), revision: 0, isDone: true }
    }
    if (f === 'read') return { type: 'ok', isDone: true, ...(await client.query(key)) }
    const id = `${this.name}/${++this.#operations}/${value}`
    const command: RegisterCommand = f === 'cas' ? { id, f, key, value, expected } : { id, f, key, value }
    const { result } = await client.propose(command)
    return { type: 'ok', ...result }
  }
}

/** Errors after which it is known that nothing happened. */
const harmless: ReadonlySet<string> = new Set(['QUORATE_NOT_EXECUTED', 'QUORATE_OVERLOADED'])
/** After these it may have happened, or may yet. */
const uncertain: ReadonlySet<string> = new Set(['QUORATE_UNKNOWN_OUTCOME', 'QUORATE_CLIENT_CLOSED'])

function endingOf({ f }: Operation, error: unknown): Ending | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (harmless.has(code)) return { type: 'fail', code }
  if (uncertain.has(code)) return { type: f === 'read' ? 'fail' : 'info', code }
  return undefined
}

const textEncoder = new TextEncoder()
const textDecoder = new TextDecoder()
