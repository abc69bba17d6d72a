import {
  type Address,
  type Clock,
  type Command,
  type LocalEvent,
  type LogLimits,
  noBytes,
  type Outcome,
  openingOf,
  type RequestId,
  sessionOf,
  sizeOf,
} from '@quorate/core'
import type { DropLog } from '../bus/dropLog.js'
import type { Applier } from '../engine/applier.js'
import type { OpenSession, Propose, RefusalReason, Results } from '../generated/client.js'
import type { Telemetry } from '../system/telemetry.js'
import type { Asker, Responder } from './responder.js'
import { ResultsByClient } from './results.js'
import { SessionRoom } from './sessionRoom.js'
import type { TakenCommands } from './takenCommands.js'

/** Commands, and bytes of commands, of one group that may wait on one node; what comes beyond is refused. */
const commandsInFlightMax = 65_536
const bytesInFlightMax = 64 * 1024 * 1024
/** How far a session's sequences may run ahead of what its client has heard: so much is remembered of it. */
const sequenceWindow = 65_536

/** What {@link ClientCommands} stands on. */
export interface ClientCommandsOptions {
  readonly responder: Responder
  readonly clock: Clock
  readonly limits: LogLimits
  readonly drops: DropLog
  readonly telemetry: Telemetry
  readonly pending: TakenCommands
  /** Where this node has the state machine: it knows what was decided already. */
  readonly applier: Applier | undefined
  /** An event for the actor that orders. */
  post(event: LocalEvent): void
  nextRequest(): RequestId
}

/** Takes the commands of one group's clients on one node: all that arrive in one turn are one proposal. */
export class ClientCommands {
  readonly #options: ClientCommandsOptions
  readonly #responder: Responder
  readonly #pending: TakenCommands
  /** What goes into the next proposal. */
  #arrived: Command[] = []
  #arrivedBytes = 0
  readonly #room: SessionRoom
  /** Of the next proposal. */
  #request: RequestId

  constructor(options: ClientCommandsOptions) {
    this.#options = options
    this.#responder = options.responder
    this.#pending = options.pending
    this.#room = new SessionRoom({
      clock: options.clock,
      sessionsMax: options.limits.sessionsMax,
      committed: () => options.responder.committed,
    })
    this.#request = options.nextRequest()
  }

  get inFlight(): { readonly commands: number; readonly bytes: number } {
    return { commands: this.#pending.commands, bytes: this.#pending.bytes }
  }

  /** More is known to be decided. */
  committed(): void {
    this.#room.note()
  }

  /** Hands over what arrived since it was last gathered. */
  gather(): void {
    if (this.#arrived.length === 0) return
    const commands = this.#arrived
    const request = this.#request
    this.#request = this.#options.nextRequest()
    this.#arrived = []
    this.#arrivedBytes = 0
    this.#options.telemetry.proposals(this.#responder.group, commands.length)
    this.#options.post({ type: 'client.proposed', request, commands })
  }

  /** The actor does not take a proposal. */
  refused(request: RequestId, reason: RefusalReason): void {
    for (const asker of this.#pending.takeProposal(request)) this.#responder.refuse(asker, reason, false)
  }

  /** Whether what was taken is decided, others will know. */
  refuseAll(reason: RefusalReason): void {
    for (const asker of this.#pending.takeAll()) this.#responder.refuse(asker, reason, true)
  }

  /** Takes nothing any more. */
  stop(): void {
    this.#arrived = []
    this.#arrivedBytes = 0
    this.refuseAll('stopping')
  }

  /** Another member answers commands that may have been taken here, and does not know whose they are. */
  handOn(results: Results): void {
    const client = this.#pending.clientOf(results.session)
    if (client !== undefined) this.#responder.send(client, results)
  }

  receivePropose(client: Address, { request, session, answeredBelow, commands }: Propose): void {
    const taken: Command[] = []
    const tooLarge: number[] = []
    const known = new ResultsByClient()
    let last = 0
    for (const { sequence, bytes } of commands) {
      if (sequence <= last || sequence - answeredBelow > sequenceWindow) {
        this.#options.drops.note('malformed', { from: client, sequence, answeredBelow })
        return
      }
      last = sequence
      if (bytes.length > this.#options.limits.commandBytesMax) {
        tooLarge.push(sequence)
        continue
      }
      const outcome = this.#outcomeOf(session, sequence)
      if (outcome) known.add(client, session, sequence, outcome)
      else taken.push({ kind: 'command', session, sequence, answeredBelow, bytes })
    }
    this.#responder.sendResults(known)
    if (tooLarge.length > 0) this.#responder.refuse({ client, request }, 'tooLarge', false, tooLarge)
    this.#accept({ client, request }, taken)
  }

  /** `name` is that of the client: it is what the session is answered to. */
  receiveOpenSession(client: Address, name: string, { request, session: known }: OpenSession): void {
    if (request < 1) {
      this.#options.drops.note('malformed', { from: client, request })
      return
    }
    const sessions = this.#options.applier?.appliedState.sessions
    const opened = sessions && sessionOf(sessions, name)
    if (opened?.session.opening === request && known === 0) {
      // It asks for the second time, and the answer to the first is on its way or was lost.
      this.#responder.sendSessionOpened(client, request, opened.id)
      return
    }
    if (sessions && !opened && !this.#room.admits(sessions)) {
      this.#responder.refuse({ client, request }, this.#responder.serves ? 'sessionsFull' : 'notLeader', false)
      return
    }
    const bytes = textEncoder.encode(name)
    const session = openingOf(name, request)
    const answeredBelow = this.#room.unusedBelow
    this.#accept({ client, request }, [{ kind: 'openSession', session, sequence: request, answeredBelow, bytes }])
  }

  /** What has been decided already of a command that comes again. */
  #outcomeOf(id: number, sequence: number): Outcome | undefined {
    const { applier } = this.#options
    if (!applier) return undefined
    const { sessions, applied } = applier.appliedState
    const session = sessions.get(id)
    // One that is not known here may be opened by an entry that is not applied yet: apply will tell.
    if (!session) return undefined
    const outcome = session.outcomes.get(sequence)
    if (outcome || sequence >= session.answeredBelow) return outcome
    return { status: 'answered', index: applied.index, bytes: noBytes }
  }

  #accept(asker: Asker, taken: readonly Command[]): void {
    if (taken.length === 0) return
    if (!this.#responder.serves) {
      this.#responder.refuse(asker, 'notLeader', false)
      return
    }
    const nowMs = this.#options.clock.nowMs()
    this.#pending.expire(nowMs)
    // In flight already: whoever waits is answered when it is applied.
    const commands = taken.filter((command) => !this.#pending.has(command))
    if (commands.length === 0) return
    const bytes = commands.reduce((sum, command) => sum + sizeOf(command), 0)
    const refusal = this.#refusalOf(commands.length, bytes)
    if (refusal) {
      this.#responder.refuse(asker, refusal, false)
      return
    }
    this.#pending.add(this.#request, { ...asker, commands, open: commands.length }, nowMs)
    for (const command of commands) this.#arrived.push(command)
    this.#arrivedBytes += bytes
  }

  #refusalOf(commands: number, bytes: number): RefusalReason | undefined {
    const { applier } = this.#options
    const hasRoom =
      !applier?.isOverloaded &&
      Math.max(this.#pending.commands, this.#arrived.length) + commands <= commandsInFlightMax &&
      Math.max(this.#pending.bytes, this.#arrivedBytes) + bytes <= bytesInFlightMax
    if (!hasRoom) return 'overloaded'
    return applier?.hasRoomInLog() === false ? 'noSnapshot' : undefined
  }
}

const textEncoder = new TextEncoder()
