import type { PropertyKind } from './engine/space.js'

/** What is asked of a model. What a predicate may look at depends on the kind of model. */
export interface Property<Predicate> {
  readonly name: string
  readonly kind: PropertyKind
  readonly predicate: Predicate
}

/** True in every state that can be reached. */
export const always = <Predicate>(name: string, predicate: Predicate): Property<Predicate> => ({
  name,
  kind: 'always',
  predicate,
})

/**
 * True in some state that can be reached. Every model needs one: what never gets anywhere breaks no rule, and says nothing.
 */
export const sometimes = <Predicate>(name: string, predicate: Predicate): Property<Predicate> => ({
  name,
  kind: 'sometimes',
  predicate,
})

/**
 * Every run comes to a state where it is true. Runs are weakly fair: a delivery, and a step of an actor that costs no
 * budget, is not put off for ever while it can be taken. Losses, duplications and steps that cost a budget are owed by
 * nobody.
 */
export const eventually = <Predicate>(name: string, predicate: Predicate): Property<Predicate> => ({
  name,
  kind: 'eventually',
  predicate,
})
