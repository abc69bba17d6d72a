import type { Fairness } from '../fairness.js'
import type { Property } from '../property.js'

/** What an actor sends: to whom, by name, and what. */
export interface Sending<Message> {
  readonly to: string
  readonly message: Message
}

/** What came of an event. */
export interface Reaction<State, Message> {
  readonly state: State
  /** In this order. @default none */
  readonly sends?: readonly Sending<Message>[]
  /** What it did beside, for the history. @default none */
  readonly outputs?: readonly unknown[]
}

/** Something that an actor may do without a message: a timer that fires, a write that ends, a crash. */
export interface OwnEvent {
  /** Tells it from the actor's other events. */
  readonly name: string
  /** The budget that it uses up by 1; it cannot happen when nothing is left. @default none: free */
  readonly costs?: string
}

/**
 * An actor as pure functions: states and messages are values, told apart by what they hold and frozen, and equal ones give
 * equal reactions.
 */
export interface ModelActor<State, Message> {
  /** Unique in its system. */
  readonly name: string
  start(): Reaction<State, Message>
  /** `undefined`: no case matched. The message stays where it is, but in a first-in-first-out network, where it is gone. */
  receive(state: State, message: Message, from: string): Reaction<State, Message> | undefined
  /** What it may do by itself. @default nothing */
  own?(state: State): readonly OwnEvent[]
  /** False if nothing that it may ever do by itself costs a budget: who spends none need not be interleaved for it. @default true */
  readonly spends?: boolean
  /** Does one of these, by its name. `undefined`: no case matched. */
  act?(state: State, event: string): Reaction<State, Message> | undefined
  /**
   * Whom it may still send to, from this state on, whatever happens: who stands apart need not be interleaved with the rest.
   * Checked at every step that is taken. @default everybody
   */
  tells?(state: State): readonly string[]
  /** A text that differs where states do. @default one made of all that a state holds */
  keyOf?(state: State): string
  /** What a person reads of a state. @default all of it */
  show?(state: State): unknown
}

/**
 * How messages travel. `nondup`: in any order, each once. `dup`: in any order, each any number of times; the network is a set, and
 * the last message that was delivered is part of the state. `fifo`: in the order in which they were sent, from each to each.
 */
export type NetworkKind = 'nondup' | 'dup' | 'fifo'

export interface NetworkSettings {
  readonly kind: NetworkKind
  /** Messages may be lost: as many as the budget `losses` says, or any. @default false */
  readonly lossy?: boolean
}

/** A message on its way. */
export interface Envelope<Message> extends Sending<Message> {
  readonly from: string
}

/** What an actor did, for the history. */
export interface ActorStep<State, Message> {
  readonly actor: string
  readonly event:
    | { readonly type: 'start' }
    | { readonly type: 'receive'; readonly from: string; readonly message: Message }
    | { readonly type: 'own'; readonly name: string }
  /** `undefined` when it starts. */
  readonly before: State | undefined
  readonly after: State
  readonly sends: readonly Sending<Message>[]
  readonly outputs: readonly unknown[]
}

/** A part of the state that no actor sees: what was observed so far, as far as properties ask about it. */
export interface HistoryDefinition<State, Message, Note, History> {
  readonly initial: History
  /** What is to be remembered of a step; `undefined`: nothing. */
  note(step: ActorStep<State, Message>): Note | undefined
  record(history: History, note: Note): History
  /**
   * Notes are only gathered: their order does not matter, and what has violated an `always` or fulfilled a `sometimes` goes on
   * to do so whatever comes. Then steps that are noted need not be interleaved for the sake of it. @default false
   */
  readonly gathers?: boolean
}

/** A whole state, for predicates that need more than a part. */
export interface View<State, Message, History> {
  readonly actors: Readonly<Record<string, State>>
  readonly messages: readonly Envelope<Message>[]
  readonly history: History
  readonly budgets: Readonly<Record<string, number>>
}

/**
 * What a property asks: of the whole state, or of parts of it, which costs less: what was said of a part is remembered, and
 * partial order reduction works only with these.
 */
export type ActorPredicate<State, Message, History> =
  | ((view: View<State, Message, History>) => boolean)
  | HistoryPredicate<History>
  | ActorsPredicate<State>
  | MessagesPredicate<Message>

/**
 * A step of the whole system. `repeat`: a message is delivered and will be again; `lose`: it never arrives. `id` is a text
 * that tells the step from all others.
 */
export type SystemStep<Message> =
  | { readonly type: 'own'; readonly id: string; readonly actor: string; readonly name: string }
  | {
      readonly type: 'receive' | 'repeat' | 'lose'
      readonly id: string
      /** Who receives it, or never does. */
      readonly actor: string
      readonly from: string
      readonly message: Message
    }

/**
 * What a property of steps asks: of a step of the whole system, with the states before and after; or of the step of an actor
 * by itself, which costs less: what was said of it is remembered, and partial order reduction works only with these.
 */
export type ActorStepPredicate<State, Message, History> =
  | ((
      before: View<State, Message, History>,
      step: SystemStep<Message>,
      after: View<State, Message, History>,
    ) => boolean)
  | ActorStepsPredicate<State, Message>

export interface ActorStepsPredicate<State, Message> {
  readonly over: 'steps'
  allows(step: ActorStep<State, Message>): boolean
}

export interface HistoryPredicate<History> {
  readonly over: 'history'
  holds(history: History): boolean
}
export interface ActorsPredicate<State> {
  readonly over: 'actors'
  readonly quantifier: 'every' | 'some'
  holds(state: State, actor: string): boolean
}
export interface MessagesPredicate<Message> {
  readonly over: 'messages'
  readonly quantifier: 'every' | 'some'
  holds(envelope: Envelope<Message>): boolean
}

/** Asks the history. */
export const ofHistory = <History>(holds: (history: History) => boolean): HistoryPredicate<History> => ({
  over: 'history',
  holds,
})
/** Asks each actor by itself: true of all of them. */
export const ofEveryActor = <State>(holds: (state: State, actor: string) => boolean): ActorsPredicate<State> => ({
  over: 'actors',
  quantifier: 'every',
  holds,
})
/** Asks each actor by itself: true of at least one. */
export const ofSomeActor = <State>(holds: (state: State, actor: string) => boolean): ActorsPredicate<State> => ({
  over: 'actors',
  quantifier: 'some',
  holds,
})
/** Asks each message that is on its way: true of at least one. */
export const ofSomeMessage = <Message>(
  holds: (envelope: Envelope<Message>) => boolean,
): MessagesPredicate<Message> => ({
  over: 'messages',
  quantifier: 'some',
  holds,
})

/** Asks each step of an actor by itself. */
export const ofEveryActorStep = <State, Message>(
  allows: (step: ActorStep<State, Message>) => boolean,
): ActorStepsPredicate<State, Message> => ({ over: 'steps', allows })

/** One way to give actors that are alike each other's names. */
export interface Renaming<State, Message, History> {
  actor(name: string): string
  /** The state of an actor as that of the one whose name it gets, `to`. */
  state(state: State, to: string): State
  message(message: Message): Message
  history(history: History): History
}

/** Actors, how their messages travel, and what must be true of them. */
export interface ActorSystem<State, Message, Note = never, History = undefined> {
  readonly name: string
  readonly actors: readonly ModelActor<State, Message>[]
  readonly network: NetworkSettings
  /**
   * How often something may happen in one run, by name: what {@link OwnEvent}s cost, `losses` of a lossy network, and
   * `duplications`, without which `nondup` and `fifo` deliver each message once.
   */
  readonly budgets?: Readonly<Record<string, number>>
  readonly history?: HistoryDefinition<State, Message, Note, History>
  /** Steps into a local state for which this is false are not taken: it makes a space finite. @default all are */
  within?(state: State, actor: string): boolean
  /**
   * All ways to rename actors that are alike, but the one that changes nothing: see {@link alike}. No property may tell
   * them by their names; that none does is looked at in some of the states. @default none are alike
   */
  readonly symmetry?: Iterable<Renaming<State, Message, History>>
  /**
   * TLC's `CONSTRAINT`: from a state for which this is false no step is taken. Such a state is asked about, and is not counted.
   * @default all are explored
   */
  readonly constraint?: ActorPredicate<State, Message, History>
  /**
   * Which steps may not be put off for ever, where it is asked what must come. An empty list: a run may stop anywhere.
   * @default every delivery, and every step of an actor that costs no budget, is weakly fair, each by itself
   */
  readonly fairness?: readonly Fairness<SystemStep<Message>>[]
  readonly properties: readonly Property<
    ActorPredicate<State, Message, History>,
    ActorStepPredicate<State, Message, History>
  >[]
}
