import { invariant as must } from '../../errors/errors.js'
import type { Invariant, InvariantFactory, Subject } from './invariant.js'

/**
 * What an invariant finds wrong in what it is shown: `show` calls its methods, as a simulation does.
 * @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT` when it says nothing about such a group.
 */
export function foundBy(
  make: InvariantFactory,
  { group = 'g', definition, workload }: Pick<Subject, 'definition'> & Partial<Omit<Subject, 'definition' | 'broken'>>,
  show: (invariant: Required<Invariant>) => void,
): readonly string[] {
  const found: string[] = []
  const made = make({ group, definition, workload, broken: (how) => found.push(how) })
  must(made !== undefined, `it says nothing about a group of ${definition.protocol}`)
  show(made as Required<Invariant>)
  return found
}
