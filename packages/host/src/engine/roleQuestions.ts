import {
  type Answered,
  type Called,
  type CallHandler,
  type Effect,
  invariant,
  type NodeId,
  QuorateError,
} from '@quorate/core'
import { OwnQuestions } from './ownQuestions.js'

/**
 * Has a group execute a command, or asks it, in the name of this node: bytes from the codecs of the group, and to them.
 * @throws what clients are told.
 */
export type AskGroup = (group: string, bytes: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>

type Call = Extract<Effect, { readonly type: 'call' }>
type Ask = Extract<Effect, { readonly type: 'ask' }>
type Reason<Of extends Called | Answered> = Extract<Of['outcome'], { readonly type: 'failed' }>['reason']

/** What one role on one node calls and asks. */
export class RoleQuestions {
  readonly #calls: OwnQuestions<Call, Reason<Called>>
  readonly #asks: OwnQuestions<Ask, Reason<Answered>>

  /** `post` gives the role what came of a question; `threw` hears what a handler threw, whole. */
  constructor(options: {
    readonly place: { readonly group: string; readonly role: string; readonly node: NodeId }
    readonly handler: CallHandler | undefined
    readonly ask: AskGroup
    readonly post: (answer: Called | Answered) => void
    readonly threw: (thrown: unknown) => void
  }) {
    const { place, handler, ask, post, threw } = options
    this.#calls = new OwnQuestions({
      perform: ({ bytes }, signal) => {
        invariant(handler !== undefined, 'a role that calls has a handler')
        // The bytes are a value that others hold too.
        return handler(bytes.slice(), { ...place, signal })
      },
      reasonOf: (what) => {
        if (typeof what === 'string') return what
        threw(what.thrown)
        return 'threw'
      },
      tell: (request, outcome) => post({ type: 'called', request, outcome }),
    })
    this.#asks = new OwnQuestions({
      perform: ({ group, bytes }, signal) => ask(group, bytes, signal),
      reasonOf: (what) => (typeof what === 'string' ? ofLimits[what] : reasonOfAsk(what.thrown)),
      tell: (request, outcome) => post({ type: 'answered', request, outcome }),
    })
  }

  begin(question: Call | Ask): void {
    if (question.type === 'call') this.#calls.begin(question)
    else this.#asks.begin(question)
  }

  /** The role takes nothing any more. */
  close(): void {
    this.#calls.close()
    this.#asks.close()
  }
}

/** What a client of a group was told. All else was thrown before anything was sent. */
const unknown: readonly string[] = ['QUORATE_UNKNOWN_OUTCOME', 'QUORATE_GROUP_RESET']
const failed: readonly string[] = ['QUORATE_COMMAND_FAILED', 'QUORATE_RESULT_TOO_LARGE']

const ofLimits = { overloaded: 'notExecuted', malformed: 'failed' } as const

function reasonOfAsk(thrown: unknown): Reason<Answered> {
  const code = thrown instanceof QuorateError ? thrown.code : ''
  if (unknown.includes(code)) return 'unknown'
  return failed.includes(code) ? 'failed' : 'notExecuted'
}
