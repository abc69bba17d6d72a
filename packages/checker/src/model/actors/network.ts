import type { NetworkKind } from './actor.js'

/** Messages on their way, as the rest of a tuple from some place on; numbers of events. */
export interface Network {
  /** Only what was sent first, from each to each, can be delivered: what is ignored makes way too. */
  readonly isLine: boolean
  /** True if the message at `at` may be delivered, or is another than one before it that may. */
  isNext(state: Int32Array, begin: number, at: number): boolean
  /** Puts a message among those from `begin` to `end`; returns the new end. */
  add(state: Int32Array, begin: number, end: number, message: number): number
}

/** Puts a message before `at`. */
function insert(state: Int32Array, at: number, end: number, message: number): number {
  for (let moved = end; moved > at; moved--) state[moved] = state[moved - 1] as number
  state[at] = message
  return end + 1
}

/** In any order, each once: a multiset, sorted. */
const bag: Network = {
  isLine: false,
  isNext: (state, begin, at) => at === begin || state[at] !== state[at - 1],
  add(state, begin, end, message) {
    let at = end
    while (at > begin && (state[at - 1] as number) > message) at--
    return insert(state, at, end, message)
  },
}

/** In any order, each any number of times: a set, sorted. What waits already is not queued twice. */
const set: Network = {
  isLine: false,
  isNext: () => true,
  add(state, begin, end, message) {
    let at = end
    while (at > begin && (state[at - 1] as number) > message) at--
    return at > begin && state[at - 1] === message ? end : insert(state, at, end, message)
  },
}

/** From each to each in order: link by link, each a queue. */
const queues = (links: readonly number[]): Network => {
  const linkOf = (message: number | undefined): number => links[message as number] as number
  return {
    isLine: true,
    isNext: (state, begin, at) => at === begin || linkOf(state[at]) !== linkOf(state[at - 1]),
    add(state, begin, end, message) {
      const link = linkOf(message)
      let at = end
      while (at > begin && linkOf(state[at - 1]) > link) at--
      return insert(state, at, end, message)
    },
  }
}

/** The network of a kind; `links` says of each message from whom to whom it goes. */
export const networkOf = (kind: NetworkKind, links: readonly number[]): Network =>
  kind === 'nondup' ? bag : kind === 'dup' ? set : queues(links)
