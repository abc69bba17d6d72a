import type { Invariant, InvariantFactory } from '@quorate/core/testing'

/** A command is executed at most once, however often it was sent, and at the same place on every node. */
export const exactlyOnce: InvariantFactory = ({ definition, workload, broken }) => {
  if (!workload || definition.service.type !== 'log') return undefined
  const places = new Map<string, number>()
  const { identify, emitted } = workload.hasUniqueCommands ? byBytes : bySession()
  return {
    name: 'Exactly Once',
    source: 'Ongaro, "Consensus: Bridging Theory and Practice" (2014), section 6.3',
    ...(emitted && { emitted }),
    applied({ node }, command, { index }) {
      const text = identify(command, index)
      const known = places.get(text)
      if (known === undefined) places.set(text, index)
      else if (known !== index) broken(`${node} executes ${text} at ${index}, and it was executed at ${known}`)
    },
  }
}

/** How commands are told apart. */
interface Identity {
  identify(command: Uint8Array, index: number): string
  readonly emitted?: NonNullable<Invariant['emitted']>
}

const textDecoder = new TextDecoder()

const byBytes: Identity = { identify: (command) => textDecoder.decode(command) }

/** By their numbers in their sessions, as they stand in the log at the index at which they are executed. */
const bySession = (): Identity => {
  const committed = new Map<number, string>()
  return {
    identify: (_command, index) => committed.get(index) ?? `the command at ${index}`,
    emitted(_place, effect) {
      if (effect.type !== 'commit') return
      for (const { index, session, sequence } of effect.entries) {
        if (session > 0 && !committed.has(index)) committed.set(index, `command ${sequence} of session ${session}`)
      }
    },
  }
}
