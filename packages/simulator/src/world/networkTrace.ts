import {
  type Address,
  decodeEnvelope,
  fieldsOf,
  type Json,
  type Message,
  type MessageCodec,
  type MessageId,
  messageIdOf,
} from '@quorate/core'
import { checksum, hex, type Trace } from '../trace/trace.js'
import type { NetworkWatch, Passage } from './passage.js'

/** What a {@link networkTrace} stands on. */
interface NetworkTraceOptions {
  readonly trace: Trace
  readonly codecs: readonly MessageCodec<Message>[]
  nowUs(): number
  /** A fault has happened. */
  happened(fault: string): void
}

/** Tells a trace what a network does. Envelopes are opened only for whoever listens. */
export function networkTrace({ trace, codecs, nowUs, happened }: NetworkTraceOptions): NetworkWatch {
  return {
    sent: (type, from, to, bytes) => {
      const sum = checksum(bytes)
      trace.mark(nowUs(), from, 'says', type, to, sum)
      if (!trace.tell) return undefined
      const { id, sender, fields } = opened(bytes, codecs)
      trace.tell({
        type: 'sent',
        atUs: nowUs(),
        who: from,
        ...(id && { id }),
        ...(sender && { from: sender }),
        to,
        message: type,
        ...(fields && { fields }),
        bytes: bytes.length,
        checksum: hex(sum),
      })
      return id
    },
    arrived: ({ type, from, to, id, isGarbled }) => {
      trace.mark(nowUs(), to, 'hears', type, from)
      trace.tell?.({
        type: 'received',
        atUs: nowUs(),
        who: to,
        ...(id && { id }),
        from,
        message: type,
        ...(isGarbled && { isGarbled }),
      })
    },
    lost: (passage, why) => {
      happened(why)
      trace.mark(nowUs(), passage.to, `misses ${why}`, passage.type, passage.from)
      trace.tell?.({ ...droppedOf(passage, codecs), atUs: nowUs(), why })
    },
    duplicated: () => happened('duplication'),
    garbled: () => happened('corruption'),
    unheard: (from, node, isWrong) => {
      if (isWrong) happened('wrong suspicion')
      trace.note(nowUs(), from, `is told that nobody hears ${node}${isWrong ? ', wrongly' : ''}`)
    },
  }
}

const droppedOf = (
  { type, from, to, id, isGarbled, bytes, isSent }: Passage,
  codecs: NetworkTraceOptions['codecs'],
) => {
  const { fields } = isSent ? {} : opened(bytes, codecs)
  return {
    type: 'dropped',
    who: to,
    by: 'bus',
    ...(id && { id }),
    from,
    message: type,
    ...(isGarbled && { isGarbled }),
    ...(fields && { fields }),
  } as const
}

/** What stands in an envelope, as far as it can be read. */
function opened(
  bytes: Uint8Array,
  codecs: readonly MessageCodec<Message>[],
): { readonly id?: MessageId | undefined; readonly sender?: Address; readonly fields?: Json } {
  try {
    const envelope = decodeEnvelope(bytes)
    const { type, from: sender, payload } = envelope
    const message = codecs.find(({ types }) => types.includes(type))?.decode(type, payload)
    return { id: messageIdOf(envelope), sender, ...(message && fieldsOf(message)) }
  } catch {
    return {}
  }
}
