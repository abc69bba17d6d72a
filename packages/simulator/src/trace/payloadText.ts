import { decodeEnvelope, type Message, type MessageCodec } from '@quorate/core'

/** Texts that are longer are told by their length. */
const textMax = 12

/** What a message says, in few words: terms, ballots, indexes and values. Empty where nobody knows how to read it. */
export function payloadText(bytes: Uint8Array, codecs: readonly MessageCodec<Message>[]): string {
  try {
    const { type, payload } = decodeEnvelope(bytes)
    const message = codecs.find(({ types }) => types.includes(type))?.decode(type, payload) ?? {}
    return Object.entries(message)
      .flatMap(([name, value]) => (name === 'type' ? [] : fieldText(name, value)))
      .join(', ')
  } catch {
    return ''
  }
}

const fieldText = (name: string, value: unknown): string[] => {
  if (typeof value === 'number' || typeof value === 'boolean') return [`${name} ${value}`]
  if (typeof value === 'string') return value.length > textMax ? [] : [`${name} ${value}`]
  if (value instanceof Uint8Array) return value.length === 0 ? [] : [`${name} ${bytesText(value)}`]
  if (Array.isArray(value)) return value.length === 0 ? [] : [`${name} ${listText(value)}`]
  const parts = typeof value === 'object' && value !== null ? valueText(value) : ''
  return parts === '' ? [] : [`${name} ${parts}`]
}

/** A ballot as `2/n1`, the place of an entry as `5@2`. */
const valueText = (value: object): string => {
  if ('round' in value && 'node' in value) return `${value.round}/${value.node}`
  if ('index' in value && 'term' in value) return `${value.index}@${value.term}`
  return Object.entries(value)
    .flatMap(([name, part]) => fieldText(name, part))
    .join(' ')
}

/** Entries by where they stand: `5..7`. */
const listText = (list: readonly unknown[]): string => {
  const places = list.map((each) =>
    typeof each === 'object' && each !== null && 'index' in each ? each.index : undefined,
  )
  if (places.includes(undefined)) return String(list.length)
  return places.length === 1 ? String(places[0]) : `${places[0]}..${places.at(-1)}`
}

const bytesText = (bytes: Uint8Array): string => {
  const text = new TextDecoder().decode(bytes)
  return text.length <= textMax && /^[\x20-\x7e]+$/.test(text) ? JSON.stringify(text) : `of ${bytes.length} bytes`
}
