import { multiPaxos } from './multiPaxos.js'
import { paxos } from './paxos.js'
import type { Absent, Part, Protocol } from './protocol.js'
import { raft } from './raft.js'
import { register } from './register.js'

/** All protocols that the command knows, in the order in which they are listed to people. */
export const protocols: readonly Protocol[] = [raft, paxos, multiPaxos, register]

export const protocolNames: readonly string[] = protocols.map(({ name }) => name)

export const isAbsent = (part: unknown): part is Absent => typeof part === 'object' && part !== null && 'absent' in part

/** A part of each protocol that has it, in the order of the protocols. */
export const partsOf = async <T>(
  partOf: (protocol: Protocol) => Part<T> | Absent,
): Promise<readonly { readonly protocol: Protocol; readonly part: T }[]> => {
  const loaded = protocols.map(async (protocol) => {
    const part = partOf(protocol)
    return isAbsent(part) ? [] : [{ protocol, part: await part() }]
  })
  return (await Promise.all(loaded)).flat()
}
