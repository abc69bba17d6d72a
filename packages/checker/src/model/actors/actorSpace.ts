import type { TraceEvent } from '@quorate/core'
import { FairActions, type FairnessCondition } from '../engine/fairActions.js'
import { type CompiledProperty, type Space, type StepText, tupleMax, type Visitor } from '../engine/space.js'
import { asked, InvalidModelError } from '../errors.js'
import type { Fairness } from '../fairness.js'
import type { ActorSystem, SystemStep } from './actor.js'
import { Histories } from './histories.js'
import { type Layout, layoutOf } from './layout.js'
import { beyond, LocalStates } from './localStates.js'
import { type Network, networkOf } from './network.js'
import { Predicates } from './predicates.js'
import { Reduction } from './reduction.js'
import { Renderer } from './renderer.js'
import { eventOf, kindOf, stepKinds, stepOf } from './stepCode.js'
import { Symmetry } from './symmetry.js'

/** Tells the steps of a run, from its beginning, as events. */
export type Teller<Message> = (steps: readonly SystemStep<Message>[], listen: (event: TraceEvent) => void) => void

/** Actors and a network as a space of tuples. */
export class ActorSpace<State, Message, Note, History> implements Space {
  readonly properties: readonly CompiledProperty[]
  readonly fairness: FairActions
  readonly isInside?: (state: Int32Array, length: number) => boolean
  readonly tell?: NonNullable<Space['tell']>
  reduced = 0
  readonly #localStates: LocalStates<State, Message, Note, History>
  readonly #histories: Histories<State, Message, Note, History> | undefined
  readonly #layout: Layout
  readonly #network: Network
  readonly #system: ActorSystem<State, Message, Note, History>
  readonly #reduction: Reduction | undefined
  /** Made when it is first asked for: of many actors that are alike there are very many renamings. */
  #symmetry: Symmetry<State, Message, Note, History> | undefined
  readonly #renderer: Renderer<State, Message, Note, History>
  readonly #next = new Int32Array(tupleMax)

  constructor(system: ActorSystem<State, Message, Note, History>, teller?: Teller<Message>) {
    this.#system = system
    if (teller) {
      this.tell = (steps, listen) =>
        teller(
          steps.map((step) => this.#renderer.stepOf(step)),
          listen,
        )
    }
    this.#localStates = new LocalStates(system)
    this.#layout = layoutOf(system)
    this.#histories = system.history && new Histories(system.history, (note) => this.#localStates.notes.valueOf(note))
    this.#network = networkOf(system.network.kind, this.#localStates.links)

    this.#renderer = new Renderer(system, this.#layout, this.#localStates, this.#histories)
    const { properties, isInside, touches } = new Predicates({
      system,
      layout: this.#layout,
      localStates: this.#localStates,
      histories: this.#histories,
      renderer: this.#renderer,
    })
    this.properties = properties
    if (isInside) this.isInside = isInside
    const conditions = system.fairness ? this.#conditions(system.fairness) : [this.#owedByDefault()]
    this.fairness = new FairActions(conditions, () => this.#stepsSeen())
    const isReducible = touches !== undefined && system.network.kind !== 'dup' && system.actors.length < 32
    this.#reduction = isReducible
      ? new Reduction({
          layout: this.#layout,
          localStates: this.#localStates,
          network: this.#network,
          touches,
          gathers: system.history?.gathers ?? false,
        })
      : undefined
  }

  #conditions(fairness: readonly Fairness<SystemStep<Message>>[]): readonly FairnessCondition[] {
    return fairness.map(({ strength, name, of }) => ({
      strength,
      name,
      actionOf: (step) =>
        asked(
          () => `fairness "${name}"`,
          () => of(this.#renderer.stepOf(step)),
        ),
    }))
  }

  *#stepsSeen(): Generator<number> {
    const { losses, duplications } = this.#layout
    for (let event = 0; event < this.#localStates.events.size; event++) {
      yield stepOf(event, stepKinds.happens)
      if (this.#localStates.events.valueOf(event).type === 'own') continue
      if (losses !== undefined) yield stepOf(event, stepKinds.lost)
      if (duplications !== undefined) yield stepOf(event, stepKinds.repeats)
    }
  }

  #owedByDefault(): FairnessCondition {
    return {
      strength: 'weak',
      name: 'each delivery, and each step of an actor that costs no budget',
      actionOf: (step) => {
        const event = eventOf(step)
        return kindOf(step) === stepKinds.happens && !this.#localStates.costly.has(event) && String(event)
      },
    }
  }

  get computed(): number {
    return this.#localStates.outcomes.size
  }

  initial(visitor: Visitor): void {
    const { history, last, budgets, budgetNames, messages } = this.#layout
    const next = this.#next
    let at = this.#histories?.initial ?? 0
    let end = messages
    if (last >= 0) next[last] = 0
    for (const [number, name] of budgetNames.entries()) next[budgets + number] = this.#system.budgets?.[name] ?? 0
    for (let actor = 0; actor < this.#layout.actors; actor++) {
      const { local, sends, note } = this.#localStates.start(actor)
      next[actor] = local
      if (note >= 0 && this.#histories) at = this.#histories.after(at, note)
      for (const message of sends) end = this.#network.add(next, messages, end, message)
    }
    if (history >= 0) next[history] = at
    visitor.visit(next, end, 0)
  }

  expand(state: Int32Array, length: number, visitor: Visitor, reduced: boolean): void {
    const mask = reduced && this.#reduction ? this.#reduction.enough(state, length) : 0
    // The steps of some actors are enough, unless they lead back: else the others would be put off for ever.
    if (mask !== 0 && this.#expandSome(state, length, visitor, mask)) {
      this.reduced++
      return
    }
    this.#expandSome(state, length, visitor, ~mask)
  }

  canonical(state: Int32Array, length: number, into: Int32Array): number {
    return this.#renamings().canonical(state, length, into)
  }

  get others(): number {
    return this.#renamings().size
  }

  otherwise(state: Int32Array, length: number, which: number, into: Int32Array): number {
    return this.#renamings().renamed(which, state, length, into)
  }

  #renamings(): Symmetry<State, Message, Note, History> {
    this.#symmetry ??= new Symmetry({
      system: this.#system,
      layout: this.#layout,
      localStates: this.#localStates,
      histories: this.#histories,
      network: this.#network,
    })
    return this.#symmetry
  }

  describe(before: Int32Array, lengthBefore: number, step: number, after: Int32Array): StepText {
    return this.#renderer.describe(before, lengthBefore, step, after)
  }

  show(state: Int32Array, length: number): readonly string[] {
    return this.#renderer.show(state, length)
  }

  /** The steps of the actors in the mask. True when one of them leads to a state that will be expanded. */
  #expandSome(state: Int32Array, length: number, visitor: Visitor, mask: number): boolean {
    const { actors, messages, losses, duplications } = this.#layout
    const { receivers } = this.#localStates
    let leadsOn = false
    for (let actor = 0; actor < actors; actor++) {
      if ((mask & (1 << (actor & 31))) === 0) continue
      if (this.#expandOwn(state, length, visitor, actor)) leadsOn = true
    }
    for (let at = messages; at < length; at++) {
      const event = state[at] as number
      const actor = receivers[event] as number
      if ((mask & (1 << (actor & 31))) === 0 || !this.#network.isNext(state, messages, at)) continue
      const outcome = this.#localStates.outcomeOf(state[actor] as number, event)
      if (outcome > beyond) {
        if (this.#deliver(state, length, visitor, at, outcome, false)) leadsOn = true
        if (duplications !== undefined && (state[duplications] as number) > 0) {
          if (this.#deliver(state, length, visitor, at, outcome, true)) leadsOn = true
        }
      } else if (outcome === beyond) visitor.passBy?.()
      else if (this.#network.isLine && this.#drop(state, length, visitor, at, -1, stepKinds.happens)) leadsOn = true
      if (losses !== undefined && (losses < 0 || (state[losses] as number) > 0)) {
        if (this.#drop(state, length, visitor, at, losses, stepKinds.lost)) leadsOn = true
      }
    }
    return leadsOn
  }

  #expandOwn(state: Int32Array, length: number, visitor: Visitor, actor: number): boolean {
    const local = state[actor] as number
    const own = this.#localStates.ownOf(local)
    let leadsOn = false
    for (let at = 0; at < own.length; at += 2) {
      const event = own[at] as number
      const budget = own[at + 1] as number
      const place = budget < 0 ? -1 : this.#layout.budgets + budget
      if (place >= 0 && state[place] === 0) continue
      const outcome = this.#localStates.outcomeOf(local, event)
      if (outcome === beyond) visitor.passBy?.()
      if (outcome <= beyond) continue
      const end = this.#begin(state, length, -1, actor, outcome)
      if (place >= 0) this.#next[place] = (this.#next[place] as number) - 1
      if (this.#send(visitor, end, outcome, stepOf(event, stepKinds.happens))) leadsOn = true
    }
    return leadsOn
  }

  #deliver(
    state: Int32Array,
    length: number,
    visitor: Visitor,
    at: number,
    outcome: number,
    repeats: boolean,
  ): boolean {
    const { last, duplications } = this.#layout
    const event = state[at] as number
    const isKept = repeats || last >= 0
    const end = this.#begin(state, length, isKept ? -1 : at, this.#localStates.receivers[event] as number, outcome)
    if (last >= 0) this.#next[last] = event + 1
    if (repeats && duplications !== undefined) this.#next[duplications] = (this.#next[duplications] as number) - 1
    return this.#send(visitor, end, outcome, stepOf(event, repeats ? stepKinds.repeats : stepKinds.happens))
  }

  #drop(state: Int32Array, length: number, visitor: Visitor, at: number, budget: number, way: number): boolean {
    const end = this.#copyWithout(state, length, at)
    if (budget >= 0) this.#next[budget] = (this.#next[budget] as number) - 1
    return visitor.visit(this.#next, end, stepOf(state[at] as number, way))
  }

  /** The next tuple but for what is sent: a message less, unless `without` is below 0, and the actor in its new state. */
  #begin(state: Int32Array, length: number, without: number, actor: number, outcome: number): number {
    const { history } = this.#layout
    const end = this.#copyWithout(state, length, without)
    this.#next[actor] = this.#localStates.nexts[outcome] as number
    const note = this.#localStates.noted[outcome] as number
    if (note >= 0 && this.#histories) this.#next[history] = this.#histories.after(state[history] as number, note)
    return end
  }

  #copyWithout(state: Int32Array, length: number, without: number): number {
    const next = this.#next
    const until = without < 0 ? length : without
    for (let at = 0; at < until; at++) next[at] = state[at] as number
    for (let at = until + 1; at < length; at++) next[at - 1] = state[at] as number
    return without < 0 ? length : length - 1
  }

  #send(visitor: Visitor, length: number, outcome: number, step: number): boolean {
    const sends = this.#localStates.sends[outcome] as Int32Array
    if (length + sends.length >= tupleMax) {
      throw new InvalidModelError(
        this.#system.name,
        'too many messages are on their way: bound its timers or its network',
      )
    }
    let end = length
    for (let at = 0; at < sends.length; at++) {
      end = this.#network.add(this.#next, this.#layout.messages, end, sends[at] as number)
    }
    return visitor.visit(this.#next, end, step)
  }
}
