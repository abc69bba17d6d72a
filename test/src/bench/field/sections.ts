import { bytes } from './bytes.js'
import { clients } from './clients.js'
import { failOver } from './failOver.js'
import type { FieldSection } from './section.js'
import { snapshots } from './snapshots.js'
import { stop } from './stop.js'

/** In the order in which they run. */
export const sections: readonly FieldSection[] = [bytes, snapshots, clients, failOver, stop]
