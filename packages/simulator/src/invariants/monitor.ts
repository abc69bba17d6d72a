import type { Effect, Message, NodeId, Placed, StoreWrite } from '@quorate/core'
import type { Ending, Invariant, InvariantFactory, Operation, Place, Subject } from '@quorate/core/testing'
import type { BitRot } from '../script/script.js'

/** What did not hold, and when. */
export interface Violation {
  readonly invariant: string
  readonly source: string
  readonly how: string
  readonly atUs: number
}

/** Which of its methods an invariant has, so that nobody else is asked. */
type Listeners = { readonly [Name in keyof Invariant]-?: NonNullable<Invariant[Name]>[] }

/** The invariants of one run, each asked what concerns it. The first that does not hold is kept. */
export class Monitor {
  readonly #groups = new Map<string, Pick<Listeners, Heard>>()
  readonly #nowUs: () => number
  #violation: Violation | undefined

  constructor(groups: readonly Omit<Subject, 'broken'>[], factories: readonly InvariantFactory[], nowUs: () => number) {
    this.#nowUs = nowUs
    for (const subject of groups) {
      const invariants = factories.flatMap((make) => {
        const invariant: Invariant | undefined = make({
          ...subject,
          broken: (how) => this.broken(invariant?.name ?? '', invariant?.source ?? '', how),
        })
        return invariant ? [invariant] : []
      })
      this.#groups.set(subject.group, listenersOf(invariants))
    }
  }

  get violation(): Violation | undefined {
    return this.#violation
  }

  broken(invariant: string, source: string, how: string): void {
    this.#violation ??= { invariant, source, how, atUs: this.#nowUs() }
  }

  stepped(place: Place, before: unknown, event: { readonly type: string } | undefined, after: unknown): void {
    for (const tell of this.#of(place.group).stepped) tell(place, before, event, after)
  }
  emitted(place: Place, effect: Effect): void {
    for (const tell of this.#of(place.group).emitted) tell(place, effect)
  }
  recorded(place: Place, record: unknown, bytes: Uint8Array): void {
    for (const tell of this.#of(place.group).recorded) tell(place, record, bytes)
  }
  spoke(place: Place, message: Message): void {
    for (const tell of this.#of(place.group).spoke) tell(place, message)
  }
  applied(place: Place, command: Uint8Array, at: Placed): void {
    for (const tell of this.#of(place.group).applied) tell(place, command, at)
  }
  asked(node: NodeId, writes: readonly StoreWrite[]): void {
    for (const { asked } of this.#groups.values()) for (const tell of asked) tell(node, writes)
  }
  durable(node: NodeId, writes: readonly StoreWrite[]): void {
    for (const { durable } of this.#groups.values()) for (const tell of durable) tell(node, writes)
  }
  ended(node: NodeId, rot: BitRot | undefined): void {
    for (const { ended } of this.#groups.values()) for (const tell of ended) tell(node, rot)
  }
  began(group: string, process: number, operation: Operation): void {
    for (const tell of this.#of(group).began) tell(process, operation)
  }
  answered(group: string, process: number, operation: Operation, ending: Ending): void {
    for (const tell of this.#of(group).answered) tell(process, operation, ending)
  }

  over(): void {
    for (const { over } of this.#groups.values()) for (const tell of over) tell()
  }

  #of(group: string): Pick<Listeners, Heard> {
    return this.#groups.get(group) ?? nobody
  }
}

type Heard = Exclude<keyof Invariant, 'name' | 'source' | 'isGeneral'>

function listenersOf(invariants: readonly Invariant[]): Pick<Listeners, Heard> {
  const of = <Name extends Heard>(name: Name): NonNullable<Invariant[Name]>[] =>
    invariants.flatMap((invariant) => {
      const tell = invariant[name]
      return tell ? [tell] : []
    })
  return {
    stepped: of('stepped'),
    emitted: of('emitted'),
    recorded: of('recorded'),
    spoke: of('spoke'),
    asked: of('asked'),
    durable: of('durable'),
    ended: of('ended'),
    applied: of('applied'),
    began: of('began'),
    answered: of('answered'),
    over: of('over'),
  }
}

const nobody = listenersOf([])
