import type { Model } from '../check.js'
import type { ActorSystem } from './actor.js'
import { ActorSpace, type Teller } from './actorSpace.js'

/**
 * A system of actors, to be checked.
 * @param teller tells a run as events. @default each step is a note
 */
export const actorModel = <State, Message, Note = never, History = undefined>(
  system: ActorSystem<State, Message, Note, History>,
  teller?: Teller<Message>,
): Model => ({
  name: system.name,
  hasSymmetry: system.symmetry !== undefined,
  compile: () => new ActorSpace(system, teller),
})
