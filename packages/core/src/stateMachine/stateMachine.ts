import { checkOptions } from '../errors/checkOptions.js'
import { InvalidConfigurationError } from '../errors/errors.js'
import { checkNext, checkSettled } from './returned.js'

/** Turns values into bytes and back. `decode` throws for bytes that are none of its own. */
export interface Codec<T> {
  encode(value: T): Uint8Array
  decode(bytes: Uint8Array): T
}

const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder('utf-8', { fatal: true }) }

/** JSON in UTF-8: for plain values. A `Map`, a `Date` or bytes want a codec of their own. */
export function json<T>(): Codec<T> {
  return {
    encode: (value) => utf8.encoder.encode(textOfJson(value ?? null)),
    decode: (bytes) => JSON.parse(utf8.decoder.decode(bytes)) as T,
  }
}

/** Bytes as they are: who gives them must not change them any more. */
export const asBytes: Codec<Uint8Array> = { encode: (bytes) => bytes, decode: (bytes) => bytes }

function textOfJson(value: unknown): string {
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined) throw new TypeError(`a ${typeof value} cannot be written as JSON`)
  return text
}

/** Where a command stands in the log, and when it was ordered: all of it is equal on every node. */
export interface Placed {
  /** Index of its entry: grows from command to command. */
  readonly index: number
  /** As people count, since 1970, in milliseconds: see {@link LogTime}. 0 where nobody has said it yet. */
  readonly wallMs: number
  /** For what is to last so long, in milliseconds: see {@link LogTime}. */
  readonly logMs: number
}

/** When a state machine wants to be told that time has passed: the earlier of the two. */
export interface Deadline {
  /** As people count: see {@link Placed}. It passes when the wall clock of who orders says so, be it set or not. */
  readonly wallMs?: number
  /** In the time of the log: see {@link Placed}. It never passes too early. */
  readonly logMs?: number
}

/**
 * A deterministic state machine over bytes: what a group replicates. The same commands in the same order give the same
 * states and results on every node, so it must read no clock, no randomness and no environment. States are values: `apply`
 * returns the next one and leaves the old one as it was.
 */
export interface StateMachine<State = unknown> {
  initial(): State
  /**
   * What it throws is the command's result, equal on every node; the state stays as it was. So it is where it returns
   * something else than a state and bytes, a promise for one: it must be done when it returns.
   */
  apply(state: State, command: Uint8Array, at: Placed): { readonly state: State; readonly result: Uint8Array }
  /**
   * The next time at which something is to happen by itself: then there is a `tick`. Asked after each command, on the node
   * that orders where the state machine runs there: let it cost little. What it throws means
   * never, and the log says so. @default never
   */
  deadline?(state: State): Deadline | undefined
  /**
   * Time has passed: gives the next state. It may be too early still, or a deadline of which the state knows no more: look at `at`,
   * which is equal on every node. What it throws leaves the state as it was. A `deadline` that is not moved brings a tick each second.
   */
  tick?(state: State, at: Placed): State
  /** Answers a question without changing the state. What it throws goes to who asked. */
  query(state: State, query: Uint8Array): Uint8Array
  /**
   * All of the state, as bytes; of a large one in pieces, which are asked for a few at a time while the state machine goes
   * on: an iterable must not mind that, and gives the pieces of this very state. What it throws costs no more than the
   * snapshot, which is tried again later.
   */
  snapshot(state: State): Uint8Array | Iterable<Uint8Array>
  /** The state of a snapshot in one piece, and of one in several where there is no `restoring`. */
  restore(bytes: Uint8Array): State
  /** Begins to restore a state from pieces, as `snapshot` gave them: a few at a time, so that the node goes on meanwhile. */
  restoring?(): Restoring<State>
}

/** A state that is being restored, piece by piece. */
export interface Restoring<State> {
  add(piece: Uint8Array): void
  finish(): State
}

/** A state machine whatever its states are. */
// biome-ignore lint/suspicious/noExplicitAny: `apply` takes and gives the state, so no narrower type is assignable.
export type AnyStateMachine = StateMachine<any>

/** A state machine that also knows the types behind its bytes. */
export interface TypedStateMachine<State, Command, Result, Query = never, Answer = never> extends StateMachine<State> {
  readonly codecs: {
    readonly command: Codec<Command>
    readonly result: Codec<Result>
    readonly query: Codec<Query>
    readonly answer: Codec<Answer>
  }
}

/** What a user writes. Commands, results, queries and answers travel as JSON unless `codecs` says otherwise. */
export interface StateMachineDefinition<State, Command, Result, Query, Answer> {
  readonly initial: () => State
  readonly apply: (state: State, command: Command, at: Placed) => { readonly state: State; readonly result: Result }
  readonly query?: (state: State, query: Query) => Answer
  /** With `tick`: see {@link StateMachine}. */
  readonly deadline?: (state: State) => Deadline | undefined
  readonly tick?: (state: State, at: Placed) => State
  readonly snapshot: (state: State) => Uint8Array | Iterable<Uint8Array>
  readonly restore: (bytes: Uint8Array) => State
  readonly restoring?: () => Restoring<State>
  readonly codecs?: {
    readonly command?: Codec<Command>
    readonly result?: Codec<Result>
    readonly query?: Codec<Query>
    readonly answer?: Codec<Answer>
  }
}

/**
 * Makes a state machine out of typed functions.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: a key that is unknown or missing, or a function
 *   that is async: what it returned would not be done when the next command comes.
 */
export function defineStateMachine<State, Command, Result, Query = never, Answer = never>(
  definition: StateMachineDefinition<State, Command, Result, Query, Answer>,
): TypedStateMachine<State, Command, Result, Query, Answer> {
  checkOptions<StateMachineDefinition<State, Command, Result, Query, Answer>>('defineStateMachine(...)', definition, {
    initial: 'required',
    apply: 'required',
    query: 'optional',
    deadline: 'optional',
    tick: 'optional',
    snapshot: 'required',
    restore: 'required',
    restoring: 'optional',
    codecs: 'optional',
  })
  for (const name of ['initial', 'apply', 'query', 'deadline', 'tick', 'snapshot', 'restore', 'restoring'] as const)
    checkFunction(name, definition[name])
  const { initial, deadline, tick, snapshot, restore, restoring } = definition
  if ((deadline === undefined) !== (tick === undefined))
    throw new InvalidConfigurationError('deadline and tick of a state machine belong together: give both, or neither')
  const codecs = {
    command: definition.codecs?.command ?? json<Command>(),
    result: definition.codecs?.result ?? json<Result>(),
    query: definition.codecs?.query ?? json<Query>(),
    answer: definition.codecs?.answer ?? json<Answer>(),
  }
  return {
    initial,
    snapshot,
    restore,
    ...(restoring && { restoring }),
    ...(deadline && tick && { deadline, tick }),
    codecs,
    apply(state, command, at) {
      const next = checkNext<State, Result>(definition.apply(state, codecs.command.decode(command), at))
      return { state: next.state, result: codecs.result.encode(checkSettled('the result of apply', next.result)) }
    },
    query(state, query) {
      if (!definition.query) throw new TypeError('this state machine answers no queries: define `query`')
      const answer = definition.query(state, codecs.query.decode(query))
      return codecs.answer.encode(checkSettled('what query returned', answer))
    },
  }
}

function checkFunction(name: string, given: unknown): void {
  if (given === undefined) return
  if (typeof given !== 'function')
    throw new InvalidConfigurationError(`${name} of a state machine must be a function, not ${typeof given}`)
  if (Object.prototype.toString.call(given) === '[object AsyncFunction]') {
    throw new InvalidConfigurationError(
      `${name} of a state machine must not be async: every node does the same at the same place of the log, and is done when it returns. ` +
        'Do what takes time before you propose, or after it was applied',
    )
  }
}
