/** What is asked of a model. What a predicate may look at depends on the kind of model. */
export type Property<Predicate, StepPredicate = never> =
  | StateProperty<Predicate>
  | LeadsTo<Predicate>
  | DeadlockFree<Predicate>
  | StepProperty<StepPredicate>

/** A property of states. */
export interface StateProperty<Predicate> {
  readonly name: string
  readonly kind: 'always' | 'sometimes' | 'eventually'
  readonly predicate: Predicate
}

/** Whenever the first is true, the second is, or comes true later. */
export interface LeadsTo<Predicate> {
  readonly name: string
  readonly kind: 'leadsTo'
  readonly from: Predicate
  readonly to: Predicate
}

/** Every state has a step, but those that are final. */
export interface DeadlockFree<Predicate> {
  readonly name: string
  readonly kind: 'deadlockFree'
  readonly isFinal: Predicate | undefined
}

/** A property of steps. */
export interface StepProperty<StepPredicate> {
  readonly name: string
  readonly kind: 'everyStep'
  readonly predicate: StepPredicate
}

/** True in every state that can be reached. */
export const always = <Predicate>(name: string, predicate: Predicate): StateProperty<Predicate> => ({
  name,
  kind: 'always',
  predicate,
})

/**
 * True in some state that can be reached. Every model needs one: what never gets anywhere breaks no rule, and says nothing.
 */
export const sometimes = <Predicate>(name: string, predicate: Predicate): StateProperty<Predicate> => ({
  name,
  kind: 'sometimes',
  predicate,
})

/** Every run comes to a state where it is true. Runs are as fair as the model says. */
export const eventually = <Predicate>(name: string, predicate: Predicate): StateProperty<Predicate> => ({
  name,
  kind: 'eventually',
  predicate,
})

/**
 * Whenever `from` is true in a run, `to` is true in that state or in a later one: TLA's `from ~> to`. Runs are as fair as the
 * model says.
 */
export const leadsTo = <Predicate>(name: string, from: Predicate, to: Predicate): LeadsTo<Predicate> => ({
  name,
  kind: 'leadsTo',
  from,
  to,
})

/**
 * No run ends in a state without a step, unless this is a state where it may end. A step that changes nothing is a step. One
 * that leads beyond what the model takes into account (`within`) is one too.
 * @param isFinal where a run may end. @default nowhere
 */
export const deadlockFree = <Predicate>(name: string, isFinal?: Predicate): DeadlockFree<Predicate> => ({
  name,
  kind: 'deadlockFree',
  isFinal,
})

/** True of every step that changes something: of the state before, the step, and the state after. TLA's `[][A]_v`. */
export const everyStep = <StepPredicate>(name: string, predicate: StepPredicate): StepProperty<StepPredicate> => ({
  name,
  kind: 'everyStep',
  predicate,
})
