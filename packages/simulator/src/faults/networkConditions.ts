import type { NodeId } from '@quorate/core'
import type { Chance } from '../chance/chance.js'
import { type MessageFate, type NetworkConditions, probeType } from '../script/script.js'
import type { FaultPlan } from './faultPlan.js'

/** Links of the lowest priority wait this much longer than the others. */
const priorityLevels = [0, 0, 2_000, 20_000, 200_000, 1_000_000] as const
const changesMax = 5

/** What is wrong with messages of one type between two changes so often. */
const spellUs = 1_000_000

/** Messages of one type from one process to another. */
class Stream {
  readonly link: string
  readonly #own: Chance
  readonly #starvation: Chance
  readonly #lag: Chance

  constructor(chance: Chance, type: string, from: string, to: string) {
    this.link = `${from}>${to}`
    const name = `${type} ${this.link}`
    this.#own = chance.stream(name)
    this.#starvation = chance.stream(`starvation of ${name}`)
    this.#lag = chance.stream(`lag of ${name}`)
  }

  at(ordinal: number): Chance {
    return this.#own.at(ordinal)
  }

  isStarved(nowUs: number, perMille: number): boolean {
    return perMille > 0 && this.#starvation.at(Math.floor(nowUs / spellUs)).isOne(perMille)
  }

  /** By how much all of them are late now, in microseconds. */
  lagUs(nowUs: number, perMille: number): number {
    if (perMille === 0) return 0
    const own = this.#lag.at(Math.floor(nowUs / spellUs))
    return own.isOne(perMille) ? own.between(50_000, 3_000_000) : 0
  }
}

/** FaultPlan drawn for each message and write by itself: by its link, type and number, whatever happens to others. */
export function drawnPlan(
  chance: Chance,
  weather: NetworkConditions,
  nodes: readonly NodeId[],
  nowUs: () => number,
): FaultPlan {
  const failing = new Set(nodes.filter((node) => !weather.core.includes(node)))
  const streams = new Map<string, Stream>()
  const arrivals = new Map<string, number>()
  const disks = new Map<string, Chance>()
  const priorities = drawPriorities(chance.stream('priorities'), weather)

  const isSoundNow = (...names: readonly string[]): boolean => {
    const now = nowUs()
    if (now < weather.fromUs) return true
    return now >= weather.healUs && !names.some((name) => failing.has(name))
  }

  /** In order, unless this link reorders. */
  const arrivalDelay = (link: string, delayUs: number): number => {
    if (weather.reorders) return delayUs
    const now = nowUs()
    const arrival = Math.max(now + delayUs, arrivals.get(link) ?? 0)
    arrivals.set(link, arrival)
    return arrival - now
  }

  return {
    message(type, from, to, ordinal) {
      const name = `${type} ${from}>${to}`
      const stream = streams.get(name) ?? new Stream(chance, type, from, to)
      streams.set(name, stream)
      const { link } = stream
      const own = stream.at(ordinal)
      if (isSoundNow(from, to)) {
        return { delayUs: arrivalDelay(link, own.between(200, 3000) + jitterUs(own, weather)) }
      }
      const now = nowUs()
      if (own.isOne(weather.lossPerMille) || stream.isStarved(now, weather.starvationPerMille)) return { isLost: true }
      const lagUs = areDelaysBounded(weather, now) ? 0 : stream.lagUs(now, weather.lagPerMille)
      const delayUs = drawDelay(own, weather, now) + priorities(link, now) + lagUs
      const fate: { -readonly [Key in keyof MessageFate]: MessageFate[Key] } = { delayUs: arrivalDelay(link, delayUs) }
      if (type === probeType && own.isOne(weather.suspicionsPerMille)) fate.isDenied = true
      if (own.isOne(weather.duplicationPerMille)) fate.againUs = own.below(own.isOne(100) ? 5_000_000 : 100_000)
      if (own.isOne(weather.corruptionPerMille)) fate.garbled = own.below(0x4000_0000)
      return fate
    },
    write(node, ordinal) {
      const known = disks.get(node) ?? chance.stream(`disk ${node}`)
      disks.set(node, known)
      const own = known.at(ordinal)
      if (isSoundNow(node) || !own.isOne(weather.slowWritesPerMille)) return undefined
      return own.between(1000, own.isOne(100) ? 2_000_000 : 100_000)
    },
  }
}

const areDelaysBounded = ({ timing, stableUs }: NetworkConditions, nowUs: number): boolean =>
  timing === 'synchronous' || (timing === 'partially synchronous' && nowUs >= stableUs)

const jitterUs = (own: Chance, { jitterMs }: NetworkConditions): number =>
  jitterMs === 0 ? 0 : own.below(jitterMs * 1000)

function drawDelay(own: Chance, weather: NetworkConditions, nowUs: number): number {
  const isBounded = areDelaysBounded(weather, nowUs)
  if (!isBounded && own.isOne(weather.stragglersPerMille))
    return own.between(20_000, own.isOne(200) ? 8_000_000 : 800_000)
  return own.between(200, isBounded ? 5000 : 40_000) + jitterUs(own, weather)
}

/** By priority each link waits as its level says; at a few points in time one of them becomes another. */
function drawPriorities(
  chance: Chance,
  { scheduling, healUs }: NetworkConditions,
): (link: string, nowUs: number) => number {
  if (scheduling === 'uniform') return () => 0
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
