import type { Operation } from './script.js'

/** One line of a history: an operation of a client begins or ends. Written as JSON, one to a line. */
export interface HistoryEvent {
  /** One operation at a time; a new number after one whose outcome is unknown. */
  readonly process: number
  readonly type: 'invoke' | 'ok' | 'fail' | 'info'
  readonly f: Operation['f']
  readonly key: string
  /** What is written, `[expected, new]` of a cas; of a read what was found. Null where a register is empty. */
  readonly value: unknown
  /** Of a cas that completed: false if it found something else. */
  readonly result?: boolean
  /** Nanoseconds from the start. */
  readonly time: number
}

/** How an operation ended. */
export type Ending =
  | {
      readonly type: 'ok'
      /** What is in the register now, or was chosen. */
      readonly value: number
      /** Index of the command that put it there; 0 in an empty register, and where there is no log. */
      readonly revision: number
      /** False for a cas that found something else. */
      readonly isDone: boolean
    }
  | { readonly type: 'fail' | 'info'; readonly code: string }

/** What clients asked for and were told, in order. */
export class History {
  readonly events: HistoryEvent[] = []

  began(process: number, { f, key, ...operation }: Operation, atUs: number): void {
    this.events.push({ process, type: 'invoke', f, key, value: given({ f, key, ...operation }), time: atUs * 1000 })
  }

  ended(process: number, operation: Operation, ending: Ending, atUs: number): void {
    const { f, key } = operation
    const { type } = ending
    const value = type === 'ok' && (f === 'read' || f === 'propose') ? orNull(ending.value) : given(operation)
    const result = type === 'ok' && f === 'cas' ? { result: ending.isDone } : {}
    this.events.push({ process, type, f, key, value, ...result, time: atUs * 1000 })
  }

  /** As JSON lines. */
  lines(): string[] {
    return this.events.map((event) => JSON.stringify(event))
  }
}

const orNull = (value: number): number | null => (value === 0 ? null : value)

const given = ({ f, value, expected = 0 }: Operation): unknown => {
  if (f === 'read') return null
  return f === 'cas' ? [orNull(expected), value] : value
}
