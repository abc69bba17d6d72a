import { describe, expect, test } from 'vitest'
import type { NetworkConditions, Script, Step } from '../script/script.js'
import { lengthOf } from '../script/scriptLength.js'
import { shrink } from './shrink.js'

const crash = (atUs: number, node = 'n1'): Step => ({
  atUs,
  do: 'crash',
  node,
  afterEffects: 5,
  forMs: 1,
  unsynced: 'lost',
})

const calm: Script = {
  subject: 'raft',
  nodes: 3,
  seed: 7,
  variant: 8,
  bootstrap: true,
  endUs: 9_000_000,
  steps: [],
  messages: new Map(),
  writes: new Map(),
}

const large: Script = {
  ...calm,
  steps: Array.from({ length: 60 }, (_, at) => crash(at)),
  messages: new Map(Array.from({ length: 300 }, (_, at) => [`X#${at} a>b`, { delayUs: at }])),
}

const stormy: NetworkConditions = {
  timing: 'asynchronous',
  scheduling: 'priority',
  reorders: true,
  lossPerMille: 250,
  duplicationPerMille: 9,
  corruptionPerMille: 9,
  stragglersPerMille: 9,
  starvationPerMille: 9,
  lagPerMille: 9,
  slowWritesPerMille: 9,
  suspicionsPerMille: 9,
  jitterMs: 9,
  fromUs: 0,
  stableUs: 1,
  healUs: 2,
  core: ['n1'],
}

/** Counts what is tried. */
const counting = (fails: (script: Script) => boolean) => {
  const tried = { count: 0 }
  return {
    tried,
    fails: async (script: Script) => {
      tried.count++
      return fails(script)
    },
  }
}

describe('shrinking', () => {
  test('leaves what is to blame, and nothing else', async () => {
    const { tried, fails } = counting(({ steps, messages }) => {
      const has = (atUs: number) => steps.some((step) => step.atUs === atUs)
      return has(7) && has(41) && messages.has('X#133 a>b')
    })
    const short = await shrink(large, { fails })
    expect(short.steps.map(({ atUs }) => atUs)).toEqual([7, 41])
    expect([...short.messages.keys()]).toEqual(['X#133 a>b'])
    expect(lengthOf(short)).toBe(3)
    expect(short.steps[0]).toMatchObject({ afterEffects: 0 })
    expect(tried.count).toBeLessThan(200)
  })

  test('whole kinds of faults and whole nodes are left out before anything else', async () => {
    const steps = Array.from({ length: 900 }, (_, at) => crash(at, `n${(at % 9) + 1}`))
    const messages = new Map(
      Array.from({ length: 20_000 }, (_, at) => [
        `X#${at} n${(at % 9) + 1}>n${(at % 7) + 1}`,
        at % 2 === 0 ? { isLost: true as const } : { againUs: 1 },
      ]),
    )
    const writes = new Map(Array.from({ length: 5000 }, (_, at) => [`n1#${at}`, 1]))
    const { tried, fails } = counting(
      (script) =>
        script.steps.filter(({ do: what, ...step }) => what === 'crash' && 'node' in step && step.node === 'n3')
          .length === 100 && [...script.messages].filter(([, { isLost }]) => isLost).length >= 700,
    )
    const short = await shrink({ ...calm, steps, messages, writes }, { fails, triesMax: 80 })
    expect(short.steps).toHaveLength(100)
    expect(short.writes.size).toBe(0)
    expect([...short.messages.values()].filter(({ againUs }) => againUs !== undefined)).toEqual([])
    expect(short.messages.size).toBeLessThan(2000)
    expect(tried.count).toBeLessThanOrEqual(80)
  })

  test('of the weather what is to blame is left', async () => {
    const fails = async ({ weather }: Script) => (weather?.lossPerMille ?? 0) > 0 && weather?.reorders === true
    const short = await shrink({ ...large, weather: stormy }, { fails })
    expect(lengthOf(short)).toBe(2)
    expect(short.weather).toMatchObject({ timing: 'synchronous', lossPerMille: 250, lagPerMille: 0, reorders: true })
  })

  test('a few messages are told in the place of the weather, where these are fewer', async () => {
    const spelled = new Map(Array.from({ length: 300 }, (_, at) => [`X#${at} a>b`, { isLost: true as const }]))
    const spellOut = async ({ weather: _, ...script }: Script) => ({ ...script, messages: spelled })
    const losing = (needed: number) => async (script: Script) =>
      (script.weather?.reorders && script.weather.lossPerMille > 0) ||
      [...script.messages.keys()].filter((key) => /#2\d\d /.test(key)).length >= needed
    const weather = { ...calm, weather: stormy }
    expect(await shrink(weather, { fails: losing(1), spellOut })).toMatchObject({ messages: { size: 1 } })
    expect(lengthOf(await shrink(weather, { fails: losing(90), spellOut }))).toBe(2)
  })

  test('keeps what fails when it may try no more', async () => {
    const fails = async ({ steps }: Script) => steps.length >= 11
    const short = await shrink(large, { fails, triesMax: 5 })
    expect(short.steps.length).toBeGreaterThanOrEqual(11)
    expect(await fails(short)).toBe(true)
  })

  test('told to end it keeps the shortest that it has come to, and says how short it was each time', async () => {
    const controller = new AbortController()
    const lengths: number[] = []
    const { tried, fails } = counting(({ steps }) => steps.length >= 11)
    const onProgress = (length: number) => {
      lengths.push(length)
      if (length < 40) controller.abort()
    }
    const short = await shrink(large, { fails, signal: controller.signal, onProgress })
    const triesThen = tried.count
    expect(lengthOf(short)).toBe(lengths.at(-1))
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a))
    expect(triesThen).toBeLessThan(30)
  })
})
