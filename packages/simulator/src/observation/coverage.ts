import type { GroupDefinition, Transition } from '@quorate/core'
import { Chance } from '../chance/chance.js'
import { nameOf, transitionsOf } from './transitions.js'

/** How much of one role was walked through. */
export interface RoleCoverage {
  readonly taken: number
  readonly total: number
  /** Transitions that were not, but for those of which it is known why. */
  readonly missing: readonly string[]
  /** Those, with the reason. One that was taken nevertheless is not among them. */
  readonly unreachable: Readonly<Record<string, string>>
}

/** Which transitions of which roles were taken. */
export class Coverage {
  readonly #taken = new Set<string>()
  readonly #known = new WeakSet<object>()
  readonly #all = new Map<string, Set<string>>()

  /** Notes what there is to be taken. */
  expect(definition: GroupDefinition): void {
    for (const [role, { logic, nodes }] of Object.entries(definition.roles)) {
      const known = this.#all.get(role) ?? new Set()
      if (known.size === 0) for (const name of transitionsOf(logic(Chance.of(0), nodes[0] ?? ''))) known.add(name)
      this.#all.set(role, known)
    }
  }

  took(transition: Transition): void {
    if (this.#known.has(transition)) return
    this.#known.add(transition)
    this.#taken.add(nameOf(transition))
  }

  add(other: Coverage): void {
    for (const name of other.#taken) this.#taken.add(name)
    for (const [role, names] of other.#all) {
      const known = this.#all.get(role) ?? new Set()
      for (const name of names) known.add(name)
      this.#all.set(role, known)
    }
  }

  /** By role. `unreachable` names transitions that cannot be taken here, with the reason. */
  report(unreachable: Readonly<Record<string, string>> = {}): Record<string, RoleCoverage> {
    return Object.fromEntries(
      [...this.#all].map(([role, names]) => {
        const all = [...names]
        const taken = all.filter((name) => this.#taken.has(name)).length
        const left = all.filter((name) => !this.#taken.has(name)).sort()
        const missing = left.filter((name) => unreachable[name] === undefined)
        const reasons = left.flatMap((name) => (unreachable[name] === undefined ? [] : [[name, unreachable[name]]]))
        return [role, { taken, total: all.length, missing, unreachable: Object.fromEntries(reasons) }]
      }),
    )
  }
}
