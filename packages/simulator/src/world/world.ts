import type { HistoryEvent } from '@quorate/checker'
import { type GroupDefinition, invariant, type NodeId, type Random, textOf as textOfThrown } from '@quorate/core'
import type { Ending, InvariantFactory } from '@quorate/core/testing'
import { Chance } from '../chance/chance.js'
import { type FaultPlan, faultPlanOf } from '../faults/faultPlan.js'
import { Monitor } from '../invariants/monitor.js'
import type { Coverage } from '../observation/coverage.js'
import { type Script, whoLeads } from '../script/script.js'
import { validateScript } from '../script/validateScript.js'
import { type ClientGroup, clientGroups, groupOfClient } from '../subject/clientGroups.js'
import type { SimulationSubject } from '../subject/subject.js'
import type { Trace } from '../trace/trace.js'
import { completionOf, invocationOf } from '../workload/history.js'
import { endingText, operationText } from '../workload/operationText.js'
import { Agenda, type Appointment } from './agenda.js'
import { SimulatedNetwork } from './network.js'
import { networkTrace } from './networkTrace.js'
import { SimulatedClient } from './simulatedClient.js'
import { checkHandlers } from './simulatedHandlers.js'
import { SimulatedNode } from './simulatedNode.js'
import { SimulatedProcess } from './simulatedProcess.js'

/** What a {@link World} is made of. */
export interface WorldOptions {
  readonly subject: SimulationSubject
  readonly script: Script
  readonly between: ((plan: FaultPlan) => FaultPlan) | undefined
  readonly invariants: readonly InvariantFactory[]
  readonly trace: Trace
  readonly coverage: Coverage | undefined
}

const cluster = 'simulation'
/** Clocks are monotonic, and count from anywhere: half an hour is far enough for two of them never to agree. */
const epochUsMax = 1_800_000_000
/** What a right clock shows at the beginning, and by how much those of nodes may be wrong. */
const wallBeginUs = 1_767_225_600_000_000
const wallOffUsMax = 5_000_000
/** How long a client tries as a rule, in milliseconds. */
const patienceMs = 4000

/** A cluster with its clients, bus, disks and time. */
export class World {
  readonly agenda = new Agenda()
  /** What clients asked for and were told. */
  readonly history: HistoryEvent[] = []
  readonly network: SimulatedNetwork
  readonly monitor: Monitor
  readonly nodes: ReadonlyMap<NodeId, SimulatedNode>
  readonly groups: Readonly<Record<string, GroupDefinition>>
  /** Those whose clients have something to do. */
  readonly served: readonly ClientGroup[]
  /** How often each fault happened. */
  readonly faults = new Map<string, number>()
  /** True if promises want their turn. */
  promisesWait = false
  readonly #options: WorldOptions
  readonly #chance: Chance
  readonly #plan: FaultPlan
  readonly #clients = new Map<string, { readonly client: SimulatedClient; readonly process: SimulatedProcess }>()
  #processes = 0

  constructor(options: WorldOptions) {
    const { subject, script, trace, coverage } = options
    this.#options = options
    this.#chance = Chance.of(script.seed)
    const made = subject.make(script.nodes, Chance.of(script.variant).stream('subject'))
    for (const definition of Object.values(made.groups)) coverage?.expect(definition)
    this.served = clientGroups(made)
    this.groups = {
      ...made.groups,
      ...Object.fromEntries(this.served.map(({ name, definition }) => [name, definition])),
    }
    validateScript(script, made.nodes, this.served)
    const { handlers = {} } = made
    checkHandlers(made.groups, handlers)
    this.monitor = new Monitor(judgedIn(this.groups, this.served), options.invariants, () => this.agenda.nowUs)
    const plan = faultPlanOf(script, made.nodes, () => this.agenda.nowUs)
    this.#plan = options.between?.(plan) ?? plan
    this.network = this.#makeNetwork()
    const around = {
      cluster,
      groups: this.groups,
      handlers,
      adapt: made.adapt,
      probeEveryMs: made.probeEveryMs,
      bootstrap: script.bootstrap,
      agenda: this.agenda,
      network: this.network,
      plan: this.#plan,
      monitor: this.monitor,
      coverage,
      diskOf: (id: NodeId) => this.nodes.get(id)?.disk,
      trace,
      callsOf: (node: NodeId, life: number) => this.#chance.stream(`calls ${node}`).at(life),
      happened: (fault: string) => this.happened(fault),
      epochUsOf: (process: string, life: number) => this.#epochUsOf(process, life),
      wallUsOf: (id: NodeId) => this.#wallUsOf(id),
      woken: () => this.woken(),
    }
    const jitter = jitterOf(this.#chance)
    this.nodes = new Map(
      made.nodes.map((id, ordinal) => {
        const chance = this.#chance.stream(`node ${id}`)
        return [id, new SimulatedNode(id, ordinal, (life) => jitter(chance.at(life)), around)]
      }),
    )
  }

  note(who: string, what: string): void {
    this.#options.trace.note(this.agenda.nowUs, who, what)
  }

  /** A fault strikes somebody. */
  suffers(who: string, fault: string): void {
    this.happened(fault)
    this.#options.trace.fault(this.agenda.nowUs, who, fault)
  }

  happened(fault: string): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1)
  }

  woken(): void {
    this.promisesWait = true
  }

  node(id: NodeId): SimulatedNode {
    const node = this.nodes.get(id)
    invariant(node !== undefined, `there is no node ${id}`)
    return node
  }

  /** The node of this name, or the one that leads: of those that say so, the first of the latest epoch. */
  named(name: NodeId): SimulatedNode | undefined {
    if (name !== whoLeads) return this.node(name)
    let leader: SimulatedNode | undefined
    for (const node of this.nodes.values()) {
      if (node.leadsIn > (leader?.leadsIn ?? -1)) leader = node
    }
    return leader
  }

  /**
   * The client of this name, made when it is first asked for. `answered` hears how each of its operations ends, at the
   * latest after `deadlineMs`.
   */
  client(name: string, answered: (ending: Ending) => void = () => {}, deadlineMs = patienceMs): SimulatedClient {
    const known = this.#clients.get(name)
    if (known) return known.client
    const process = new SimulatedProcess(name, this.agenda, () => this.woken(), { epochUs: this.#epochUsOf(name, 1) })
    const group = groupOfClient(name, this.served)
    invariant(group !== undefined, `${name} has no group`)
    const { workload } = group
    const begunAtUs = new Map<number, number>()
    /** By slot: who does its operations in the history. */
    const processes = new Map<number, number>()
    const processOf = (slot: number): number => {
      const known = processes.get(slot) ?? this.#processes++
      processes.set(slot, known)
      return known
    }
    const client = new SimulatedClient({
      process,
      transport: this.network.transportFor(process),
      cluster,
      group,
      random: this.#chance.stream(`client ${name}`),
      deadlineMs,
      began: (slot, operation) => {
        begunAtUs.set(slot, this.agenda.nowUs)
        this.note(name, `asks ${operationText(workload, operation)}`)
        this.#noteEvent(group.name, invocationOf(workload, processOf(slot), operation))
        this.monitor.began(group.name, processOf(slot), operation)
      },
      ended: (slot, operation, ending, isPatient) => {
        const text = operationText(workload, operation)
        this.note(name, `${ending.type} ${text}: ${endingText(workload, ending)}`)
        this.#noteEvent(group.name, completionOf(workload, processOf(slot), operation, ending))
        this.monitor.answered(group.name, processOf(slot), operation, ending)
        if (isPatient) this.#expectPatience(name, text, ending, (begunAtUs.get(slot) ?? 0) + deadlineMs * 1000)
        // What may still take place is nobody's who goes on.
        if (ending.type === 'info') processes.delete(slot)
        answered(ending)
      },
      broke: (error) => {
        this.monitor.broken('Clients Meet Known Errors', 'the README of the host', textOfThrown(error))
        return undefined
      },
    })
    this.#clients.set(name, { client, process })
    return client
  }

  /** Sessions of so few clients do not expire: what came of an operation is in doubt only when its time is over. */
  #expectPatience(name: string, operation: string, ending: Ending, deadlineUs: number): void {
    if (ending.type === 'ok' || ending.code !== 'QUORATE_UNKNOWN_OUTCOME' || this.agenda.nowUs >= deadlineUs) return
    const leftMs = (deadlineUs - this.agenda.nowUs) / 1000
    this.monitor.broken(
      'No Doubt Before Its Time',
      'the README of the host: what is sent is sent again until its deadline',
      `${name} is told that nobody knows what came of ${operation}, and had ${leftMs} ms left`,
    )
  }

  #epochUsOf(process: string, life: number): number {
    return this.#chance.stream(`epoch ${process}`).at(life).below(epochUsMax)
  }

  #wallUsOf(id: NodeId): number {
    return wallBeginUs + this.#chance.stream(`wall ${id}`).between(-wallOffUsMax, wallOffUsMax) + this.agenda.nowUs
  }

  /** Calls `end` so much later, unless it is told otherwise before. */
  later(ms: number, end: () => void): Appointment {
    return this.agenda.after(Math.round(ms * 1000), 'timer', end)
  }

  /** Objects of different groups are different objects. */
  #noteEvent(group: string, event: HistoryEvent): void {
    const key = Object.keys(this.groups).length > 1 ? `${group}/${event.key}` : event.key
    this.history.push({ ...event, ...(key !== undefined && { key }), time: this.agenda.nowUs * 1000 })
  }

  #makeNetwork(): SimulatedNetwork {
    const { trace } = this.#options
    const codecs = Object.values(this.groups).map(({ messages }) => messages)
    const watch = networkTrace({
      trace,
      codecs,
      nowUs: () => this.agenda.nowUs,
      happened: (fault) => this.happened(fault),
    })
    return new SimulatedNetwork(this.agenda, this.#plan, watch, codecs)
  }
}

/** In some runs what nodes draw falls on few values, so that their timers often meet. */
function jitterOf(chance: Chance): (own: Chance) => Random {
  const own = chance.stream('jitter')
  if (!own.isOne(400)) return (drawn) => drawn
  const values = own.between(4, 12)
  return (drawn) => ({ below: (limit) => Math.floor((drawn.below(values) * limit) / values) })
}

/** The groups as invariants see them. */
const judgedIn = (groups: Readonly<Record<string, GroupDefinition>>, served: readonly ClientGroup[]) =>
  Object.entries(groups).map(([group, definition]) => ({
    group,
    definition,
    workload: served.find(({ name }) => name === group)?.workload,
  }))
