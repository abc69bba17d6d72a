import type { NodeId } from '@quorate/core'
import { Chance } from '../chance/chance.js'
import type { MessageFate, Script } from '../script/script.js'
import { drawnPlan } from './networkConditions.js'

/** Decides what becomes of each message and each write. */
export interface FaultPlan {
  /** Of the `ordinal`-th message of this type between the two. Undefined: as it should be. */
  message(type: string, from: string, to: string, ordinal: number): MessageFate | undefined
  /** How long the `ordinal`-th write of a node takes, in microseconds. Undefined: as long as it should. */
  write(node: string, ordinal: number): number | undefined
}

export const messageKey = (type: string, from: string, to: string, ordinal: number): string =>
  `${type}#${ordinal} ${from}>${to}`

const writeKey = (node: string, ordinal: number): string => `${node}#${ordinal}`

/** What a script names; of all else its weather decides. */
export function faultPlanOf(script: Script, nodes: readonly NodeId[], nowUs: () => number): FaultPlan {
  const { seed, weather, messages, writes } = script
  const drawn = weather && drawnPlan(Chance.of(seed).stream('fates'), weather, nodes, nowUs)
  return {
    message(type, from, to, ordinal) {
      const named = messages.size > 0 ? messages.get(messageKey(type, from, to, ordinal)) : undefined
      return named ?? drawn?.message(type, from, to, ordinal)
    },
    write(node, ordinal) {
      const named = writes.size > 0 ? writes.get(writeKey(node, ordinal)) : undefined
      return named ?? drawn?.write(node, ordinal)
    },
  }
}

/** FaultPlan that also note what they decided, as a script would name it. */
export function noted(plan: FaultPlan): FaultPlan & {
  readonly messages: ReadonlyMap<string, MessageFate>
  readonly writes: ReadonlyMap<string, number>
} {
  const messages = new Map<string, MessageFate>()
  const writes = new Map<string, number>()
  return {
    messages,
    writes,
    message(type, from, to, ordinal) {
      const fate = plan.message(type, from, to, ordinal)
      if (fate) messages.set(messageKey(type, from, to, ordinal), fate)
      return fate
    },
    write(node, ordinal) {
      const delayUs = plan.write(node, ordinal)
      if (delayUs !== undefined) writes.set(writeKey(node, ordinal), delayUs)
      return delayUs
    },
  }
}
