import {
  type Cause,
  type Codec,
  delayNameOf,
  type Effect,
  type GroupDefinition,
  LocalActor,
  type Message,
  type MessageId,
  messageIdOf,
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
import { answersTo } from './answers.js'
import { group, type Names } from './names.js'
import { ofOthers, toldBy } from './ofOthers.js'
import { numbered, type Onlooker } from './onlooker.js'
import type { RoleSettings } from './roleSettings.js'
import { keyOfRole, pendingTimers, type RoleState, showRole } from './roleState.js'
import { Turn } from './turn.js'

const noChance: Random = { below: () => 0 }

const nothing: RoleState = {
  actor: undefined,
  stored: nothingStored,
  appliedState: undefined,
  questions: [],
  suspected: [],
  members: undefined,
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
  readonly #onlooker: Onlooker | undefined
  #started: RoleState | undefined

  constructor(
    definition: GroupDefinition,
    role: string,
    node: NodeId,
    names: Names,
    settings: RoleSettings,
    onlooker?: Onlooker,
  ) {
    this.name = names.of(role, node)
    this.#group = definition
    this.#actor = new LocalActor({ group, definition, role, node, random: noChance, observe: onlooker?.observe })
    this.#onlooker = onlooker
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

  /** @param id of the message, for an onlooker */
  receive(state: RoleState, message: Message, from: string, id?: MessageId): Reaction<RoleState, Message> | undefined {
    if (!state.actor || state.failure !== undefined) return undefined
    const sender = this.#names.addressOf(from)
    const cause: Cause | undefined = id && { type: 'message', from: sender, id }
    const reaction = this.#react(state, (turn) => turn.deliver({ ...message, from: sender } as Message, cause))
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
    const tell = toldBy(event)
    if (tell) return this.#react(state, tell)
    const answer = this.#answersIn(state).find(({ name }) => name === event)?.answer
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
    const {
      writes,
      timers,
      crashes: crashing = [],
      doubts = [],
      suspects = [],
      denies = [],
      requests = [],
    } = this.#settings
    const { role } = this.#actor
    const isAsked = requests.some((request) => request.role === role)
    const isFaulty = [...crashing, ...doubts, ...suspects, ...denies].includes(role)
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
    for (const { name } of this.#answersIn(state)) events.push({ name })
    events.push(...ofOthers(this.#actor, state, this.#settings))
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

  #answersIn({ questions }: RoleState): ReturnType<typeof answersTo> {
    return questions.length === 0 ? [] : answersTo(questions, this.#settings, this.#actor)
  }

  get #hasClock(): boolean {
    return this.#settings.clocks !== undefined && (this.#actor.definition.timed ?? false) !== false
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
    let { members } = state
    for (const effect of turn.leaves) {
      if (effect.type === 'members') members = effect
      if (effect.type !== 'send') outputs.push(effect)
      else if (!loses?.(effect.message)) {
        const { type } = effect.message
        const bytes = messages.encode(effect.message)
        const id = this.#tellSent(effect, bytes)
        for (const address of this.#actor.addressees(effect.to, members)) {
          const to = this.#names.at(address)
          if (to === undefined || to === this.name) continue
          const message = messages.decode(type, bytes)
          sends.push(id === undefined ? { to, message } : numbered(to, message, id))
        }
      }
    }
    return { state: turn.state, sends, outputs }
  }

  #tellSent({ to, message }: Extract<Effect, { type: 'send' }>, bytes: Uint8Array): MessageId | undefined {
    if (!this.#onlooker) return undefined
    const [from, number] = [this.#actor.address, this.#onlooker.nextNumber()]
    this.#onlooker.observe({ type: 'sent', from, fromStart: undefined, number, to, message, bytes: bytes.length })
    return messageIdOf({ from, message: number })
  }
}

/** What is stored by an actor that would be started with this. */
const storedWith = ({ record, ...held }: RecoveredState, codec: Codec<unknown>): StoredLog =>
  storedFrom({ ...held, record: record === undefined ? undefined : codec.encode(record) })

const endOf = ({ actor }: RoleState, timer: string): string => `${timerName(actor?.timers ?? noTimers, timer)} ends`
