import type { NodeId } from '@quorate/core'
import type { Chance } from './chance.js'
import type { Dials } from './dials.js'
import type { Fates } from './fates.js'
import type { MessageFate } from './script.js'

/** The conditions under which messages and writes meet their fates, while a run explores. */
export interface Weather {
  readonly dials: Dials
  /** Nothing fails before. */
  readonly fromUs: number
  /** From here on delays are bounded, where the timing is partially synchronous. */
  readonly stableUs: number
  /** From here on the core is sound. */
  readonly healUs: number
  readonly core: ReadonlySet<NodeId>
  readonly nodes: ReadonlySet<NodeId>
}

/** Links of the lowest priority wait this much longer than the others. */
const priorityLevels = [0, 0, 2_000, 20_000, 200_000, 1_000_000] as const
const changesMax = 5

/** Fates drawn for each message and write by itself: by its link, type and number, whatever happens to others. */
export function drawnFates(chance: Chance, weather: Weather, nowUs: () => number): Fates {
  const links = new Map<string, Chance>()
  const arrivals = new Map<string, number>()
  const disks = new Map<string, Chance>()
  const priorities = drawPriorities(chance.stream('priorities'), weather)
  const { dials } = weather

  const isSoundNow = (...names: readonly string[]): boolean => {
    const now = nowUs()
    if (now < weather.fromUs) return true
    return now >= weather.healUs && names.every((name) => !weather.nodes.has(name) || weather.core.has(name))
  }

  /** In order, unless this link reorders. */
  const arrivalDelay = (link: string, delayUs: number): number => {
    if (dials.reorders) return delayUs
    const now = nowUs()
    const arrival = Math.max(now + delayUs, arrivals.get(link) ?? 0)
    arrivals.set(link, arrival)
    return arrival - now
  }

  return {
    message(type, from, to, ordinal) {
      const link = `${from}>${to}`
      const name = `${type} ${link}`
      const known = links.get(name) ?? chance.stream(name)
      links.set(name, known)
      const own = known.at(ordinal)
      if (isSoundNow(from, to)) return { delayUs: arrivalDelay(link, own.between(200, 3000)) }
      if (own.isOne(dials.lossPerMille)) return { isLost: true }
      const delayUs = drawDelay(own, weather, nowUs()) + priorities(link, nowUs())
      const fate: { -readonly [Key in keyof MessageFate]: MessageFate[Key] } = { delayUs: arrivalDelay(link, delayUs) }
      if (own.isOne(dials.duplicationPerMille)) fate.againUs = own.below(own.isOne(100) ? 5_000_000 : 100_000)
      if (own.isOne(dials.corruptionPerMille)) fate.garbled = own.below(0x4000_0000)
      return fate
    },
    write(node, ordinal) {
      const known = disks.get(node) ?? chance.stream(`disk ${node}`)
      disks.set(node, known)
      const own = known.at(ordinal)
      if (isSoundNow(node) || !own.isOne(dials.slowWritesPerMille)) return undefined
      return own.between(1000, own.isOne(100) ? 2_000_000 : 100_000)
    },
  }
}

function drawDelay(own: Chance, { dials, stableUs }: Weather, nowUs: number): number {
  const isBounded = dials.timing === 'synchronous' || (dials.timing === 'partially synchronous' && nowUs >= stableUs)
  if (!isBounded && own.isOne(dials.stragglersPerMille))
    return own.between(20_000, own.isOne(200) ? 8_000_000 : 800_000)
  return own.between(200, isBounded ? 5000 : 40_000)
}

/** By priority each link waits as its level says; at a few points in time one of them becomes another. */
function drawPriorities(chance: Chance, { dials, healUs }: Weather): (link: string, nowUs: number) => number {
  if (dials.scheduling === 'uniform') return () => 0
  const changes = Array.from({ length: chance.between(1, changesMax) }, () => chance.below(healUs)).sort(
    (a, b) => a - b,
  )
  const levelOf = (own: Chance): number => priorityLevels[own.below(priorityLevels.length)] ?? 0
  const known = new Map<string, { readonly fromUs: number; readonly first: number; readonly next: number }>()
  const drawLink = (link: string) => {
    const own = chance.stream(link)
    // A link changes at one of the points, and keeps its priority otherwise.
    const fromUs = changes[own.below(changes.length + 1)] ?? Number.POSITIVE_INFINITY
    const drawn = { fromUs, first: levelOf(own.at(0)), next: levelOf(own.at(1)) }
    known.set(link, drawn)
    return drawn
  }
  return (link, nowUs) => {
    const { fromUs, first, next } = known.get(link) ?? drawLink(link)
    return nowUs < fromUs ? first : next
  }
}
