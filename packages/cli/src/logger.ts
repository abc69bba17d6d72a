import type { Writable } from 'node:stream'
import type { Logger } from '@quorate/core'

/** How a node writes its log. */
export type LogFormat = 'text' | 'json'

/** The logger of a node. */
export const loggerFor = (format: LogFormat, out: Writable, node: string): Logger =>
  format === 'json' ? jsonLogger(out, node) : lineLogger(out)

/** Writes one object for each thing of note, a line each, with the names that pino gives. */
const jsonLogger = (out: Writable, node: string): Logger => {
  const at = (level: string) => (fields: object, msg: string) => {
    out.write(`${JSON.stringify({ time: new Date().toISOString(), level, node, msg, ...plain(fields) })}\n`)
  }
  return { debug: () => {}, info: at('info'), warn: at('warn'), error: at('error') }
}

const plain = (fields: object): object =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? plainError(value) : value]),
  )

const plainError = ({ message, ...error }: Error & { readonly code?: unknown }): object => ({
  message,
  ...(typeof error.code === 'string' && { code: error.code }),
})

/** Writes one line for each thing of note: the time, how bad it is, the text and its fields. */
const lineLogger = (out: Writable): Logger => {
  const at = (level: string) => (fields: object, text: string) => {
    const time = new Date().toISOString().slice(11, 23)
    out.write(`${[time, level.padEnd(5), text, ...Object.entries(fields).filter(isSaid).map(fieldText)].join(' ')}\n`)
  }
  return { debug: () => {}, info: at('info'), warn: at('warn'), error: at('error') }
}

const isSaid = ([, value]: [string, unknown]): boolean => value !== undefined

const fieldText = ([name, value]: [string, unknown]): string => {
  if (value instanceof Error) return `${name}=${JSON.stringify(value.message)}`
  return `${name}=${typeof value === 'string' && /^[\w./:-]+$/.test(value) ? value : JSON.stringify(value)}`
}
