import { type Address, checkAddress } from '@quorate/core'

/** Addresses remembered at most: those of clients come and go. */
const rememberedMax = 10_000

/** The subjects of one cluster: `quorate.v1.<cluster>.<group>.<role>.<node>`. */
export class Subjects {
  readonly #prefix: string
  readonly #known = new Map<Address, string>()

  constructor(cluster: string) {
    this.#prefix = `quorate.v1.${cluster}`
  }

  /** What the subjects begin with where a connection hears what it asked for itself. No address becomes one of them. */
  get inboxes(): string {
    return `${this.#prefix}.inbox`
  }

  /** @throws `QUORATE_INVALID_NAME` when the address is none: it could smuggle in a wildcard or a command. */
  of(address: Address): string {
    const known = this.#known.get(address)
    if (known !== undefined) return known
    const subject = `${this.#prefix}.${checkAddress(address).replaceAll('/', '.')}`
    if (this.#known.size >= rememberedMax) this.#known.clear()
    this.#known.set(address, subject)
    return subject
  }
}
