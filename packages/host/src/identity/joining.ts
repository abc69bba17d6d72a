import type { Clock } from '@quorate/core'

/** How often a node asks whether a group has taken it in, at most. */
const askEveryMs = 250

interface Joined {
  askedAtMs: number
  /** Lists up to this version take nobody in: by one of them the node had left the group before. */
  readonly after: number
  /** The version of the list by which a member has taken it in. */
  by: number | undefined
  /** The version of the list by which the node's own roles go; of one that has crashed before it was noted here, from its disk. */
  follows: number
}

/**
 * Groups that this node joins. It is outside until a member says that the list by which it goes names this node with this very
 * store. From then on it hears those who go by that list or a later one, and nobody else: who goes by an earlier one may take it
 * for the node that it replaces, and count on what that one promised. It has joined when its own roles go by such a list.
 */
export class Joining {
  readonly #clock: Clock
  readonly #joined: (group: string) => void
  readonly #groups = new Map<string, Joined>()

  /** `joined` is told when the node is a member as any other. */
  constructor(clock: Clock, joined: (group: string) => void) {
    this.#clock = clock
    this.#joined = joined
  }

  /** @param after the version of a list by which the node had left the group: only a later one takes it in. @default it was never in it */
  add(group: string, after = 0): void {
    this.#groups.set(group, { askedAtMs: Number.NEGATIVE_INFINITY, after, by: undefined, follows: 0 })
  }

  forget(group: string): void {
    this.#groups.delete(group)
  }

  get groups(): readonly string[] {
    return [...this.#groups.keys()]
  }

  has(group: string): boolean {
    return this.#groups.has(group)
  }

  /** True of a group that has not taken this node in. */
  isOutside(group: string): boolean {
    const joined = this.#groups.get(group)
    return joined !== undefined && joined.by === undefined
  }

  /** True if somebody is heard who goes by the list of that version. */
  hears(group: string, version: number): boolean {
    const joined = this.#groups.get(group)
    return !joined || (joined.by !== undefined && version >= joined.by)
  }

  /** True when a member may be asked again. */
  mayAsk(group: string): boolean {
    const joined = this.#groups.get(group)
    const nowMs = this.#clock.nowMs()
    if (!joined || nowMs - joined.askedAtMs < askEveryMs) return false
    joined.askedAtMs = nowMs
    return true
  }

  /** A member goes by the list of that version, which names this node with this store. */
  takenIn(group: string, version: number): void {
    const joined = this.#groups.get(group)
    if (!joined || version <= joined.after) return
    joined.by ??= version
    this.#settle(group, joined)
  }

  /** The node's own roles go by the list of that version. */
  follows(group: string, version: number): void {
    const joined = this.#groups.get(group)
    if (!joined) return
    joined.follows = version
    this.#settle(group, joined)
  }

  #settle(group: string, { by, follows }: Joined): void {
    if (by === undefined || follows < by) return
    this.#groups.delete(group)
    this.#joined(group)
  }
}
