import type { NodeId } from '@quorate/core'
import { Chance } from '../chance/chance.js'
import { type Boundary, type Script, type Step, type Unsynced, whoLeads } from '../script/script.js'
import type { SimulationSubject } from '../subject/subject.js'
import { drawOperations } from './drawOperations.js'
import { drawFaultRates, type FaultMix, type FaultRates, hasKind } from './faultRates.js'
import { drawHub, drawSoundNodes, hasSoleDecider } from './soundNodes.js'

/** What a run is drawn from. */
export interface DrawOptions {
  readonly subject: SimulationSubject
  readonly seed: number
  readonly faults: FaultMix
  readonly nodes: number
  /** How long it lasts at least, in simulated milliseconds. */
  readonly lastsMs: number
}

/** Nodes that ask who knows them when they first start need each other: nothing fails before they have heard. */
const introductionUs = 1_500_000

/** Draws a run: each seed has its own mix of faults, and its own weather. */
export function drawScript({ subject, seed, faults, nodes: count, lastsMs }: DrawOptions): Script {
  const chance = Chance.of(seed)
  const cluster = subject.make(count, Chance.of(seed).stream('subject'))
  const drawn = drawFaultRates(chance.stream('dials'), faults, cluster.promises)
  const rates = { ...drawn, doubts: drawn.doubts && !hasSoleDecider(cluster) }
  // Whoever is in doubt may have to hear everybody.
  const sound = rates.doubts ? cluster.nodes : drawSoundNodes(cluster, chance.stream('core'))
  const mayCut = hasKind(faults, 'network') && !rates.doubts
  const { nodes: core, cut } = mayCut ? drawHub(cluster, sound, chance.stream('hub')) : { nodes: sound, cut: [] }
  const bootstrap = chance.stream('bootstrap').isOne(500)
  const fromUs = bootstrap ? 0 : introductionUs + 2000 * rates.roundTripMs
  const healUs = Math.max(fromUs, Math.floor((lastsMs * 1000 * chance.stream('heal').between(55, 75)) / 100))
  // However short: progress is demanded.
  const endUs = Math.max(lastsMs * 1000, healUs + 1)
  const operations = drawOperations(cluster, chance.stream('operations'), endUs)
  const clients = [...new Set(operations.flatMap((step) => (step.do === 'operation' ? [step.client] : [])))]
  const period = { fromUs, toUs: healUs, core, nodes: cluster.nodes, clients }
  const steps = [...operations, ...drawFaults(chance.stream('faults'), rates, period)]
  steps.sort((a, b) => a.atUs - b.atUs)
  steps.unshift(...drawDistances(chance.stream('distances'), rates, [...cluster.nodes, ...clients]))
  steps.push({ atUs: healUs, do: 'heal', core, ...(cut.length > 0 && { cut }) })
  return {
    subject: subject.name,
    nodes: count,
    seed,
    variant: seed,
    bootstrap,
    endUs,
    steps,
    messages: new Map(),
    writes: new Map(),
    weather: {
      ...rates.disturbances,
      fromUs,
      stableUs: chance.stream('stable').between(fromUs, healUs),
      healUs,
      core,
    },
  }
}

interface Period {
  readonly fromUs: number
  readonly toUs: number
  readonly core: readonly NodeId[]
  readonly nodes: readonly NodeId[]
  readonly clients: readonly string[]
}

/** Everybody is far from the middle, some farther; two ways there and two back make a round trip, with what they may be late. */
function drawDistances(
  chance: Chance,
  { roundTripMs, disturbances: { jitterMs } }: FaultRates,
  names: readonly string[],
): Step[] {
  if (roundTripMs === 0) return []
  const farthestMs = Math.floor((roundTripMs - 2 * jitterMs) / 4)
  return names.map((process) => ({
    atUs: 0,
    do: 'distance',
    process,
    ms: chance.stream(process).between(Math.floor(farthestMs / 2), farthestMs),
  }))
}

/** Short as a rule, and now and then long. */
const drawMs = (own: Chance, longestMs: number): number => own.between(1, own.isOne(250) ? longestMs : longestMs / 10)

/** A node, and often the one that it hurts most to lose. */
const drawNode = (own: Chance, nodes: readonly NodeId[]): NodeId => (own.isOne(400) ? whoLeads : own.pick(nodes))

function drawFaults(chance: Chance, rates: FaultRates, period: Period): Step[] {
  const { perMinute, doubts } = rates
  const { fromUs, toUs, nodes, clients } = period
  const makers: { readonly [Kind in keyof FaultRates['perMinute']]: (own: Chance, atUs: number) => Step[] } = {
    partition: (own, atUs) => drawPartition(own, atUs, period),
    disconnect: (own, atUs) => [
      { atUs, do: 'disconnect', process: own.pick([...nodes, ...clients, whoLeads]), forMs: drawMs(own, 4000) },
    ],
    crash: (own, atUs) => [drawCrash(own, atUs, rates, period)],
    powerLoss: (own, atUs) => [
      { atUs, do: 'powerLoss', forMs: drawMs(own, 3000), unsynced: drawUnsynced(own, doubts) },
    ],
    stop: (own, atUs) => [{ atUs, do: 'stop', node: drawNode(own, nodes), forMs: drawMs(own, 4000) }],
    pause: (own, atUs) => [{ atUs, do: 'pause', node: drawNode(own, nodes), forMs: drawMs(own, 6000) }],
    clockRate: (own, atUs) => [
      {
        atUs,
        do: 'clockRate',
        node: drawNode(own, nodes),
        perMille: own.between(500, 2000),
        forMs: drawMs(own, 20_000),
      },
    ],
    clockJump: (own, atUs) => [{ atUs, do: 'clockJump', node: drawNode(own, nodes), aheadMs: drawMs(own, 10_000) }],
    wallJump: (own, atUs) => {
      const byMs = drawMs(own, 3_600_000)
      return [{ atUs, do: 'wallJump', node: drawNode(own, nodes), byMs: own.isOne(500) ? byMs : -byMs }]
    },
    reconnect: (own, atUs) => (clients.length > 0 ? [{ atUs, do: 'reconnect', client: own.pick(clients) }] : []),
    slowApply: (own, atUs) => [
      {
        atUs,
        do: 'slowApply',
        node: drawNode(own, nodes),
        eachMs: own.pick([1, 2, 5, 20, 100]),
        forMs: drawMs(own, 10_000),
      },
    ],
    failSync: (own, atUs) => [
      { atUs, do: 'failSync', node: drawNode(own, nodes), unsynced: own.isOne(500) ? 'lost' : 'kept' },
    ],
    fillDisk: (own, atUs) => drawFullDisks(own, atUs, nodes),
    slowDisk: (own, atUs) => [
      { atUs, do: 'slowDisk', node: drawNode(own, nodes), extraMs: own.between(1, 400), forMs: drawMs(own, 6000) },
    ],
  }
  return Object.entries(perMinute).flatMap(([kind, often]) => {
    const stream = chance.stream(kind)
    const count = Math.ceil((often * (toUs - fromUs)) / 60_000_000)
    return Array.from({ length: count }, (_, ordinal) => {
      const own = stream.at(ordinal)
      return makers[kind as keyof FaultRates['perMinute']](own, own.between(fromUs, toUs - 1))
    }).flat()
  })
}

function drawCrash(own: Chance, atUs: number, { doubts, rots }: FaultRates, { core, nodes }: Period): Step {
  const node = drawNode(own, nodes)
  const step = {
    atUs,
    do: 'crash',
    node,
    afterEffects: own.below(own.isOne(500) ? 4 : 20),
    ...drawBoundary(own),
    forMs: drawMs(own, 5000),
    // Of the core nobody may be left in doubt, unless everybody may.
    unsynced: drawUnsynced(own, doubts || (rots && node !== whoLeads && !core.includes(node))),
  } as const
  if (rots && node !== whoLeads && !core.includes(node) && own.isOne(400))
    return { ...step, rot: own.isOne(900) ? 'tail' : 'body' }
  if (rots && own.stream('copy').isOne(200)) return { ...step, rot: 'copy' }
  const again = own.stream('opening')
  return again.isOne(150) ? { ...step, opensInVain: again.between(1, 3) } : step
}

const drawUnsynced = (own: Chance, mayDoubt: boolean): Unsynced => {
  const unsynced = own.isOne(500) ? 'lost' : 'kept'
  return mayDoubt && own.stream('zeroed').isOne(400) ? 'zeroed' : unsynced
}

/** Disks fill up together, too: all of them, or a majority. */
function drawFullDisks(own: Chance, atUs: number, nodes: readonly NodeId[]): Step[] {
  const step = { atUs, do: 'fillDisk', node: drawNode(own, nodes), forMs: drawMs(own, 3000) } as const
  const together = own.stream('together')
  if (!together.isOne(300)) return [step]
  const count = together.isOne(500) ? nodes.length : Math.floor(nodes.length / 2) + 1
  return together
    .shuffled(nodes)
    .slice(0, count)
    .map((node) => ({ ...step, node }))
}

/** Most of what a node does is to speak, so the other boundaries are chosen by name. */
const drawBoundary = (own: Chance): { readonly before?: Boundary } =>
  own.isOne(200) ? {} : { before: own.pick<Boundary>(['message', 'write', 'sync', 'release']) }

/** Two sides that do not hear each other; one that does not hear the other; a few links; or again and again. */
function drawPartition(own: Chance, atUs: number, { nodes, clients, toUs }: Period): Step[] {
  const everyone = [...nodes, ...clients]
  const order = own.shuffled(nodes)
  const size = nodes.length > 1 ? own.between(1, nodes.length - 1) : 1
  const side = order.slice(0, size)
  const others = order.slice(size)
  // Clients stand on one of the sides, or between them.
  for (const client of clients) {
    const place = own.below(3)
    if (place < 2) (place === 0 ? side : others).push(client)
  }
  const forMs = drawMs(own, 8000)
  switch (own.below(8)) {
    case 6:
    case 7: {
      // Some clients are left with who led, for long enough that the others elect another.
      const deceived = clients.filter(() => own.isOne(500))
      const forMs = own.between(1500, 6000)
      const rest = everyone.filter((name) => !deceived.includes(name))
      return [
        { atUs, do: 'cut', from: [whoLeads, ...deceived], to: rest, forMs, as: 'partition' },
        { atUs, do: 'cut', from: rest, to: [whoLeads, ...deceived], forMs, as: 'partition' },
      ]
    }
    case 4:
      return [{ atUs, do: 'cut', from: nodes, to: [whoLeads], forMs, as: 'one-way partition' }]
    case 5:
      return [
        { atUs, do: 'cut', from: [whoLeads], to: everyone, forMs, as: 'partition' },
        { atUs, do: 'cut', from: everyone, to: [whoLeads], forMs, as: 'partition' },
      ]
    case 0:
      return [
        { atUs, do: 'cut', from: side, to: others, forMs, as: 'partition' },
        { atUs, do: 'cut', from: others, to: side, forMs, as: 'partition' },
      ]
    case 1:
      return [{ atUs, do: 'cut', from: side, to: others, forMs, as: 'one-way partition' }]
    case 2: {
      const a = own.pick(everyone)
      const b = own.pick(everyone.filter((name) => name !== a))
      return [
        { atUs, do: 'cut', from: [a], to: [b], forMs, as: 'partial partition' },
        { atUs, do: 'cut', from: [b], to: [a], forMs, as: 'partial partition' },
      ]
    }
    default: {
      const everyMs = own.between(20, 1500)
      const times = Math.min(own.between(2, 12), Math.ceil((toUs - atUs) / (everyMs * 1000)))
      return Array.from({ length: times }, (_, time): Step => {
        const at = atUs + time * everyMs * 1000
        return { atUs: at, do: 'cut', from: side, to: others, forMs: everyMs / 2, as: 'flapping partition' }
      })
    }
  }
}
