import type { Json, Operation } from '@quorate/checker'

/** A value in few characters. */
const shortText = (value: Json | undefined, lengthMax = 40): string => {
  const text = JSON.stringify(value) ?? ''
  return text.length > lengthMax ? `${text.slice(0, lengthMax - 1)}…` : text
}

/** What was called, and what came of it: `cas [1,2] → false`. */
export const callText = ({ f, argument, result }: Operation): string => {
  const given = argument === undefined ? '' : ` ${shortText(argument)}`
  return `${f}${given}${result === undefined ? '' : ` → ${shortText(result)}`}`
}

/** Where an operation stands in the file. */
export const linesText = ({ invokedLine, returned, returnedLine }: Operation): string => {
  if (returned !== Number.POSITIVE_INFINITY) return `lines ${invokedLine} and ${returnedLine}`
  return returnedLine === undefined
    ? `line ${invokedLine}, without an end`
    : `lines ${invokedLine} and ${returnedLine}, open`
}

/** Who called what, and where it stands. */
export const operationText = (operation: Operation): string =>
  `process ${operation.process}: ${callText(operation)} (${linesText(operation)})`

/** Which key, if there are keys. */
export const keyText = (key: Json | undefined): string => (key === undefined ? '' : `key ${shortText(key)}`)

/** What is held at the end of an order: `1`, or `1 or 2`. */
export const statesText = (states: readonly string[]): string => {
  const shown = states.slice(0, 5).map((state) => (state.length > 60 ? `${state.slice(0, 59)}…` : state))
  return `${shown.join(' or ')}${states.length > shown.length ? ' or other values' : ''}`
}

/** Names of rungs as people write them: `causalMemory` is "causal memory". */
export const wordsOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

/** One thing, or several. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`
