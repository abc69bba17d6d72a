import type { AskContract, Json } from '@quorate/core'

/** How questions are put to groups of a protocol, and what is printed of their answers. */
export interface Asking<Request = unknown, Reply = unknown> {
  readonly contract: AskContract<Request, Reply>
  /** By question: those whose forms the protocol names. */
  readonly put: Readonly<Record<string, Putting<Request, Reply>>>
}

interface Putting<Request, Reply> {
  /** The request, of as many arguments as the form has. */
  requestOf(given: readonly Uint8Array[]): Request
  answerOf(reply: Reply, given: readonly Uint8Array[]): Answer
}

/** What is printed of an answer. */
export interface Answer {
  /** With `--output json`. */
  readonly fields: Readonly<Record<string, Json>>
  /** Without it. */
  readonly text: Uint8Array | string
  /** True where there is nothing: `text` says so. @default false */
  readonly isMissing?: boolean
}
