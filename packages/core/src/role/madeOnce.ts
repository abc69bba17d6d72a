/**
 * Keeps what is made of some objects and a text, as long as the objects are there. A statechart with times of its own has a
 * table of all its transitions, and a node with a thousand groups would have a thousand of them: those that have their times
 * from the same source of chance, and the same ones, are one.
 * @returns gives what was made of the same before, or makes it
 */
export function madeOnce<Made>(): (of: readonly object[], key: string, make: () => Made) => Made {
  const root: Branch<Made> = { branches: new WeakMap(), made: new Map() }
  return (of, key, make) => {
    let branch = root
    for (const object of of) {
      const known = branch.branches.get(object)
      const next = known ?? { branches: new WeakMap(), made: new Map() }
      if (!known) branch.branches.set(object, next)
      branch = next
    }
    const known = branch.made.get(key)
    if (known !== undefined) return known
    const made = make()
    branch.made.set(key, made)
    return made
  }
}

interface Branch<Made> {
  readonly branches: WeakMap<object, Branch<Made>>
  readonly made: Map<string, Made>
}
