import { Script } from 'node:vm'
import { InvalidIdentifierError } from '../errors.js'

/** Longest name of a scaffolded role, in characters: what is made of it stays within a line. */
export const nameLengthMax = 32

/** Roles under which the host speaks with clients. */
const reservedRoles: readonly string[] = ['answers', 'client']

/**
 * Checks a name from which identifiers, files and addresses are made, and gives it with a small and with a capital letter.
 * @throws {@link InvalidIdentifierError} `QUORATE_INVALID_IDENTIFIER`, with one that would do.
 */
export const namesOf = (name: string): { readonly small: string; readonly capital: string } => {
  const refuse = (expected: string): never => {
    throw new InvalidIdentifierError('the role name', name, expected, suggestionFor(name))
  }
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name)) refuse('a letter, then letters and digits')
  if (name.length > nameLengthMax) refuse(`at most ${nameLengthMax} characters, not ${name.length}`)
  const small = name.charAt(0).toLowerCase() + name.slice(1)
  if (isReserved(small)) refuse('a word that neither the language nor the host keeps for itself')
  return { small, capital: name.charAt(0).toUpperCase() + name.slice(1) }
}

const isReserved = (word: string): boolean => reservedRoles.includes(word) || isKeyword(word)

/** Asked of the language itself, which knows all of its words. */
const isKeyword = (word: string): boolean => {
  try {
    new Script(`'use strict'; let ${word}`)
    return false
  } catch {
    return true
  }
}

const suggestionFor = (name: string): string => {
  const words = name.normalize('NFKD').match(/[A-Za-z0-9]+/g) ?? []
  const joined = words.map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('')
  const identifier = joined.replace(/^[0-9]+/, '').slice(0, nameLengthMax - 'Role'.length)
  const small = identifier.charAt(0).toLowerCase() + identifier.slice(1)
  if (small === '') return 'witness'
  return isReserved(small) ? `${small}Role` : small
}
