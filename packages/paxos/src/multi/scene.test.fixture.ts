import { type GroupDefinition, majority, nodeOf } from '@quorate/core'
import { type Packet, Stage, type StageActor } from '@quorate/core/testing'
import type { batcher, multiPaxosAcceptor, multiPaxosLearner, multiPaxosProposer, proxyLeader } from '../index.js'
import { commandOf, groupOf, type history } from './history.test.fixture.js'
import type { MultiPaxosOptions } from './multiPaxos.js'
import { finishWrite, Safety } from './safety.test.fixture.js'

/** Roles to run in place of the real ones, each of them with a mistake. */
export interface Cast {
  readonly proposer?: typeof multiPaxosProposer
  readonly acceptor?: typeof multiPaxosAcceptor
  readonly learner?: typeof multiPaxosLearner
  readonly batcher?: typeof batcher
  readonly proxyLeader?: typeof proxyLeader
}

/** The group with these roles in it. */
export function played(definition: GroupDefinition, cast: Cast): GroupDefinition {
  const roles = Object.entries(definition.roles).map(([name, role]) => {
    const logic = cast[name as keyof Cast]
    return [name, logic ? { ...role, logic: () => logic } : role]
  })
  return { ...definition, roles: Object.fromEntries(roles) }
}

/** Which packets are let through; the others stay on their way. */
export type Passes = (packet: Packet) => boolean

const carries = ({ message }: Packet): readonly { readonly index: number }[] =>
  message.type === 'Accept' ? (message as unknown as { entries: readonly { index: number }[] }).entries : []

/** An Accept with values in it. */
export const isAccept: Passes = (packet) => carries(packet).length > 0
/** An Accept with the value of this slot. */
export const isAcceptOf =
  (slot: number): Passes =>
  (packet) =>
    carries(packet).some(({ index }) => index === slot)
export const is =
  (...types: readonly string[]): Passes =>
  ({ message }) =>
    types.includes(message.type)
/** From or to one of these nodes. */
export const touches =
  (...nodes: readonly string[]): Passes =>
  ({ from, to }) =>
    nodes.includes(nodeOf(from)) || nodes.includes(nodeOf(to))
export const not =
  (...passes: readonly Passes[]): Passes =>
  (packet) =>
    !passes.some((pass) => pass(packet))

/** Proposers p1 and p2, acceptors a1 to a3, and a learner, with one thing happening after the other. @throws when a slot has two values. */
export class Scene {
  readonly stage: Stage
  readonly safety: Safety

  constructor(cast: Cast = {}, options: Partial<MultiPaxosOptions<typeof history>> = {}) {
    const acceptors = ['a1', 'a2', 'a3']
    const definition = groupOf({ proposers: ['p1', 'p2'], acceptors, learners: ['l1'], ...options })
    this.stage = new Stage(played(definition, cast))
    this.safety = new Safety(definition.quorums?.phase2 ?? majority(acceptors))
  }

  /** The only actor on a node. */
  on(node: string): StageActor {
    const actor = [...this.stage.actors.values()].find((other) => other.node === node)
    if (!actor) throw new RangeError(`nobody is on ${node}`)
    return actor
  }

  /** Delivers what passes, and writes, until nothing is left to do. */
  run(passes: Passes = () => true): void {
    for (let isQuiet = false; !isQuiet; ) {
      const moving = this.stage.packets.filter(passes)
      this.stage.packets = this.stage.packets.filter((packet) => !moving.includes(packet))
      for (const packet of moving) this.stage.deliver(packet)
      this.safety.check(this.stage)
      isQuiet = !this.write() && moving.length === 0
    }
  }

  /** Ends every write. Gives whether there was any. */
  write(): boolean {
    let hasWritten = false
    for (const actor of this.stage.actors.values()) {
      if (actor.isUp) actor.beginWrite()
      if (actor.writing.length > 0) hasWritten = true
      finishWrite(actor, this.safety)
    }
    this.safety.check(this.stage)
    return hasWritten
  }

  /** Loses what passes. */
  lose(passes: Passes): void {
    this.stage.packets = this.stage.packets.filter(not(passes))
  }

  /** A proposer stands; acceptors no longer remember having heard another. */
  stand(node: string, passes: Passes = () => true): void {
    for (const acceptor of this.stage.actorsOf('acceptor'))
      if (acceptor.driven?.timers['minimumElectionTimeout'] !== undefined) acceptor.fire('minimumElectionTimeout')
    this.on(node).fire('electionTimeout')
    this.run(passes)
  }

  propose(node: string, ...texts: readonly string[]): void {
    this.stage.propose(this.on(node), 1, ...texts.map(commandOf))
  }

  restart(node: string): void {
    this.on(node).crash()
    this.on(node).start()
  }

  /** What the learner applied, slot by slot. */
  get applied(): readonly string[] {
    return [...this.safety.applied.values()]
  }
}
