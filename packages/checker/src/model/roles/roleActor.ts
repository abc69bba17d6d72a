import {
  type Chosen,
  type Codec,
  choicesOf,
  delayNameOf,
  type Effect,
  type GroupDefinition,
  LocalActor,
  type Message,
  messageOf,
  type NodeId,
  noTimers,
  nothingStored,
  type Random,
  type RecoveredState,
  type StoredLog,
  storedFrom,
  timerName,
} from '@quorate/core'
import type { ModelActor, OwnEvent, Reaction, Sending } from '../actors/actor.js'
import { isFrozenWrite } from '../errors.js'
import { group, type Names } from './names.js'
import { keyOfRole, pendingTimers, type RoleState, showRole } from './roleState.js'
import { Turn } from './turn.js'

/** Something that a client may ask of the actors of a role. */
export interface ModelRequest {
  /** Also the name of the budget that it costs: how often it may be asked, of all actors together. */
  readonly name: string
  readonly role: string
  /** What the host tells the role, e.g. a `client.proposed`. */
  readonly event: { readonly type: string }
  /** Who is asked. @default everyone that is up */
  isFor?(state: RoleState): boolean
}

export interface RoleSettings {
  /**
   * `atomic`: what a step emits is durable at once. `split`: a write begins and ends by events of its own, and a crash may
   * come before, between, or when the disk has it and nobody knows yet.
   */
  readonly writes: 'atomic' | 'split'
  /** By role: delays that may end at any time, and the budget that this costs; timers of other delays never fire. */
  readonly timers: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Roles whose actors may crash, which costs 1 of the budget `crashes`, and restart. @default none */
  readonly crashes?: readonly string[]
  /**
   * Roles whose actors may crash, which costs 1 of the budget `doubts`, and lose the last write that was durable; their
   * store says so when they restart. @default none
   */
  readonly doubts?: readonly string[]
  /**
   * Roles that may be told at any time that a node that they await is lost, which costs 1 of the budget `suspicions`, and then
   * that it is found. @default none
   */
  readonly suspects?: readonly string[]
  /**
   * Roles that are `timed` see clocks that begin at 0: both go on by `passesMs` at any time, which costs 1 of the budget `time`;
   * and the wall clock is set forward or back by `jumpsMs`, which costs 1 of the budget `jumps`.
   * @default no event has a time
   */
  readonly clocks?: { readonly passesMs: number; readonly jumpsMs?: number }
  readonly requests?: readonly ModelRequest[]
  /** What an actor finds on its disk at first: a scope may begin in the middle. @default nothing */
  begins?(role: string, node: NodeId): RecoveredState | undefined
  /** Messages that never arrive: it leaves a part of a protocol out of the scope. @default none */
  loses?(message: Message): boolean
  /** Roles to which an actor may still send, from a state on, whatever happens. @default all */
  tells?(role: string, state: RoleState): readonly string[]
}

const noChance: Random = { below: () => 0 }

const nothing: RoleState = {
  actor: undefined,
  stored: nothingStored,
  appliedState: undefined,
  questions: [],
  suspected: [],
  failure: undefined,
}

const begins = 'begins a write'
const isDurable = 'its write is durable'
const crashes = 'crashes'
const crashesWritten = 'crashes when its write is durable'
const losesWrite = 'crashes, and its disk loses its last write'
const restarts = 'restarts'
const passes = 'time passes'
const forward = 'its wall clock is set forward'
const back = 'its wall clock is set back'
/** Which node stands behind. */
const suspectsNode = 'suspects'
const findsNode = 'finds'
/** The real role of a node, stepped as its host would, as an actor of a model. */
export class RoleActor implements ModelActor<RoleState, Message> {
  readonly name: string
  readonly own: (state: RoleState) => readonly OwnEvent[]
  readonly spends: boolean
  readonly tells?: (state: RoleState) => readonly string[]
  readonly #group: GroupDefinition
  readonly #actor: LocalActor
  readonly #names: Names
  readonly #settings: RoleSettings
  #started: RoleState | undefined

  constructor(definition: GroupDefinition, role: string, node: NodeId, names: Names, settings: RoleSettings) {
    this.name = names.of(role, node)
    this.#group = definition
    this.#actor = new LocalActor({ group, definition, role, node, random: noChance })
    this.#names = names
    this.#settings = settings
    if (settings.tells) {
      const { tells } = settings
      this.tells = (state) => tells(role, state).flatMap((other) => names.all(other))
    }
    this.spends = this.#maySpend()
    this.own = (state) => this.#ownOf(state)
  }

  /** How its record becomes bytes. */
  get recordCodec(): Codec<unknown> {
    return this.#actor.definition.record
  }
  /** How the rows of its table become bytes, where it is known: it is many small ones at one address. */
  get rowCodec(): Codec<unknown> | undefined {
    return this.#actor.definition.keyed?.row
  }
  /** What its context holds under `config`, where a role keeps what never changes. */
  get config(): unknown {
    this.#started ??= this.start().state
    return (this.#started.actor?.snapshot.context as { readonly config?: unknown } | undefined)?.config
  }

  start(): Reaction<RoleState, Message> {
    const { role, node } = this.#actor
    const found = this.#settings.begins?.(role, node)
    const state = this.#hasClock ? { ...nothing, clock: { nowMs: 0, wallMs: 0 } } : nothing
    return this.#restart(found ? { ...state, stored: storedWith(found, this.recordCodec) } : state)
  }

  receive(state: RoleState, message: Message, from: string): Reaction<RoleState, Message> | undefined {
    if (!state.actor || state.failure !== undefined) return undefined
    const reaction = this.#react(state, (turn) =>
      turn.deliver({ ...message, from: this.#names.addressOf(from) } as Message),
    )
    // A role decides every cell: what changes nothing and says nothing is what it ignores on purpose.
    const isIgnored = reaction.sends?.length === 0 && reaction.outputs?.length === 0
    return isIgnored && this.keyOf(reaction.state) === this.keyOf(state) ? undefined : reaction
  }

  act(state: RoleState, event: string): Reaction<RoleState, Message> | undefined {
    switch (event) {
      case begins:
        return this.#react(state, (turn) => turn.beginWrite())
      case isDurable:
        return this.#react(state, (turn) => turn.endWrite())
      case crashes:
        return this.#react(state, (turn) => turn.crash())
      case crashesWritten:
        return this.#react(state, (turn) => {
          turn.keepWrite()
          turn.crash()
        })
      case losesWrite:
        return this.#react(state, (turn) => {
          turn.loseLastWrite()
          turn.crash()
        })
      case restarts:
        return this.#restart(state)
      case passes:
      case forward:
      case back:
        return { state: this.#later(state, event) }
    }
    const request = this.#settings.requests?.find(({ name }) => name === event)
    if (request) return this.#react(state, (turn) => turn.deliver(request.event))
    const [told = '', node = ''] = event.split(' ')
    if (told === suspectsNode) return this.#react(state, (turn) => turn.suspect({ type: 'peer.lost', node }))
    if (told === findsNode) return this.#react(state, (turn) => turn.suspect({ type: 'peer.found', node }))
    const answer = choicesIn(state).find((choice) => choice.name === event)?.answer
    if (answer) return this.#react(state, (turn) => turn.answer(answer))
    const timer = pendingTimers(state).find((pending) => endOf(state, pending) === event)
    return timer === undefined ? undefined : this.#react(state, (turn) => turn.fire(timer))
  }

  keyOf(state: RoleState): string {
    return keyOfRole(state, this.#actor.log?.stateMachine)
  }
  show(state: RoleState): unknown {
    return showRole(state)
  }

  #maySpend(): boolean {
    const { writes, timers, crashes: crashing = [], doubts = [], suspects = [], requests = [] } = this.#settings
    const { role } = this.#actor
    const isAsked = requests.some((request) => request.role === role)
    const isFaulty = [...crashing, ...doubts, ...suspects].includes(role)
    return writes === 'split' || timers[role] !== undefined || isAsked || isFaulty || this.#hasClock
  }

  #ownOf(state: RoleState): readonly OwnEvent[] {
    const { writes, timers, crashes: crashing = [], doubts = [], requests = [] } = this.#settings
    const { role } = this.#actor
    const { actor, before } = state
    if (state.failure !== undefined) return []
    if (!actor) return [{ name: restarts }, ...this.#timeOf()]
    const events: OwnEvent[] = this.#timeOf()
    for (const timer of pendingTimers(state)) {
      const costs = timers[role]?.[delayNameOf(timer)]
      if (costs !== undefined) events.push({ name: endOf(state, timer), costs })
    }
    for (const { name, role: asked, isFor } of requests) {
      if (asked === role && (isFor?.(state) ?? true)) events.push({ name, costs: name })
    }
    for (const { name } of choicesIn(state)) events.push({ name })
    events.push(...this.#suspicionsOf(state))
    const isWriting = actor.writing.length > 0
    if (writes === 'split' && isWriting) events.push({ name: isDurable })
    if (writes === 'split' && !isWriting && actor.outbox.waiting.length > 0) events.push({ name: begins })
    if (crashing.includes(role)) {
      events.push({ name: crashes, costs: 'crashes' })
      if (isWriting) events.push({ name: crashesWritten, costs: 'crashes' })
    }
    if (doubts.includes(role) && before) events.push({ name: losesWrite, costs: 'doubts' })
    return events
  }

  get #hasClock(): boolean {
    return this.#settings.clocks !== undefined && this.#actor.definition.timed === true
  }

  #timeOf(): OwnEvent[] {
    if (!this.#hasClock) return []
    const jumps = this.#settings.clocks?.jumpsMs === undefined ? [] : [forward, back]
    return [{ name: passes, costs: 'time' }, ...jumps.map((name) => ({ name, costs: 'jumps' }))]
  }

  #later(state: RoleState, event: string): RoleState {
    const { clock: { nowMs, wallMs } = { nowMs: 0, wallMs: 0 } } = state
    const { passesMs = 0, jumpsMs = 0 } = this.#settings.clocks ?? {}
    if (event === passes) return { ...state, clock: { nowMs: nowMs + passesMs, wallMs: wallMs + passesMs } }
    return { ...state, clock: { nowMs, wallMs: wallMs + (event === forward ? jumpsMs : -jumpsMs) } }
  }

  #suspicionsOf(state: RoleState): readonly OwnEvent[] {
    const { suspects = [] } = this.#settings
    if (!suspects.includes(this.#actor.role)) return []
    return this.#actor.awaited(state).map((node) => {
      const isSuspected = state.suspected.includes(node)
      return isSuspected ? { name: `${findsNode} ${node}` } : { name: `${suspectsNode} ${node}`, costs: 'suspicions' }
    })
  }

  #restart(state: RoleState): Reaction<RoleState, Message> {
    return this.#react(state, (turn) => turn.begin())
  }

  #react(state: RoleState, run: (turn: Turn) => void): Reaction<RoleState, Message> {
    const { writes, doubts = [], loses } = this.#settings
    const turn = new Turn(this.#actor, state, doubts.includes(this.#actor.role))
    try {
      run(turn)
      while (writes === 'atomic' && turn.isWaiting) {
        turn.beginWrite()
        turn.endWrite()
      }
    } catch (error) {
      // It is the role that is wrong, not what happened to it.
      if (isFrozenWrite(error)) throw error
      // The node stops, and stays so.
      return {
        state: { ...state, ...this.#actor.crash(state), failure: messageOf(error) },
      }
    }
    const { messages } = this.#group
    const sends: Sending<Message>[] = []
    const outputs: Effect[] = []
    for (const effect of turn.leaves) {
      if (effect.type !== 'send') outputs.push(effect)
      else if (!loses?.(effect.message)) {
        const { type } = effect.message
        for (const to of this.#names.at(effect.to)) {
          if (to === this.name) continue
          sends.push({ to, message: messages.decode(type, messages.encode(effect.message)) })
        }
      }
    }
    return { state: turn.state, sends, outputs }
  }
}

/** Every answer to what an actor asked first. By their places, which stay what they are when nodes change names. */
function choicesIn({
  questions: [question],
}: RoleState): readonly { readonly name: string; readonly answer: Chosen }[] {
  if (!question) return []
  const placeOf = (choice: string): number => question.among.indexOf(choice) + 1
  return Array.from(choicesOf(question), (answer) => ({
    name: `chooses ${answer.chosen.map(placeOf).join(', ') || 'none'} of ${question.among.length}`,
    answer,
  }))
}

/** What is stored by an actor that would be started with this. */
const storedWith = ({ record, ...held }: RecoveredState, codec: Codec<unknown>): StoredLog =>
  storedFrom({ ...held, record: record === undefined ? undefined : codec.encode(record) })

const endOf = ({ actor }: RoleState, timer: string): string => `${timerName(actor?.timers ?? noTimers, timer)} ends`
