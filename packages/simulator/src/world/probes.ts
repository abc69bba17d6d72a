import { type Address, nodeOf } from '@quorate/core'
import type { FaultPlan } from '../faults/faultPlan.js'
import { nominalDelayUs, probeType } from '../script/script.js'
import type { Agenda } from './agenda.js'
import type { Links } from './links.js'
import type { SimulatedProcess } from './simulatedProcess.js'

/** What a bus tells of a probe. */
export interface ProbeWatch {
  /** Somebody is told that nobody hears a node; `isWrong` where somebody does. */
  unheard(from: string, node: string, isWrong: boolean): void
}

/** One question whether anybody hears an address. */
export interface Probe {
  readonly process: SimulatedProcess
  readonly to: Address
  readonly withinMs: number
  /** False while the one who asked has no link to the bus. */
  isConnected(): boolean
  /** Who hears the address, on this bus. */
  hearer(): SimulatedProcess | undefined
  done(isHeard: boolean | undefined): void
}

/**
 * Answers probes as a bus of several servers does: it knows at once who has died, takes for dead whom it cannot reach, and
 * may be wrong. Whoever hears answers when it works again.
 */
export class Probes {
  readonly #agenda: Agenda
  readonly #plan: FaultPlan
  readonly #links: Links
  readonly #watch: ProbeWatch
  readonly #asked = new Map<string, number>()

  constructor(agenda: Agenda, plan: FaultPlan, links: Links, watch: ProbeWatch) {
    this.#agenda = agenda
    this.#plan = plan
    this.#links = links
    this.#watch = watch
  }

  ask(probe: Probe): void {
    const { process, to, withinMs } = probe
    const { name: from } = process
    const node = nodeOf(to)
    if (!probe.isConnected()) {
      this.#agenda.soon(() => process.enter(() => probe.done(undefined)))
      return
    }
    let isOpen = true
    const answer = (isHeard: boolean | undefined): void =>
      process.enter(() => {
        if (!isOpen || (isHeard !== undefined && !probe.isConnected())) return
        isOpen = false
        this.#agenda.cancel(deadline)
        if (isHeard === false) this.#watch.unheard(from, node, probe.hearer() !== undefined)
        probe.done(isHeard)
      })
    const deadline = this.#agenda.after(process.workedUs + withinMs * 1000, 'timer', () => answer(undefined))
    const link = `${from}>${node}`
    const ordinal = (this.#asked.get(link) ?? 0) + 1
    this.#asked.set(link, ordinal)
    const { isLost, isDenied, delayUs = nominalDelayUs } = this.#plan.message(probeType, from, node, ordinal) ?? {}
    if (isLost) return
    const wayUs = this.#links.distanceUs(from, node) + delayUs
    this.#agenda.after(process.workedUs + wayUs, 'arrival', () => {
      const hearer = probe.hearer()
      if (!hearer || isDenied || this.#links.isCut(from, node)) answer(false)
      else if (!this.#links.isCut(node, from)) {
        hearer.enter(() => this.#agenda.after(wayUs, 'arrival', () => answer(true)))
      }
    })
  }
}
