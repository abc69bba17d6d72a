/** What writers know of their commands. */
export interface Written {
  /** Somebody said that they are done. */
  readonly acknowledged: readonly string[]
  /** Nobody said what became of them: each may have been done once, or not at all. */
  readonly unknown: readonly string[]
}

/** What is wrong with the commands that were applied. All empty: nothing. */
export interface Audit {
  readonly lost: readonly string[]
  readonly twice: readonly string[]
  /** Applied, although nobody wrote it, or somebody was told that it is not. */
  readonly strange: readonly string[]
}

export const spotless: Audit = { lost: [], twice: [], strange: [] }

/** Compares what was applied with what was acknowledged. */
export const audit = (applied: readonly string[], { acknowledged, unknown }: Written): Audit => {
  const seen = new Set<string>()
  const twice = applied.filter((id) => seen.size === seen.add(id).size)
  const possible = new Set([...acknowledged, ...unknown])
  return {
    lost: acknowledged.filter((id) => !seen.has(id)),
    twice,
    strange: [...seen].filter((id) => !possible.has(id)),
  }
}
