import { addressOf, type Clock, type NodeId } from '@quorate/core'
import { nodeGroup, nodeRole } from '../bus/addresses.js'
import type { Bus } from '../bus/bus.js'
import { probeEveryMsDefault } from '../topology/configuration.js'
import type { Engine } from './engine.js'
import type { HostedActor } from './hostedActor.js'

/** A probe that is not answered within this time tells nothing, in milliseconds. */
const answerWithinMs = 2000

const nobody: readonly NodeId[] = []

/** A node of which somebody here expects something. */
interface Peer {
  readonly awaitedBy: Set<HostedActor>
  /** It was heard since it was looked after last. */
  isHeard: boolean
  isLost: boolean
  /** Probes so far, and the last of them that was answered: a later answer to an earlier one is out of date. */
  asked: number
  answered: number
}

/**
 * Tells actors that a node of which they expect something is gone, and that it is back. One probe for each node, however many
 * wait for it, and only when nothing came from it since the last time that it was due.
 */
export class PeerWatch {
  readonly #clock: Clock
  readonly #everyMs: number
  readonly #bus: Bus
  readonly #engine: Pick<Engine, 'post'>
  readonly #peers = new Map<NodeId, Peer>()
  readonly #awaited = new Map<HostedActor, readonly NodeId[]>()
  #timer: unknown
  #isStopped = false

  constructor(options: {
    bus: Bus
    clock: Clock
    /** See `probeEveryMs` of a node. */
    everyMs: number | undefined
    /** Hands the actors what they are told. */
    engine: Pick<Engine, 'post'>
  }) {
    this.#clock = options.clock
    this.#everyMs = options.everyMs ?? probeEveryMsDefault
    this.#bus = options.bus
    this.#engine = options.engine
  }

  /** An actor may expect something of others than before. */
  stepped(actor: HostedActor): void {
    if (!actor.definition.awaits || this.#isStopped) return
    const before = this.#awaited.get(actor) ?? nobody
    const { awaited } = actor
    for (const node of before) if (!awaited.includes(node)) this.#leave(actor, node)
    for (const node of awaited) this.#join(actor, node)
    if (awaited.length > 0) this.#awaited.set(actor, awaited)
    else this.#awaited.delete(actor)
    if (this.#timer === undefined && this.#peers.size > 0) this.#lookLater()
  }

  /** It expects nothing any more. */
  forget(actor: HostedActor): void {
    for (const node of this.#awaited.get(actor) ?? nobody) this.#leave(actor, node)
    this.#awaited.delete(actor)
  }

  /** Something came from a node. */
  heard(node: NodeId): void {
    const peer = this.#peers.get(node)
    if (!peer) return
    peer.isHeard = true
    this.#found(node, peer)
  }

  stop(): void {
    this.#isStopped = true
    this.#clock.clearTimeout(this.#timer)
    this.#peers.clear()
    this.#awaited.clear()
  }

  #join(actor: HostedActor, node: NodeId): void {
    const known = this.#peers.get(node)
    const peer = known ?? newPeer()
    if (!known) this.#peers.set(node, peer)
    peer.awaitedBy.add(actor)
    // Also when it went and came back within one turn: it has forgotten then.
    if (peer.isLost && !actor.suspected.includes(node)) this.#engine.post(actor, { type: 'peer.lost', node })
  }

  #leave(actor: HostedActor, node: NodeId): void {
    const peer = this.#peers.get(node)
    peer?.awaitedBy.delete(actor)
    if (peer?.awaitedBy.size === 0) this.#peers.delete(node)
  }

  #lookLater(): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined
      for (const [node, peer] of this.#peers) {
        if (!peer.isHeard) this.#ask(node, peer)
        peer.isHeard = false
      }
      if (this.#peers.size > 0) this.#lookLater()
    }, this.#everyMs)
  }

  #ask(node: NodeId, peer: Peer): void {
    const number = ++peer.asked
    // A node is heard under this address from its start to its end, whatever it hosts.
    this.#bus.probe(addressOf(nodeGroup, nodeRole, node), answerWithinMs, (isHeard) => {
      // What was heard since is news; and nobody may wait for it any more, or others anew.
      if (number < peer.answered || this.#peers.get(node) !== peer) return
      peer.answered = number
      if (isHeard) this.#found(node, peer)
      else if (isHeard === false && !peer.isHeard) this.#lost(node, peer)
    })
  }

  #lost(node: NodeId, peer: Peer): void {
    if (peer.isLost) return
    peer.isLost = true
    for (const actor of peer.awaitedBy) this.#engine.post(actor, { type: 'peer.lost', node })
  }

  #found(node: NodeId, peer: Peer): void {
    if (!peer.isLost) return
    peer.isLost = false
    for (const actor of peer.awaitedBy) this.#engine.post(actor, { type: 'peer.found', node })
  }
}

const newPeer = (): Peer => ({
  awaitedBy: new Set(),
  isHeard: false,
  isLost: false,
  asked: 0,
  answered: 0,
})
