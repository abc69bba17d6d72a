import type { Model } from '../check.js'
import type { ActorSystem } from './actor.js'
import { ActorSpace } from './actorSpace.js'

/** A system of actors, to be checked. */
export const actorModel = <State, Message, Note = never, History = undefined>(
  system: ActorSystem<State, Message, Note, History>,
): Model => ({
  name: system.name,
  hasSymmetry: system.symmetry !== undefined,
  compile: () => new ActorSpace(system),
})
