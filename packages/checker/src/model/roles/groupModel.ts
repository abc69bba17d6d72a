import { type GroupDefinition, hostsOf, type Message, type NodeId } from '@quorate/core'
import {
  type ActorPredicate,
  type ActorStepPredicate,
  type ActorSystem,
  type HistoryDefinition,
  type NetworkSettings,
  ofEveryActor,
  type SystemStep,
} from '../actors/actor.js'
import { actorModel } from '../actors/actorModel.js'
import type { Model } from '../check.js'
import type { Fairness } from '../fairness.js'
import { always, type Property } from '../property.js'
import { alikeNodes } from './alikeNodes.js'
import { Names } from './names.js'
import { RoleActor } from './roleActor.js'
import type { RoleSettings } from './roleSettings.js'
import type { RoleState } from './roleState.js'
import { RoleWalk } from './roleWalk.js'

/** A small scope of a group: the very roles that a host runs, and what may happen to them. */
export interface GroupScope<Note = never, History = undefined> extends RoleSettings {
  readonly name: string
  /** As it would be handed to a host. */
  readonly group: GroupDefinition
  readonly network: NetworkSettings
  /** How often it may happen: what timers and requests cost, `crashes`, `losses`, `duplications`. */
  readonly budgets: Readonly<Record<string, number>>
  /** Steps into a state for which this is false are not taken: it makes a space finite. @default all are */
  within?(state: RoleState, actor: string): boolean
  readonly history?: HistoryDefinition<RoleState, Message, Note, History>
  /** Nodes that differ only in their names. @default none */
  readonly alike?: readonly NodeId[]
  /**
   * TLC's `CONSTRAINT`: from a state for which this is false no step is taken. Such a state is asked about, and is not counted.
   * @default all are explored
   */
  readonly constraint?: ActorPredicate<RoleState, Message, History>
  /**
   * Which steps may not be put off for ever, where it is asked what must come.
   * @default every delivery, and every step of an actor that costs no budget, is weakly fair, each by itself
   */
  readonly fairness?: readonly Fairness<SystemStep<Message>>[]
  /** Beside them, that no role throws is always asked. */
  readonly properties: readonly Property<
    ActorPredicate<RoleState, Message, History>,
    ActorStepPredicate<RoleState, Message, History>
  >[]
}

/**
 * A group of roles, to be checked: every actor that the definition places, with its outbox, its disk and its state machine. Nodes
 * that join are there from the beginning. A multicast reaches whom its sender takes for members; everybody hears whoever speaks
 * to it, as on a node that is behind. Actors are called by their nodes, and `role/node` where the group has several roles.
 */
export function groupModel<Note = never, History = undefined>(scope: GroupScope<Note, History>): Model {
  const names = new Names(scope.group)
  const actors = Object.entries(scope.group.roles).flatMap(([role, of]) =>
    hostsOf(of).map((node) => new RoleActor(scope.group, role, node, names, scope)),
  )
  const system: ActorSystem<RoleState, Message, Note, History> = {
    name: scope.name,
    actors,
    network: scope.network,
    budgets: scope.budgets,
    ...(scope.history && { history: scope.history }),
    ...(scope.alike && {
      symmetry: alikeNodes<History>(scope.alike, { definition: scope.group, names, actors }),
    }),
    ...(scope.constraint && { constraint: scope.constraint }),
    ...(scope.fairness && { fairness: scope.fairness }),
    ...(scope.within && { within: scope.within.bind(scope) }),
    properties: [
      ...scope.properties,
      always(
        'no role finds its own state impossible',
        ofEveryActor(({ failure }: RoleState) => failure === undefined),
      ),
    ],
  }
  return actorModel(system, (steps, listen) => {
    const isKept = scope.network.kind === 'dup'
    const walk = new RoleWalk({ group: scope.group, names, settings: scope, isKept, listen })
    for (const step of steps) walk.take(step)
  })
}
