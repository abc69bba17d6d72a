import type { Clock, Logger, NodeId, Observe, Random, RequestId } from '@quorate/core'
import type { Bus } from '../bus/bus.js'
import type { DropLog } from '../bus/dropLog.js'
import type { MemberBus } from '../bus/memberBus.js'
import type { Applier } from '../engine/applier.js'
import type { Engine } from '../engine/engine.js'
import type { PeerWatch } from '../engine/peerWatch.js'
import type { AskGroup } from '../engine/roleQuestions.js'
import type { Accord } from '../identity/accord.js'
import type { Joining } from '../identity/joining.js'
import type { PeerStores } from '../identity/peerStores.js'
import type { Roster } from '../identity/roster.js'
import type { StoreHandshake } from '../identity/storeHandshake.js'
import type { RequestMemory } from '../serving/requestMemories.js'
import type { Telemetry } from '../system/telemetry.js'

/** What a group needs of its node. */
export interface GroupSurroundings {
  readonly node: NodeId
  readonly bus: Bus
  readonly members: MemberBus
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly drops: DropLog
  readonly telemetry: Telemetry
  readonly engine: Engine
  /** The start of its store in which the node is. */
  readonly start: number
  readonly peerStores: PeerStores
  readonly accord: Accord
  readonly handshake: StoreHandshake
  readonly joining: Joining
  readonly peerWatch: PeerWatch
  readonly observe: Observe | undefined
  /** Whom the group consists of. */
  readonly roster: Roster
  /** What this member remembers of messages of the group's clients. */
  readonly memory: RequestMemory
  /** Roles of this node ask a group. */
  readonly ask: AskGroup
  /** The number of the next request that the node makes of one of its actors. */
  nextRequest(): RequestId
  /** Clients of the group have asked for something: it is gathered in the next turn. */
  asked(): void
  /** It may have something to do from now on. */
  toWork(applier: Applier): void
}
