import type { Json } from '@quorate/core'

/** Any value in one word of a script. A text stands as it is, unless it could be read as something else: then as JSON. */
export function fieldText(value: Json): string {
  const text = typeof value === 'string' && readJson(value) === undefined ? value : JSON.stringify(value)
  return text.replace(/[%+\s]/g, (character) => (character === ' ' ? '+' : encodeURIComponent(character)))
}

/** Reads what {@link fieldText} wrote; undefined where `%` begins no escape. */
export function readFieldText(word: string): Json | undefined {
  try {
    const text = decodeURIComponent(word.replaceAll('+', ' '))
    const json = readJson(text)
    return json ? json.value : text
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

function readJson(text: string): { readonly value: Json } | undefined {
  try {
    return { value: JSON.parse(text) as Json }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
