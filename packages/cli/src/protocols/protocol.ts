import type { Drawable } from '@quorate/diagram'
import type { SimulatedWorkload, SimulationSubject } from '@quorate/simulator'
import type { Asking } from '../ask/asking.js'
import type { CatalogueModel } from '../check/models/catalogueModel.js'
import type { Checked } from '../mistakes/mistake.js'
import type { Simulated } from '../mistakes/simulated.js'

/**
 * A protocol as the command knows it: what `sim`, `check`, `diagram`, `demo` and `--mistake` offer of it stands here, and in
 * no other list. Nothing is loaded until a command needs it. What a protocol does not have says why.
 */
export interface Protocol {
  /** The `protocol` of its groups. */
  readonly name: string
  /** What `diagram` draws, by name: that of the protocol, or `NAME/ROLE`. A family brings its roles. */
  readonly roles: Part<Readonly<Record<string, Drawable>>>
  /** What `sim` runs under the name of the protocol; its invariants judge the groups of topologies too. */
  readonly subject: Part<SimulationSubject>
  /** What clients of its groups do in a simulated topology; absent where they give commands to a state machine. */
  readonly workload: Part<SimulatedWorkload> | Absent
  /** What `ask` can put to its groups; absent where they are given commands for a state machine. */
  readonly questions: Questions | Absent
  /** What `check` explores. */
  readonly models: Part<readonly CatalogueModel[]>
  /** What `check --mistake` finds. */
  readonly checkedMistakes: Part<readonly Checked[]> | Absent
  /** What `sim --mistake` finds. */
  readonly simulatedMistakes: Part<readonly Simulated[]>
  /** The cluster of `demo`, whose group `kv` orders lines. */
  readonly demo: Demo | Absent
}

/** Loads a part of what is known of a protocol. */
export type Part<T> = () => Promise<T>

/** A protocol does not have this. */
export interface Absent {
  /** For whoever reads or extends the list: why. */
  readonly absent: string
}

/** Their forms are known before anything is loaded, for --help and completion. */
export interface Questions {
  readonly forms: readonly QuestionForm[]
  readonly load: Part<Asking>
}

/** A question, as it is typed. */
export interface QuestionForm {
  readonly name: string
  /** Texts, but for `value`: bytes, which may come from standard input. */
  readonly arguments: readonly ('key' | 'value')[]
  /** For --help: what it does. */
  readonly text: string
}

/** Where a topology stands: in the repository an example, and elsewhere the copy of it that this package brings. */
export interface Demo {
  /** A folder of `examples`. */
  readonly example: string
  /** A module of `src/demo`, without its extension. */
  readonly copy: string
}
