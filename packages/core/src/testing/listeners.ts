import type { Address } from '../values/address.js'

/** One subscription. */
interface Listener {
  readonly connection: string
  readonly deliver: (bytes: Uint8Array) => void
}

/** Who listens to which address of which cluster, in the order of subscription. */
export class Listeners {
  readonly #all = new Map<string, readonly Listener[]>()

  at(cluster: string, address: Address): readonly Listener[] {
    return this.#all.get(`${cluster}/${address}`) ?? []
  }

  /** Gives what removes it again. */
  add(cluster: string, address: Address, listener: Listener): () => void {
    const key = `${cluster}/${address}`
    this.#all.set(key, [...this.at(cluster, address), listener])
    return () => {
      const others = this.at(cluster, address).filter((each) => each !== listener)
      if (others.length > 0) this.#all.set(key, others)
      else this.#all.delete(key)
    }
  }
}
