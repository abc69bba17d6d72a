import type { ClientLink } from './clientLink.js'
import type { LeaderTracker } from './leaderTracker.js'

/** Why nobody is known to lead, for people. */
export function leaderHint({ tracker, link }: { readonly tracker: LeaderTracker; readonly link: ClientLink }): string {
  const { answered, waitingFor } = tracker.lately
  if (answered.length === 0) return `no member of group ${link.group} answered`
  if (waitingFor.length > 0) {
    return `first start of ${answered.join(', ')} in group ${link.group}, waiting for ${waitingFor.join(', ')} to start too`
  }
  return `${answered.join(', ')} of group ${link.group} answered, and knew of no leader`
}
