import { defineStateMachine } from '@quorate/core'

/** What a client has done to a register. `id` is unique, so that whoever sees a command twice knows it. */
export type RegisterCommand =
  | { readonly id: string; readonly f: 'write'; readonly key: string; readonly value: number }
  | { readonly id: string; readonly f: 'cas'; readonly key: string; readonly value: number; readonly expected: number }

/** A register as it is: its value, 0 at first, and the index of the command that wrote it. */
export interface Register {
  readonly value: number
  readonly revision: number
}

export interface RegisterResult extends Register {
  /** False for a compare-and-set that found something else. */
  readonly isDone: boolean
}

type Registers = Readonly<Record<string, Register>>

const empty: Register = { value: 0, revision: 0 }

/** Registers by name: the state machine that simulated clients use, whatever the group's own is. */
export const registers = defineStateMachine({
  initial: (): Registers => ({}),
  apply: (state: Registers, command: RegisterCommand, { index }): { state: Registers; result: RegisterResult } => {
    const found = state[command.key] ?? empty
    if (command.f === 'cas' && found.value !== command.expected) return { state, result: { ...found, isDone: false } }
    const register = { value: command.value, revision: index }
    return { state: { ...state, [command.key]: register }, result: { ...register, isDone: true } }
  },
  query: (state: Registers, key: string): Register => state[key] ?? empty,
  snapshot: (state) => new TextEncoder().encode(JSON.stringify(state)),
  restore: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as Registers,
})
