import type { Writable } from 'node:stream'
import type { Logger } from '@quorate/core'

/** Writes one line for each thing of note: the time, how bad it is, the text and its fields. */
export const lineLogger = (out: Writable): Logger => {
  const at = (level: string) => (fields: object, text: string) => {
    const time = new Date().toISOString().slice(11, 23)
    out.write(`${[time, level.padEnd(5), text, ...Object.entries(fields).map(fieldText)].join(' ')}\n`)
  }
  return { debug: () => {}, info: at('info'), warn: at('warn'), error: at('error') }
}

const fieldText = ([name, value]: [string, unknown]): string => {
  if (value instanceof Error) return `${name}=${JSON.stringify(value.message)}`
  return `${name}=${typeof value === 'string' && /^[\w./:-]+$/.test(value) ? value : JSON.stringify(value)}`
}
