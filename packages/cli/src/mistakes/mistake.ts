import type { Model } from '@quorate/checker'
import { assign } from '@quorate/core/statechart'
import type { Pitfall } from './pitfalls.js'

/** Something that is wrong on purpose. */
export interface Mistake {
  /** The protocol, and who does what. */
  readonly name: string
  readonly pitfall: Pitfall
}

/** The name of a mistake on the command line and of its files, e.g. `raft-a-voter-that-forgets-its-vote`. */
export const slugOf = ({ name }: Mistake): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

/** A mistake that the model checker has to find. */
export interface Checked extends Mistake {
  /** A scope in which it shows. */
  readonly model: Model
  /** The same without it. */
  sound(): Model
}

// biome-ignore lint/suspicious/noExplicitAny: contexts and events of any role, wrong on purpose.
export type Any = any

/** An action that is left out; it fits every role. */
export const nothing: Any = assign({})
export const never = (): boolean => false
export const always = (): boolean => true
