import {
  type Address,
  addressOf,
  type Envelope,
  everyNode,
  messageOf,
  type NodeId,
  parseAddress,
  QuorateError,
  type Subscription,
} from '@quorate/core'
import { answersRole, nodeGroup, nodeRole } from '../bus/addresses.js'
import type { Bus } from '../bus/bus.js'
import type { DropLog } from '../bus/dropLog.js'
import { messages, type NodeMessage, type TransferLeadership } from '../generated/node.js'
import type { Accord } from './accord.js'
import type { StoreHandshake } from './storeHandshake.js'
import type { Twins } from './twins.js'

/** Groups that one message tells of. */
const groupsMax = 100

/** Tells of a node, and of some of its groups. */
export type ReportOf = (page: {
  readonly groups?: readonly string[]
  readonly after?: string
  readonly limit: number
}) => object

/** What a node hears as a node, not as a member of a group: introductions, and questions about its status. */
export class NodeService {
  readonly #address: Address
  readonly #bus: Bus
  readonly #drops: DropLog
  readonly #handshake: StoreHandshake
  readonly #accord: Accord
  readonly #twins: Twins
  readonly #report: ReportOf
  /** A node goes by a later list of a group's members, on which this one is not. */
  readonly #denied: (by: NodeId, group: string, version: number) => void
  readonly #transfer: (group: string, to: NodeId | undefined) => Promise<NodeId>
  /** Transfers that are under way, by who asked and under which number: a copy is no other one. */
  readonly #transfers = new Set<string>()
  #subscriptions: readonly Subscription[] = []

  constructor(options: {
    node: NodeId
    bus: Bus
    drops: DropLog
    handshake: StoreHandshake
    accord: Accord
    twins: Twins
    report: ReportOf
    denied: (by: NodeId, group: string, version: number) => void
    /** Gives away what this node leads. Rejects when nobody takes it. */
    transfer: (group: string, to: NodeId | undefined) => Promise<NodeId>
  }) {
    this.#address = addressOf(nodeGroup, nodeRole, options.node)
    this.#bus = options.bus
    this.#drops = options.drops
    this.#handshake = options.handshake
    this.#accord = options.accord
    this.#twins = options.twins
    this.#report = options.report
    this.#denied = options.denied
    this.#transfer = options.transfer
  }

  /** Resolves when the node is heard. */
  async listen(): Promise<void> {
    this.#subscriptions = [this.#address, addressOf(nodeGroup, nodeRole, everyNode)].map((address) =>
      this.#bus.subscribe(address, (envelope) => this.#receive(envelope)),
    )
    await Promise.all(this.#subscriptions.map(({ ready }) => ready))
  }

  async stop(): Promise<void> {
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()))
  }

  #receive(envelope: Envelope): void {
    if (envelope.from === this.#address) {
      this.#twins.receive(envelope)
      return
    }
    const message = this.#bus.read<NodeMessage>(messages, envelope)
    if (!message) return
    const from = parseAddress(envelope.from)
    const isNode = from?.group === nodeGroup && from.role === nodeRole
    const isAsker = from?.group === nodeGroup && from.role === answersRole
    if (isNode && (message.type === 'Introduce' || message.type === 'Introduced')) {
      this.#handshake.receive(envelope, message)
    } else if (isNode && message.type === 'OtherCharters') {
      this.#accord.told(from.node, message)
    } else if (isNode && message.type === 'NotMember') {
      this.#denied(from.node, message.group, message.version)
    } else if (isNode && message.type === 'OtherStart') {
      this.#twins.told(message)
    } else if (isAsker && message.type === 'NodeStatus') {
      const { groups, after } = message
      const page = { ...(groups.length > 0 && { groups }), ...(after !== '' && { after }), limit: groupsMax }
      const report = textEncoder.encode(JSON.stringify(this.#report(page)))
      this.#bus.publish(this.#address, envelope.from, messages, {
        type: 'NodeStatusReport',
        request: message.request,
        report,
      })
    } else if (isAsker && message.type === 'TransferLeadership') {
      void this.#giveAway(envelope.from, message)
    } else this.#drops.note('unknownSender', { from: envelope.from, to: envelope.to, type: message.type }, envelope)
  }

  async #giveAway(asker: Address, { request, group, to }: TransferLeadership): Promise<void> {
    const key = `${asker} ${request}`
    if (this.#transfers.has(key)) return
    this.#transfers.add(key)
    const answer = { type: 'LeadershipTransferred', request, code: '', reason: '' } as const
    const given = await this.#transfer(group, to).then(
      (leader) => ({ ...answer, leader }),
      (error) => ({ ...answer, code: codeOf(error), reason: messageOf(error) }),
    )
    this.#transfers.delete(key)
    this.#bus.publish(this.#address, asker, messages, given)
  }
}

const codeOf = (error: unknown): string => (error instanceof QuorateError ? error.code : '')

const textEncoder = new TextEncoder()
