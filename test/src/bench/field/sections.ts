import { bytes } from './bytes.js'
import type { FieldSection } from './section.js'
import { snapshots } from './snapshots.js'

/** In the order in which they run. */
export const sections: readonly FieldSection[] = [bytes, snapshots]
