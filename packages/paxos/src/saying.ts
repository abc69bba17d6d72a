import { type Address, everyNode, type Message, nodeOf } from '@quorate/core'

/** The effect that says `message` to one actor, or to all where the address names every node. */
export const say = <const M extends Message>(to: Address, message: M) =>
  nodeOf(to) === everyNode ? ({ type: 'multicast', to, message } as const) : ({ type: 'send', to, message } as const)
