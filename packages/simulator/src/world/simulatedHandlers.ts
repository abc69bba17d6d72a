import { type CallHandler, type GroupDefinition, InvalidConfigurationError } from '@quorate/core'
import type { Chance } from '../chance/chance.js'
import type { SimulatedCluster, SimulatedHandler } from '../subject/subject.js'
import type { NodeSurroundings } from './nodeSurroundings.js'
import type { SimulatedProcess } from './simulatedProcess.js'

type Groups = Readonly<Record<string, GroupDefinition>>
type Handlers = NonNullable<SimulatedCluster['handlers']>

/** @throws `QUORATE_INVALID_CONFIGURATION` for a handler that would work on the real world, and for one of no role. */
export function checkHandlers(groups: Groups, handlers: Handlers): void {
  for (const [group, { roles }] of Object.entries(groups)) {
    for (const [role, { handler }] of Object.entries(roles)) {
      if (!handler || handlers[group]?.[role]) continue
      const what = `role ${role} of group ${group} has a handler, which a simulation must not call`
      throw new InvalidConfigurationError(`${what}: give another one in handlers`)
    }
  }
  for (const [group, ofRoles] of Object.entries(handlers)) {
    for (const role of Object.keys(ofRoles)) {
      if (groups[group]?.roles[role]) continue
      throw new InvalidConfigurationError(`handlers have one for role ${role} of group ${group}, and there is none`)
    }
  }
}

/** What the calls of one life of a node stand on. */
interface CallSurroundings extends Pick<NodeSurroundings, 'agenda' | 'happened' | 'trace' | 'woken'> {
  readonly process: SimulatedProcess
  /** Of this life. */
  readonly chance: Chance
}

/** The groups, with what stands in for the handlers of their roles. */
export function withHandlers(groups: Groups, handlers: Handlers, around: CallSurroundings): Groups {
  const changed = Object.entries(handlers).map(([name, ofRoles]): [string, GroupDefinition] => {
    const group = groups[name] as GroupDefinition
    const roles = Object.entries(ofRoles).map(([role, handler]) => {
      const simulated = simulatedHandler(handler, { ...around, chance: around.chance.stream(`${name}/${role}`) })
      return [role, { ...group.roles[role], handler: simulated }]
    })
    return [name, { ...group, roles: { ...group.roles, ...Object.fromEntries(roles) } }]
  })
  return { ...groups, ...Object.fromEntries(changed) }
}

function simulatedHandler(handler: SimulatedHandler, around: CallSurroundings): CallHandler {
  const { agenda, process, chance, happened, trace, woken } = around
  let calls = 0
  return (bytes, { signal: _signal, ...place }) =>
    new Promise((resolve, reject) => {
      const own = chance.at(++calls)
      const [takesUs, tellsUs, outlives] = [drawUs(own), drawUs(own), own.isOne(500)]
      agenda.after(takesUs, 'arrival', () => {
        if (process.isDead) happened(outlives ? 'call that outlives its node' : 'lost call')
        if (process.isDead && !outlives) return
        trace.note(agenda.nowUs, place.node, `a call of ${place.group}/${place.role} takes effect`)
        const end = settled(() => handler(bytes, place))
        agenda.after(tellsUs, 'arrival', () => {
          if (process.isDead) happened('lost answer of a call')
          process.enter(() => {
            end(resolve, reject)
            woken()
          })
        })
      })
    })
}

const drawUs = (own: Chance): number => (own.isOne(20) ? own.between(20_000, 2_000_000) : own.between(100, 20_000))

/** Does it now, and tells what came of it later. */
function settled<Value>(
  make: () => Value,
): (resolve: (value: Value) => void, reject: (error: unknown) => void) => void {
  try {
    const value = make()
    return (resolve) => resolve(value)
  } catch (error) {
    return (_resolve, reject) => reject(error)
  }
}
