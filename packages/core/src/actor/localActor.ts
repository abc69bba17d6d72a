import { invariant } from '../errors/errors.js'
import type { Members } from '../group/members.js'
import { checkEmitted, membersIn } from '../group/placement.js'
import type { GroupDefinition, RoleDefinition } from '../group/protocol.js'
import { type LogService, logAppliedBy } from '../group/service.js'
import { type Instant, isTimed } from '../log/time.js'
import type { Random } from '../ports/ports.js'
import { recoveredFrom, type StoredLog } from '../ports/storedLog.js'
import type { AnyActorLogic } from '../role/statechart.js'
import { decodeAppliedState } from '../stateMachine/appliedSnapshot.js'
import { type Applied, type AppliedState, applyEntries, initialAppliedState } from '../stateMachine/appliedState.js'
import { type Address, addressOf, everyNode, type NodeId, nodeOf, parseAddress } from '../values/address.js'
import { type Actor, type ActorEvent, type ActorState, type ActorStep, actorOf, beginWrite, endWrite } from './actor.js'
import type { Cause } from './cause.js'
import { afterWrite, operationOf, recoveredState } from './durable.js'
import { type Answer, type Effect, isQuestion, type PeerFound, type PeerLost, type Question } from './effect.js'
import type { Observe } from './observed.js'
import { answeredBy, withQuestion } from './questions.js'
import { type ObservedActor, stepRecord } from './stepRecord.js'
import { awaitedBy, stillSuspected, suspectedAfter } from './suspicion.js'

/** An actor, its disk and its state machine, as a value. */
export interface LocalState {
  /** `undefined`: it is down. */
  readonly actor: ActorState | undefined
  readonly stored: StoredLog
  /** Of a role that applies, while it is up. */
  readonly appliedState: AppliedState | undefined
  /** What it asked and has no answer to: choices, in order, and then all else. */
  readonly questions: readonly Question[]
  /** Nodes that it awaits and was told to be lost, by name. */
  readonly suspected: readonly NodeId[]
  /** Whom its group consists of, as it said last; `undefined` while that is whom the group began with. */
  readonly members: Members | undefined
  /** What the clocks of its node show: kept by who sets it. @default nobody looks at them, and events have no time */
  readonly clock?: Instant
}

/** What came of a step. */
export interface LocalStep {
  readonly state: LocalState
  /** What the role emitted, in order. */
  readonly emitted: readonly Effect[]
  /** What nothing holds back any more, in order. Of these, commits were applied and snapshots restored. */
  readonly leaves: readonly Effect[]
  /** What the state machine applied, in order. */
  readonly applied: readonly Applied[]
}

/**
 * One role of a group on one node where there is no host: commits are applied at once, and a write is durable when somebody
 * says so. For places that decide themselves what happens next: the checker, and tests.
 */
export class LocalActor implements ObservedActor {
  readonly address: Address
  readonly node: NodeId
  readonly group: string
  readonly role: string
  readonly definition: RoleDefinition
  readonly logic: AnyActorLogic
  /** Of a role that applies: what it drives. */
  readonly log: LogService | undefined
  readonly #of: GroupDefinition
  readonly #actor: Actor
  readonly #observe: Observe | undefined

  constructor(options: {
    readonly group: string
    readonly definition: GroupDefinition
    readonly role: string
    readonly node: NodeId
    readonly random: Random
    /** Hears of its steps, its writes, and what it applied. @default nobody */
    readonly observe?: Observe | undefined
  }) {
    const { group, definition, role, node, random, observe } = options
    const of = definition.roles[role]
    invariant(of !== undefined, `group ${group} has no role ${role}`)
    this.address = addressOf(group, role, node)
    this.node = node
    this.role = role
    this.definition = of
    this.#of = definition
    this.log = logAppliedBy(role, definition)
    this.group = group
    this.logic = of.logic(random, node)
    this.#actor = actorOf(this.logic, observe !== undefined)
    this.#observe = observe
  }

  /** Begins with what is stored. With `doubtful` its store says that it lost the last write. */
  begin(stored: StoredLog, doubtful = false): LocalStep {
    const { record, input } = this.definition
    const recovered = recoveredState(recoveredFrom(stored), record, { doubtful })
    const step = this.#actor.begin(input({ group: this.group, node: this.node, recovered }))
    return this.#after({ ...nothingOf(stored), appliedState: this.#applied(stored) }, undefined, step)
  }

  /**
   * Nothing reaches it while it is down.
   * @param cause of a message, for an observer
   */
  deliver(state: LocalState, event: ActorEvent, cause?: Cause): LocalStep {
    if (!state.actor) return { state, emitted: [], leaves: [], applied: [] }
    const at = this.#instantIn(state, event.type)
    const given = at ? { ...event, ...at } : event
    return this.#after(state, given, this.#actor.deliver(state.actor, given), cause)
  }

  /** @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT` when the timer is not pending. */
  fire(state: LocalState, timer: string): LocalStep {
    invariant(state.actor !== undefined, `${this.address} is down`)
    const at = this.#instantIn(state, timer)
    return this.#after(state, { type: timer, ...at }, this.#actor.fire(state.actor, timer, at))
  }

  /**
   * Answers one of its questions.
   * @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT` when it asked something else, or nothing.
   */
  answer(state: LocalState, answer: Answer): LocalStep {
    const found = answeredBy(state.questions, answer)
    invariant(found !== undefined, `${this.address} asked something else, or nothing`)
    return this.deliver({ ...state, questions: found.left }, answer)
  }

  /** Nodes that it awaits now, suspected or not. */
  awaited({ actor }: LocalState): readonly NodeId[] {
    return actor ? awaitedBy(this.definition, actor.snapshot, this.node) : []
  }

  /** Whom an address means: one actor, or those that host the role where the group consists of these, itself among them. */
  addressees(to: Address, members: Members | undefined): readonly Address[] {
    const { role = '' } = parseAddress(to) ?? {}
    if (nodeOf(to) !== everyNode) return [to]
    return membersIn(this.#of, role, members).map(({ node }) => addressOf(this.group, role, node))
  }

  /**
   * Tells it that a node that it awaits is lost, rightly or not, or found again.
   * @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT` when that is none of its business, or no news.
   */
  suspect(state: LocalState, event: PeerLost | PeerFound): LocalStep {
    const suspected = suspectedAfter(event, this.awaited(state), state.suspected)
    invariant(suspected !== undefined, () => `${this.address} is not to be told that ${event.node} is ${event.type}`)
    return this.deliver({ ...state, suspected }, event)
  }

  beginWrite(state: LocalState): LocalState {
    if (!state.actor) return state
    const actor = beginWrite(state.actor)
    this.#tellWrite(actor, false)
    return { ...state, actor }
  }

  /** The disk has the write under way, and the actor does not know yet. */
  keepWrite(state: LocalState): LocalState {
    const { writing = [] } = state.actor ?? {}
    return { ...state, stored: afterWrite(state.stored, writing, this.definition.record) }
  }

  /** The disk has the write under way, and the actor is told. */
  endWrite(state: LocalState): LocalStep {
    invariant(state.actor !== undefined, `${this.address} is down`)
    this.#tellWrite(state.actor, true)
    const { state: actor, leaves, told } = endWrite(state.actor)
    const left = this.#left({ ...this.keepWrite(state), actor }, leaves)
    if (!told) return { ...left, emitted: [] }
    const step = this.deliver(left.state, told)
    return {
      ...step,
      leaves: [...left.leaves, ...step.leaves],
      applied: [...left.applied, ...step.applied],
    }
  }

  /** What was not on the disk is gone. */
  crash({ stored }: LocalState): LocalState {
    return nothingOf(stored)
  }

  #instantIn({ clock }: LocalState, type: string): Instant | undefined {
    return isTimed(this.definition.timed, type) ? clock : undefined
  }

  #applied({ snapshot }: StoredLog): AppliedState | undefined {
    if (!this.log) return undefined
    const { stateMachine } = this.log
    return snapshot ? decodeAppliedState(stateMachine, snapshot.bytes) : initialAppliedState(stateMachine)
  }

  #tellWrite({ writing }: ActorState, isDurable: boolean): void {
    if (!this.#observe || writing.length === 0) return
    const operations = writing.map((effect) => operationOf(effect, this.definition.record))
    this.#observe({ type: 'written', isDurable, writes: [{ key: `${this.group}/${this.role}`, operations }] })
  }

  #after(before: LocalState, event: ActorEvent | undefined, step: ActorStep, cause?: Cause): LocalStep {
    const { state: actor, emitted, leaves } = step
    this.#observe?.(stepRecord(this, event, before.actor, step, cause))
    const { suspected: known } = before
    const suspected = known.length === 0 ? known : stillSuspected(known, this.awaited({ ...before, actor }))
    return { emitted, ...this.#left({ ...before, actor, suspected }, leaves) }
  }

  #left(state: LocalState, leaves: readonly Effect[]): Omit<LocalStep, 'emitted'> {
    let { appliedState, questions, members } = state
    let applied: readonly Applied[] = []
    for (const effect of leaves) {
      if (effect.type === 'restore' && this.log)
        appliedState = decodeAppliedState(this.log.stateMachine, effect.snapshot.bytes)
      else if (effect.type === 'commit' && this.log && appliedState) {
        const next = applyEntries(this.log.stateMachine, appliedState, effect.entries, this.log.limits)
        appliedState = next.appliedState
        applied = [...applied, ...next.applied]
      } else if (isQuestion(effect)) questions = withQuestion(questions, effect)
      else if (effect.type === 'members') {
        checkEmitted(this.#of, effect)
        members = { version: effect.version, roles: effect.roles }
      }
    }
    if (applied.length > 0) this.#observe?.({ type: 'applied', group: this.group, applied })
    const isSame = appliedState === state.appliedState && questions === state.questions && members === state.members
    return { state: isSame ? state : { ...state, appliedState, questions, members }, leaves, applied }
  }
}

/** One that is down. */
const nothingOf = (stored: StoredLog): LocalState => ({
  actor: undefined,
  stored,
  appliedState: undefined,
  questions: [],
  suspected: [],
  members: undefined,
})
