import type { NodeId } from '@quorate/core'
import { charterOf } from './charter.js'
import type { Groups } from './configuration.js'
import { MembersChangedError } from './errors.js'
import type { NodeBook } from './nodeBook.js'
import type { RecoveredRoles } from './recoverRoles.js'

/**
 * Refuses a group that is not what it was begun with, unless nothing of it is stored here: then nothing was promised yet.
 * @throws {@link MembersChangedError} `QUORATE_MEMBERS_CHANGED`
 */
export function checkCharters(
  node: NodeId,
  groups: Groups,
  book: NodeBook,
  recovered: ReadonlyMap<string, RecoveredRoles>,
): void {
  for (const [group, definition] of Object.entries(groups)) {
    const known = book.charterOf(group)
    const given = charterOf(group, definition).text
    if (known === undefined || known === given) continue
    const roles = recovered.get(group)
    const isMember = roles !== undefined && roles.size > 0
    if (isMember && !holdsAnything(roles)) continue
    throw new MembersChangedError({ node, group, given, known })
  }
}

const holdsAnything = (roles: RecoveredRoles): boolean =>
  [...roles.values()].some(
    ({ record, snapshot, base, entries }) => record !== undefined || snapshot || base.index > 0 || entries.length > 0,
  )
