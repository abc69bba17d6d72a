import type { Json } from '../values/json.js'

/** Texts that are longer are told by their length. */
const textMax = 12

/** What a message says, in few words: terms, ballots, indexes and values. `fields` are as a trace holds them. */
export const messageText = (fields: Json): string => partsOf(fields).join(', ')

const partsOf = (fields: Json): string[] =>
  isRecord(fields) ? Object.entries(fields).flatMap(([name, value]) => fieldText(name, value)) : []

const fieldText = (name: string, value: Json): string[] => {
  if (typeof value === 'number' || typeof value === 'boolean') return [`${name} ${value}`]
  if (typeof value === 'string') return stringText(name, value)
  if (Array.isArray(value)) return value.length === 0 ? [] : [`${name} ${listText(value)}`]
  const parts = value === null ? '' : valueText(value)
  return parts === '' ? [] : [`${name} ${parts}`]
}

/** A ballot as `2/n1`, the place of an entry as `5@2`. */
const valueText = (value: Json): string => {
  if (!isRecord(value)) return ''
  if ('round' in value && 'node' in value) return `${value.round}/${value.node}`
  if ('index' in value && 'term' in value) return `${value.index}@${value.term}`
  return partsOf(value).join(' ')
}

/** Entries by where they stand: `5..7`. Of a long list the end is only counted. */
const listText = (list: readonly Json[]): string => {
  const [, more] = /^… (\d+) more$/.exec(String(list.at(-1))) ?? []
  const shown = more === undefined ? list : list.slice(0, -1)
  const places = shown.map((each) => (isRecord(each) ? each.index : undefined))
  if (places.includes(undefined)) return String(shown.length + Number(more ?? 0))
  const text = places.length === 1 ? String(places[0]) : `${places[0]}..${places.at(-1)}`
  return more === undefined ? text : `${text} and ${more} more`
}

/** Bytes are a text too: `4 bytes "blue"`. */
const stringText = (name: string, text: string): string[] => {
  const [isBytes, length, said = ''] = /^(\d+) bytes(?: "(.*)")?$/s.exec(text) ?? []
  if (isBytes === undefined) return text.length > textMax ? [] : [`${name} ${text}`]
  if (length === '0') return []
  const isWhole = Number(length) === said.length && said.length <= textMax && /^[\x20-\x7e]+$/.test(said)
  return [`${name} ${isWhole ? JSON.stringify(said) : `of ${length} bytes`}`]
}

const isRecord = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
