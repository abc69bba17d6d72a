import type { Json } from '@quorate/core'
import { UnreadableScriptError } from '../errors.js'
import { readFieldText } from './fieldText.js'
import { fieldForms, name } from './scriptFields.js'

/** The words of one line: first those in order, then `name=value`. */
export class LineReader {
  readonly #line: number
  readonly #text: string
  readonly #words: string[]
  readonly #fields = new Map<string, string>()

  constructor(line: number, text: string, words: readonly string[]) {
    this.#line = line
    this.#text = text
    this.#words = words.filter((word) => !isField(word))
    for (const word of words.filter(isField)) {
      const [field = '', ...value] = word.split('=')
      if (this.#fields.has(field)) throw this.wrong(`${field}=... once`)
      this.#fields.set(field, value.join('='))
    }
  }

  wrong(expected: string): UnreadableScriptError {
    return new UnreadableScriptError(this.#line, expected, this.#text)
  }

  word(): string {
    const word = this.#words.shift()
    if (word === undefined) throw this.wrong('another word')
    return word
  }

  wordLike(form: RegExp, expected: string): string {
    const word = this.word()
    if (!form.test(word)) throw this.wrong(expected)
    return word
  }

  /** Whether the next word is this one, which is then taken. */
  take(word: string): boolean {
    if (this.#words[0] !== word) return false
    this.#words.shift()
    return true
  }

  /** A word in which whoever wrote it escaped what would end it. */
  escapedWord(): string {
    try {
      return decodeURIComponent(this.word())
    } catch (error) {
      throw error instanceof URIError ? this.wrong('a word in which % begins an escape') : error
    }
  }

  /** The fields of these names, and nothing else; those that end in `?` may be missing. */
  details(names: readonly string[]): Record<string, unknown> {
    const known = names.map((each) => each.replace('?', ''))
    const expected = known.map((each) => `${each}=...`).join(' ') || 'nothing else'
    const other = [...this.#fields.keys()].find((field) => !known.includes(field)) ?? this.#words[0]
    if (other !== undefined) throw this.wrong(`${expected}, and no ${other}`)
    const present = names.filter((each) => !each.endsWith('?') || this.#fields.has(each.slice(0, -1)))
    return Object.fromEntries(present.map((each) => each.replace('?', '')).map((each) => [each, this.#detail(each)]))
  }

  /** The fields of these names, and besides them any others, as values. */
  detailsAndOthers(names: readonly string[]): { details: Record<string, unknown>; others: Record<string, Json> } {
    const known = names.map((each) => each.replace('?', ''))
    const others: Record<string, Json> = {}
    for (const [field, text] of this.#fields) {
      if (known.includes(field)) continue
      const value = readFieldText(text)
      if (value === undefined) throw this.wrong(`a value in which % begins an escape after ${field}=`)
      others[field] = value
      this.#fields.delete(field)
    }
    return { details: this.details(names), others }
  }

  #detail(field: string): unknown {
    const text = this.#fields.get(field)
    if (text === undefined) throw this.wrong(`${field}=...`)
    const form = fieldForms[field] ?? name
    const value = form.read(text)
    if (value === undefined) throw this.wrong(`${form.expected} after ${field}=`)
    return value
  }
}

const isField = (word: string): boolean => /^\w+=/.test(word)
