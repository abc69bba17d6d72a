import type { NodeId } from '@quorate/core'
import type { ClientLink } from './clientLink.js'
import type { Finder } from './finder.js'

/** Why nothing came of a call, for people. `ofLeader` says what is known where somebody takes calls. */
export function whyUnanswered(
  { finder, link }: { readonly finder: Finder; readonly link: ClientLink },
  ofLeader: (leader: NodeId) => string,
): string {
  const { outage } = link
  if (outage !== undefined) return outage
  if (finder.first !== undefined) return ofLeader(finder.first)
  const { answered, waitingFor } = finder.lately
  if (answered.length === 0) {
    const { group, cluster, bus } = link
    return `no member of group ${group} of cluster ${cluster} answered on ${bus}; quorate status shows the groups of a cluster`
  }
  if (waitingFor.length > 0) {
    return `first start of ${answered.join(', ')} in group ${link.group}, waiting for ${waitingFor.join(', ')} to start too`
  }
  return `${answered.join(', ')} of group ${link.group} answered, and ${finder.lack}`
}
