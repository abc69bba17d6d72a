import type { NodeId } from '@quorate/core'
import type { Operation } from '@quorate/core/testing'

/**
 * What happens to the write that is under way when a node crashes: it is lost, for it was not finished, and the disk drops
 * what there is of it; or it is on the disk and nobody knows; or it is lost and the log ends in zeros, so that the disk can
 * only say that the last acknowledged write may be lost, though it is not (`zeroed`, with no write under way too).
 */
export type Unsynced = 'lost' | 'kept' | 'zeroed'

/**
 * What becomes of a disk besides: its last record is damaged, so that even an acknowledged write may be lost and the disk
 * can only say that it may be (`tail`); or what lies further back, so that it does not open again (`body`); or it goes back
 * to an older copy and does not know it, as far as all that it forgets is on the disks of all others (`copy`).
 */
export type BitRot = 'tail' | 'body' | 'copy'

/**
 * Where a crash strikes: in place of a message, before a write begins, while it is under way, when it is durable and
 * nobody has been told, or when the disk has been opened and nobody has been told.
 */
export type Boundary = 'message' | 'write' | 'sync' | 'release' | 'open'

/** In the place of a node: the one that leads when the step is done, if any does. */
export const whoLeads = 'leader'

/** Something that is done to the world at a time, in microseconds from the start. */
export type Step = { readonly atUs: number } & (
  | {
      readonly do: 'crash'
      readonly node: NodeId
      /** Strikes at the boundary that follows so many others. */
      readonly afterEffects: number
      /** Only boundaries of this kind count. @default all */
      readonly before?: Boundary
      readonly forMs: number
      readonly unsynced: Unsynced
      readonly rot?: BitRot
      /** So many times it crashes again while it opens its disk. @default 0 */
      readonly opensInVain?: number
    }
  /** All nodes crash at the same time. */
  | { readonly do: 'powerLoss'; readonly forMs: number; readonly unsynced: Unsynced }
  /** In good order. */
  | { readonly do: 'stop'; readonly node: NodeId; readonly forMs: number }
  | { readonly do: 'pause'; readonly node: NodeId; readonly forMs: number }
  /** Nothing that one of `from` says reaches one of `to`. */
  | {
      readonly do: 'cut'
      readonly from: readonly string[]
      readonly to: readonly string[]
      readonly forMs: number
      /** What this is a part of, in the words of the literature. */
      readonly as: 'partition' | 'one-way partition' | 'partial partition' | 'flapping partition'
    }
  /** Loses its connection to the bus: what it says is dropped, and it is told. */
  | { readonly do: 'disconnect'; readonly process: string; readonly forMs: number }
  /** The clock counts so many thousandths of a second in a second. */
  | { readonly do: 'clockRate'; readonly node: NodeId; readonly perMille: number; readonly forMs: number }
  | { readonly do: 'clockJump'; readonly node: NodeId; readonly aheadMs: number }
  /** The wall clock is set so much forward, or back where it is below 0. */
  | { readonly do: 'wallJump'; readonly node: NodeId; readonly byMs: number }
  /** The next sync fails; what it was to make durable is there or not. The disk cuts what it knows to have failed. */
  | { readonly do: 'failSync'; readonly node: NodeId; readonly unsynced: Exclude<Unsynced, 'zeroed'> }
  | { readonly do: 'fillDisk'; readonly node: NodeId; readonly forMs: number }
  | { readonly do: 'slowDisk'; readonly node: NodeId; readonly extraMs: number; readonly forMs: number }
  /**
   * It is so far from the middle of the network: a message takes as much longer as both of its ends are away. A network is
   * as it is: the healing brings nobody nearer.
   */
  | { readonly do: 'distance'; readonly process: string; readonly ms: number }
  /** Its state machines take so long for each command. */
  | { readonly do: 'slowApply'; readonly node: NodeId; readonly eachMs: number; readonly forMs: number }
  | {
      readonly do: 'operation'
      readonly client: string
      /** A client has one operation under way in each of its slots, and begins the next when that has ended. @default 1 */
      readonly slot?: number
      /** Something that the workload of the client's group knows. */
      readonly operation: Operation
    }
  /** A client gives up its connection and makes another. */
  | { readonly do: 'reconnect'; readonly client: string }
  /** From now on the core is sound; whatever else has failed stays failed. Then progress is demanded. */
  | {
      readonly do: 'heal'
      readonly core: readonly NodeId[]
      /** Links between those of the core that stay cut, e.g. `n1>n2`. @default none */
      readonly cut?: readonly string[]
    }
)

export type StepOf<Kind extends Step['do']> = Extract<Step, { readonly do: Kind }>

/** What becomes of one message on its way to one receiver. */
export interface MessageFate {
  readonly isLost?: true
  /** @default {@link nominalDelayUs} */
  readonly delayUs?: number
  /** It arrives once more after so long. */
  readonly againUs?: number
  /** Its bytes are garbled, as this number decides. */
  readonly garbled?: number
  /** Of a probe: the bus says that nobody hears, though somebody may. */
  readonly isDenied?: true
}

/** What a probe of one node by another is called among messages. */
export const probeType = 'Probe'

/** How long a message takes of which nothing else is said. */
export const nominalDelayUs = 1000
/** How long a write takes of which nothing else is said. */
export const nominalWriteUs = 500

/**
 * All that decides a run: given the same script, roles and host, everything happens again. Whatever it does not name is
 * as it should be: messages arrive in order after {@link nominalDelayUs}, writes succeed after {@link nominalWriteUs}.
 */
export interface Script {
  /** The name of what is simulated, e.g. `raft`. */
  readonly subject: string
  readonly nodes: number
  /** Of what is no fault: election timeouts and their like. */
  readonly seed: number
  /** Of what the subject draws when it is made: limits, and who hosts what. */
  readonly variant: number
  /** False to let the nodes ask who knows them when they first start. */
  readonly bootstrap: boolean
  /** When it ends at the latest. */
  readonly endUs: number
  readonly steps: readonly Step[]
  /** By `Type#n from>to`: the n-th message of its type from one process to another. */
  readonly messages: ReadonlyMap<string, MessageFate>
  /** By `node#n`: how long the n-th write of a node takes, in microseconds. */
  readonly writes: ReadonlyMap<string, number>
  /** Decides for the messages and writes that are not named. @default they are as they should be */
  readonly weather?: NetworkConditions
}

/**
 * What is known of delays (Dwork, Lynch and Stockmeyer, "Consensus in the Presence of Partial Synchrony", 1988): bounded
 * from the start, bounded from some time on, or not before the healing.
 */
export type Timing = 'synchronous' | 'partially synchronous' | 'asynchronous'

/**
 * How schedules are chosen: every delay for itself, or by priorities of links that change at a few points, as the PCT
 * scheduler does with threads (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs",
 * 2010; its guarantee is for threads that are stopped altogether, and not for links that are slower than others).
 */
export type Scheduling = 'uniform' | 'priority'

/** How much goes wrong with messages and writes. 0 is nothing of it. */
export interface Disturbances {
  readonly timing: Timing
  readonly scheduling: Scheduling
  /** True if messages of one link may overtake one another. */
  readonly reorders: boolean
  /** Of messages, in thousandths. */
  readonly lossPerMille: number
  readonly duplicationPerMille: number
  readonly corruptionPerMille: number
  /** Of messages that take much longer than others, in thousandths, while delays are not bounded. */
  readonly stragglersPerMille: number
  /** Of types of messages between two, in thousandths, of which none arrives for a second. */
  readonly starvationPerMille: number
  /** The same, where all arrive late. */
  readonly lagPerMille: number
  /** Of writes that take long, in thousandths. */
  readonly slowWritesPerMille: number
  /** Of probes, in thousandths, that are answered as if nobody heard. */
  readonly suspicionsPerMille: number
  /** By how much messages may be late as a rule, in milliseconds: as the network is, and not mended by the healing. */
  readonly jitterMs: number
}

/** Conditions under which the seed decides what becomes of each message and write. */
export interface NetworkConditions extends Disturbances {
  /** Nothing fails before. */
  readonly fromUs: number
  /** From here on delays are bounded, where the timing is partially synchronous. */
  readonly stableUs: number
  /** From here on nothing fails between those of the core. */
  readonly healUs: number
  readonly core: readonly NodeId[]
}
