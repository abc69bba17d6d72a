import type { Json } from '../../values/json.js'

/** Something that a client does in a simulation, as data: what a script says and a workload knows how to do. */
export interface Operation {
  /** What is done, e.g. `read`. */
  readonly f: string
  /** What else there is to say, e.g. a `key` and a `value`. No field is named `at`, `do`, `client` or `slot`: a script says these itself. */
  readonly [field: string]: Json
}

/** How an operation ended. `fail`: it was not done. `info`: nobody knows whether it was, or will be. */
export type Ending =
  | { readonly type: 'ok'; readonly result: Json }
  | { readonly type: 'fail' | 'info'; readonly code: string }
