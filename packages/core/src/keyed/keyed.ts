import type { Answer, Effect } from '../actor/effect.js'
import type { QuestionId } from '../actor/questions.js'
import type { ManyAtOneAddress, Notice, RecoveredState } from '../group/protocol.js'
import type { Roles } from '../role/become.js'
import type {
  ActorLogic,
  ActorSystem,
  AnyActorLogic,
  AnyStateNode,
  EmittedFrom,
  EventFromLogic,
  InputFrom,
  SnapshotFrom,
  StateValue,
} from '../role/statechart.js'
import { type Codec, json } from '../stateMachine/stateMachine.js'
import type { PersistentMap } from '../values/persistentMap.js'

/** What each key has: a statechart, or a family that `become` made. */
export type AnyEach = AnyActorLogic & {
  readonly id: string
  readonly config: object
  provide(by: never): unknown
}

/**
 * Events that come from outside: each belongs to the key that it names, or to all. Answers go to the instance that asked, and
 * what is told of a log concerns none, since none has one.
 */
export type FromOutside<Each extends AnyEach> = Exclude<
  EventFromLogic<Each>,
  { readonly type: 'xstate.route' | Answer['type'] | 'storage.persisted' }
>

/**
 * Why an event from outside is not taken. `noKey`: it names none, or one that no row may have. `tooLarge`: what it would have
 * written is larger than a row may be. `noRoom`: a limit would be passed. `noInstance`: it concerns all keys, and none is busy.
 */
export type KeyedRefusal = 'noKey' | 'tooLarge' | 'noRoom' | 'noInstance'

/** How much there may be at one address. */
export interface KeyedLimits {
  /** Instances at a time: keys that are busy. @default 16384 */
  readonly instancesMax: number
  /** Rows of the table: keys that are remembered. @default 1000000 */
  readonly rowsMax: number
  /** Bytes of all rows with their keys, and 64 for each: the table is in memory. @default 268435456 */
  readonly tableBytesMax: number
}

/** What an instance begins with. */
export interface KeyedStart<Shared, Row> {
  /** The same for all, and never changed: an instance keeps it as `config`, if it does. */
  readonly shared: Shared
  readonly key: string
  /** What was persisted for this key last, if it was not deleted. */
  readonly row: Row | undefined
  /**
   * How often the store of this actor has lost its last write so far: each time the row of any key may have gone back to what
   * it was before, or have gone. An instance that writes this number down knows when its row was in doubt last.
   */
  readonly doubts: number
}

/** What {@link perKey} is made of. */
export interface KeyedSettings<Each extends AnyEach, Shared, Row> {
  readonly id: string
  readonly each: Each
  /** The key of a message, or of what a client asks. `undefined` for what names none: it is refused. Must not throw. */
  keyOf(event: FromOutside<Each>): string | undefined
  /**
   * True of an event that concerns all keys and names none: each instance that there is takes it, in the order of their keys,
   * and none begins. It is refused where there is none, and for want of room never. Must not throw. @default none
   */
  isForAll?(event: FromOutside<Each>): boolean
  input(start: KeyedStart<Shared, Row>): InputFrom<Each>
  /** How the record that an instance persists becomes the bytes of its row. */
  readonly row: Codec<Row>
  /**
   * What is said to whoever sent or asked what is not taken: a Nack perhaps, or the answer that holds where no key is busy.
   * `undefined`: nothing, it is as if lost.
   */
  refuse(event: FromOutside<Each>, why: KeyedRefusal): EmittedFrom<Each> | undefined
  /**
   * True for a row whose instance must go on by itself after a restart, and cannot wait for an event. `doubts` as in
   * {@link KeyedStart}, this start included. @default every row
   */
  resumes?(row: Row, doubts: number): boolean
  readonly limits?: Partial<KeyedLimits>
}

/** What the actor as a whole remembers beside its table. */
export interface KeyedRecord {
  /** As in {@link KeyedStart}. */
  readonly doubts: number
}

/** How {@link KeyedRecord} becomes bytes: the `record` of a role that is made by `perKey`. */
export const keyedRecord: Codec<KeyedRecord> = json<KeyedRecord>()

/** What an actor begins with. */
export interface KeyedInput<Shared> {
  readonly shared: Shared
  readonly recovered: Pick<RecoveredState<unknown>, 'record' | 'table' | 'doubtful'>
}

/** Something that an instance asked. */
export interface InstanceQuestion extends QuestionId {
  /** True where the instance has ended since: its answer is told to nobody. @default false */
  readonly isStale?: true
}

/** What all instances stand on. */
export interface KeyedContext<Shared> {
  /** What never changes. */
  readonly config: Shared
  /** Rows by their keys, as they are on the disk, or will be when what was emitted is written. */
  readonly table: PersistentMap<string, Uint8Array>
  /** What they count against `tableBytesMax`. */
  readonly tableBytes: number
  /** By key: what was asked in its name and has no answer yet. */
  readonly questions: PersistentMap<string, readonly InstanceQuestion[]>
  readonly doubts: number
}

/** Looks like a machine's snapshot with a parallel region for each key that is busy. */
export interface KeyedSnapshot<Each extends AnyEach = AnyEach, Shared = unknown> {
  readonly status: 'active'
  readonly output: undefined
  readonly error: undefined
  /** The state of each instance by its key. Made when it is asked for, which costs what there is of them. */
  readonly value: { readonly [key: string]: StateValue }
  readonly context: KeyedContext<Shared>
  /** Of the keys that are busy: those whose instance has left its initial state and has not ended, or waits for something. */
  readonly instances: PersistentMap<string, SnapshotFrom<Each>>
}

type Emitted<Each extends AnyEach> =
  | Exclude<EmittedFrom<Each>, { readonly type: 'persist' }>
  | Extract<Effect<never, KeyedRecord>, { readonly type: 'persist' | 'put' | 'delete' }>

/** Many instances of one statechart at one address, each found by a key: XState actor logic, for `stepper`. */
export interface Keyed<Each extends AnyEach, Shared = unknown>
  extends ActorLogic<
      KeyedSnapshot<Each, Shared>,
      EventFromLogic<Each>,
      KeyedInput<Shared>,
      // biome-ignore lint/suspicious/noExplicitAny: XState types its own machines so; nothing narrower is assignable.
      ActorSystem<any>,
      Emitted<Each>
    >,
    ManyAtOneAddress {
  readonly id: string
  /** What each key has. */
  readonly each: Each
  /** The instance's chart, in the form of a machine's config. */
  readonly config: object
  /** Of a statechart its root: it is drawn, and what was taken of it is counted, as for any other. */
  readonly root?: AnyStateNode
  /** Of a family its roles, and which of them begins. */
  readonly roles?: Roles
  readonly initial?: string
  /** `provide` of what each key has: delays by those who randomize them, guards and actions by those who break them. */
  provide(by: Parameters<Each['provide']>[0]): Keyed<Each, Shared>
  notices(snapshot: unknown): readonly Notice[]
}
