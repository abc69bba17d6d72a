import type { AskContract } from '../../group/service.js'
import type { AnyStateMachine, TypedStateMachine } from '../../stateMachine/stateMachine.js'
import type { Json } from '../../values/json.js'
import type { Draws } from './draws.js'
import type { Operation } from './operation.js'

/** What the field of an operation may be: a text, a number, a whole number from 0 (`count`), or any value of JSON. */
export type FieldForm = 'text' | 'number' | 'count' | 'boolean' | 'json'

/** What a script may say of an operation. */
export interface OperationForm {
  /** Its fields by name. One whose form ends in `?` may be missing. */
  readonly fields: Readonly<Record<string, FieldForm | `${FieldForm}?`>>
  /** True where it changes nothing: if no answer came, it was not done. @default false */
  readonly isQuery?: boolean
}

/** What clients know of a group: its state machine, where it orders a log; of one that is asked its contract. */
export type Served = AnyStateMachine | AskContract

/** The client of a group, as a simulation hands it to a workload: the very client that users have. */
export type WorkloadClient<Of extends Served = Served> =
  Of extends TypedStateMachine<infer _, infer Command, infer Result, infer Query, infer Answer>
    ? LogClientOf<Command, Result, Query, Answer>
    : Of extends AskContract<infer Request, infer Reply>
      ? AskClientOf<Request, Reply>
      : LogClientOf<unknown, unknown, unknown, unknown>

interface LogClientOf<Command, Result, Query, Answer> {
  propose(command: Command): Promise<{ readonly index: number; readonly result: Result }>
  query(query: Query, options?: { readonly consistency?: 'linearizable' | 'stale' }): Promise<Answer>
  readIndex(): Promise<number>
}

interface AskClientOf<Request, Reply> {
  ask(request: Request): Promise<Reply>
}

/** What a run tells a workload. */
export interface WorkloadSettings {
  /** How many objects its clients use, where that was said. */
  readonly keys?: number
}

/**
 * What clients of a group do in a simulation: which operations there are, how they are drawn and done, and what answers mean.
 * With the type of the group's state machine, or of its contract, `perform` knows what may be asked of the client.
 */
export interface Workload<Of extends Served = Served> {
  /** E.g. `registers`. */
  readonly name: string
  /** What a script may say, by `f`. */
  readonly operations: Readonly<Record<string, OperationForm>>
  /**
   * The model of histories to which what clients are told must be linearizable, by the name that `@quorate/checker` has for it,
   * e.g. `register`. @default it is not judged
   */
  readonly model?: string
  /** How many operations begin in a second. @default drawn for each run, from 1 to 20 */
  readonly perSecond?: number
  /** How many operations a client may have under way at the same time. @default drawn for each run, from 1 to 5 */
  readonly slotsMax?: number
  /** True where no command is proposed twice: equal bytes are the same command. @default false */
  readonly hasUniqueCommands?: boolean
  /** Begins a run: gives the function that draws its operations one by one, the `ordinal`-th (from 0) from a stream of its own. */
  draw(run: Draws, settings: WorkloadSettings): (own: Draws, ordinal: number) => Operation
  /** What a new client has to get done after the healing, in this order; `number` is new at each attempt, and greater than any `ordinal`. */
  probe(number: number): readonly Operation[]
  /**
   * Does it, and gives what came of it. `unique` gives a text that it gives to nobody else.
   * Errors of the client that leave open or deny that it was done are told apart by the simulation; any other is a defect.
   */
  perform(client: WorkloadClient<Of>, operation: Operation, unique: () => string): Promise<Json>
  /** What a history says that it was given: null for nothing. @default its `value`, or null */
  argumentOf?(operation: Operation): Json
  /** What a history says that it gave; undefined to say nothing. @default the result as it is */
  resultOf?(operation: Operation, result: Json): Json | undefined
  /** The operation in a trace. @default `f` and its fields */
  textOf?(operation: Operation): string
  /** What came of it, in a trace. @default as JSON */
  resultTextOf?(result: Json): string
}
