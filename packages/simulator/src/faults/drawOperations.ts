import type { Chance } from '../chance/chance.js'
import type { Step } from '../script/script.js'
import { clientGroups, groupOfClient } from '../subject/clientGroups.js'
import type { SimulatedCluster } from '../subject/subject.js'
import { named } from '../workload/named.js'

/** What clients ask for in the course of a run, until `endUs`. */
export function drawOperations(cluster: SimulatedCluster, chance: Chance, endUs: number): Step[] {
  const served = clientGroups(cluster)
  if (served.length === 0) return []
  const { workload: said = {} } = cluster
  // Drawn in any case, so that what a workload says moves nothing else.
  const drawnClients = chance.between(1, 5)
  const settings = said.keys === undefined ? {} : { keys: said.keys }
  const drawn = new Map(served.map(({ name, workload }) => [name, workload.draw(chance, settings)]))
  const drawnPerSecond = chance.between(1, 20)
  const perSecond = said.perSecond ?? Math.max(...served.map(({ workload }) => workload.perSecond ?? drawnPerSecond))
  const clients = named('c', (said.clients ?? drawnClients) * served.length)
  const slots = chance.stream('slots').pick([1, 2, 3, 5])
  const count = Math.floor((endUs * perSecond) / 1_000_000)
  return Array.from({ length: count }, (_, ordinal) => {
    const own = chance.at(ordinal)
    const atUs = Math.floor((endUs / count) * ordinal) + own.below(1000)
    const client = own.pick(clients)
    const group = groupOfClient(client, served)
    const operation = group && drawn.get(group.name)?.(own, ordinal)
    if (!operation) return []
    const slot = own.between(1, Math.min(slots, group.workload.slotsMax ?? slots))
    return [{ atUs, do: 'operation' as const, client, ...(slot > 1 && { slot }), operation }]
  }).flat()
}
