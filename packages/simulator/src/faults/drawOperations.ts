import type { Chance } from '../chance/chance.js'
import type { Operation, Step } from '../script/script.js'
import { clientGroups, groupOfClient, ordersLog } from '../subject/clientGroups.js'
import type { SimulatedCluster } from '../subject/subject.js'

/** What clients ask for in the course of a run, until `endUs`. */
export function drawOperations({ groups, workload = {} }: SimulatedCluster, chance: Chance, endUs: number): Step[] {
  const served = clientGroups(groups)
  if (served.length === 0) return []
  // Drawn in any case, so that what a workload says moves nothing else.
  const drawn = { clients: chance.between(1, 5), keys: chance.between(1, 3) }
  const clients = named('c', (workload.clients ?? drawn.clients) * served.length)
  const keys = workload.keys === undefined ? ['x', 'y', 'z'].slice(0, drawn.keys) : named('x', workload.keys)
  const drawnPerSecond = served.some(([, definition]) => ordersLog(definition)) ? chance.between(1, 20) : 1
  const perSecond = workload.perSecond ?? drawnPerSecond
  const slots = chance.stream('slots').pick([1, 2, 3, 5])
  const count = Math.floor((endUs * perSecond) / 1_000_000)
  /** The values that were last to be written: what a cas had better expect. */
  const recent = new Map<string, number>()
  return Array.from({ length: count }, (_, ordinal): Step => {
    const own = chance.at(ordinal)
    const atUs = Math.floor((endUs / count) * ordinal) + own.below(1000)
    const client = own.pick(clients)
    const value = ordinal + 1
    const [, definition] = groupOfClient(client, groups) ?? []
    if (!definition || !ordersLog(definition))
      return { atUs, do: 'operation', client, f: 'propose', key: 'decision', value }
    const operation = drawOperation(own, own.pick(keys), value, recent)
    if (operation.f !== 'read') recent.set(operation.key, value)
    const slot = own.between(1, slots)
    return { atUs, do: 'operation', client, ...(slot > 1 && { slot }), ...operation }
  })
}

const named = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${letter}${at + 1}`)

function drawOperation(own: Chance, key: string, value: number, recent: ReadonlyMap<string, number>): Operation {
  const dice = own.below(10)
  if (dice < 4) return { f: 'read', key, value }
  if (dice < 8) return { f: 'write', key, value }
  return { f: 'cas', key, value, expected: own.isOne(800) ? (recent.get(key) ?? 0) : 0 }
}
