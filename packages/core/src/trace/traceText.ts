import type { Json } from '../values/json.js'
import { messageText } from './messageText.js'
import type { DroppedEvent, TraceEvent } from './traceEvent.js'

/** What a person reads of one event. */
export interface TraceLine {
  /** Milliseconds, with three decimals. */
  readonly time: string
  readonly who: string
  readonly what: string
  /** What a message says, in few words; empty where nobody knows. */
  readonly detail: string
  /** Of a message that reached `who`, or was to: its name and who sent it. */
  readonly message?: { readonly name: string; readonly from: string }
  /** It belongs to something else, and is no news by itself. */
  readonly isAside: boolean
}

/** Makes lines of the events of one run, in their order: of a step where it led, of a message what it said when it was sent. */
export class TraceText {
  readonly #fields = new Map<string, Json>()
  readonly #states = new Map<string, string>()

  /** `undefined` for what takes no line: a step that stays where it was, and what was applied. */
  lineOf(event: TraceEvent): TraceLine | undefined {
    const { atUs, who } = event
    const line = (what: string, isAside = false): TraceLine => ({
      time: timeText(atUs),
      who,
      what,
      detail: '',
      isAside,
    })
    switch (event.type) {
      case 'step': {
        if (this.#states.get(event.actor) === event.state) return undefined
        this.#states.set(event.actor, event.state)
        return line(`${event.actor.slice(0, event.actor.lastIndexOf('/'))} is ${event.state}`)
      }
      case 'sent': {
        const { id, message, to, fields, bytes, checksum } = event
        if (id !== undefined && fields !== undefined) this.#fields.set(id, fields)
        return line(`says ${message} to ${to} ${bytes}${checksum === undefined ? '' : ` ${checksum}`}`, true)
      }
      case 'received': {
        const { message: name, from } = event
        return { ...line(`hears ${name} from ${from}`), detail: this.#saidIn(event), message: { name, from } }
      }
      case 'dropped': {
        const { by, why, message: name = 'a message', from = 'nobody known' } = event
        if (by === 'node') return line(`drops ${name} from ${from}: ${why}`, true)
        const message = { name: `${name} lost`, from }
        return { ...line(`misses ${name} from ${from}: ${why}`), detail: this.#saidIn(event), message }
      }
      case 'written':
        return line(event.isDurable ? 'disk has written' : `disk writes ${operationsIn(event.writes)}`, true)
      case 'applied':
        return undefined
      case 'fault':
        return line(`suffers ${event.fault}`)
      case 'note':
        return line(event.text)
    }
  }

  #saidIn({ id, isGarbled, fields: own }: Pick<DroppedEvent, 'id' | 'isGarbled' | 'fields'>): string {
    const fields = isGarbled ? undefined : (own ?? (id && this.#fields.get(id)))
    return fields === undefined ? '' : messageText(fields)
  }
}

/** The line as text: when, who, what, and in parentheses what a message says. */
export const lineText = ({ time, who, what, detail }: TraceLine): string =>
  `${time} ${who} ${what}${detail === '' ? '' : ` (${detail})`}`

const operationsIn = (writes: Extract<TraceEvent, { type: 'written' }>['writes']): string =>
  writes.map(({ key, operations }) => `${key} ${operations.join('+')}`).join(', ')

/** Microseconds as milliseconds with three decimals. */
export const timeText = (atUs: number): string => {
  const us = atUs % 1000
  return `${(atUs - us) / 1000}.${us < 10 ? '00' : us < 100 ? '0' : ''}${us}`
}
