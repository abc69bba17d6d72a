import {
  type AskService,
  type Codec,
  checkNodes,
  type GroupDefinition,
  json,
  keyedRecord,
  MalformedMessageError,
  type Message,
  type MessageCodec,
  type NodeId,
  noBytes,
  perKey,
} from '@quorate/core'
import { type Courier, courier, type Letter, type LetterRow } from './courier.js'

export interface CouriersOptions {
  /** Who sends letters: each of them those whose ids fall to it. */
  readonly members: readonly NodeId[]
  /** The group of a key-value store that remembers what was sent. */
  readonly book: string
  /** Sends a letter. Of the same id it may be asked again, and must not send a second one. */
  send(letter: Letter, signal: AbortSignal): Promise<void>
}

const letters = perKey<typeof courier, { readonly book: string }, LetterRow>({
  id: 'couriers',
  each: courier,
  keyOf: (event) => event.body.id,
  input: ({ shared: { book }, key: id, row = { text: '', isSent: false } }): Courier => ({
    id,
    book,
    ...row,
    client: undefined,
  }),
  row: json<LetterRow>(),
  resumes: ({ isSent }) => !isSent,
  refuse: ({ request }) => ({ type: 'refuse', request, reason: 'overloaded' }),
})

/** Couriers say nothing to one another. */
const noMessages: MessageCodec<Message> = {
  types: [],
  encode: () => noBytes,
  decode: (type) => {
    throw new MalformedMessageError(`no message ${type} is said among couriers`)
  },
}

/** A question comes from anybody: what is no letter is refused, and no courier hears of it. */
const letterCodec: Codec<Letter> = {
  encode: (letter) => json<Letter>().encode(letter),
  decode: (bytes) => {
    const { id, text } = json<Letter>().decode(bytes)
    if (typeof id === 'string' && typeof text === 'string' && text !== '') return { id, text }
    throw new MalformedMessageError('a letter has an id and a text')
  },
}

/** A group that sends letters, each once as far as its sender can tell two of one id apart. */
export function couriers({ members, book, send }: CouriersOptions): GroupDefinition<AskService<Letter, string>> {
  checkNodes('members', members)
  return {
    protocol: 'couriers',
    messages: noMessages,
    messageBytesMax: 65_536,
    roles: {
      courier: {
        nodes: members,
        logic: () => letters,
        keyed: letters,
        input: ({ recovered }) => ({ shared: { book }, recovered }),
        record: keyedRecord as Codec<unknown>,
        handler: async (bytes, { signal }) => {
          await send(JSON.parse(new TextDecoder().decode(bytes)) as Letter, signal)
          return noBytes
        },
        status: () => ({ state: 'sending', serves: true }),
      },
    },
    service: {
      type: 'ask',
      answers: 'courier',
      request: letterCodec,
      reply: json<string>(),
      routing: { keyOf: ({ id }) => id },
      isIdempotent: () => true,
      limits: { requestBytesMax: 32_768 },
    },
  }
}
