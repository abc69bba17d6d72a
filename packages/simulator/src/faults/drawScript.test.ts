import { describe, expect, test } from 'vitest'
import type { Script, Step } from '../script/script.js'
import { multiPaxosSubject } from '../subject/subjects.test.fixture.js'
import { drawScript } from './drawScript.js'
import type { FaultMix } from './faultRates.js'

/** What no seed draws nothing finds: each kind of fault, in each of its forms, is drawn now and then. */

const subject = {
  ...multiPaxosSubject(),
  make: (...args: Parameters<ReturnType<typeof multiPaxosSubject>['make']>) => {
    const cluster = multiPaxosSubject().make(...args)
    return { ...cluster, promises: { roundTripMs: 1000, hubs: cluster.nodes } }
  },
}

const drawn = (faults: FaultMix, seed: number): Script =>
  drawScript({ subject, seed, faults, nodes: 5, lastsMs: 10_000 })

/** How many disks fill up at the same moment. */
const fullTogether = (steps: readonly Step[], { atUs }: Step): string =>
  `${steps.filter((other) => other.do === 'fillDisk' && other.atUs === atUs).length} of 5`

function formsOf(step: Step, steps: readonly Step[]): readonly string[] {
  switch (step.do) {
    case 'operation':
      return (step.slot ?? 1) > 1 ? ['operation in another slot'] : ['operation']
    case 'crash': {
      const { unsynced, rot, before, opensInVain } = step
      return [
        `crash, unsynced ${unsynced}`,
        ...(rot ? [`crash, rot ${rot}`] : []),
        ...(before ? [`crash, before ${before}`] : []),
        ...(opensInVain ? ['crash, opens in vain'] : []),
      ]
    }
    case 'powerLoss':
    case 'failSync':
      return [`${step.do}, unsynced ${step.unsynced}`]
    case 'fillDisk':
      return [`fillDisk, ${fullTogether(steps, step)}`]
    case 'cut':
      return [step.as ?? 'cut']
    case 'wallJump':
      return [step.byMs > 0 ? 'wallJump forward' : 'wallJump back']
    case 'heal':
      return [step.cut ? 'heal around a hub' : 'heal']
    default:
      return [step.do]
  }
}

function weatherOf({ weather, bootstrap }: Script): readonly string[] {
  const { timing = '', scheduling = '', fromUs: _, stableUs: __, healUs: ___, core: ____, ...rates } = weather ?? {}
  const on = Object.entries(rates).flatMap(([name, value]) => (value === 0 || value === false ? [] : [name]))
  return [timing, scheduling, bootstrap ? 'bootstrap' : 'first introduced', ...on]
}

const allOf = (faults: FaultMix, seeds = 600): readonly string[] => {
  const forms = new Set<string>()
  for (let seed = 1; seed <= seeds; seed++) {
    const script = drawn(faults, seed)
    for (const step of script.steps) for (const form of formsOf(step, script.steps)) forms.add(form)
    for (const form of weatherOf(script)) forms.add(form)
  }
  return [...forms].sort()
}

describe('over many seeds', () => {
  test('all faults are drawn, in all their forms', () => {
    expect(allOf('all')).toEqual([
      'asynchronous',
      'bootstrap',
      'clockJump',
      'clockRate',
      'corruptionPerMille',
      'crash, before message',
      'crash, before release',
      'crash, before sync',
      'crash, before write',
      'crash, opens in vain',
      'crash, rot body',
      'crash, rot copy',
      'crash, rot tail',
      'crash, unsynced kept',
      'crash, unsynced lost',
      'crash, unsynced zeroed',
      'disconnect',
      'distance',
      'duplicationPerMille',
      'failSync, unsynced kept',
      'failSync, unsynced lost',
      'fillDisk, 1 of 5',
      'fillDisk, 3 of 5',
      'fillDisk, 5 of 5',
      'first introduced',
      'flapping partition',
      'heal',
      'heal around a hub',
      'jitterMs',
      'lagPerMille',
      'lossPerMille',
      'one-way partition',
      'operation',
      'operation in another slot',
      'partial partition',
      'partially synchronous',
      'partition',
      'pause',
      'powerLoss, unsynced kept',
      'powerLoss, unsynced lost',
      'powerLoss, unsynced zeroed',
      'priority',
      'reconnect',
      'reorders',
      'slowApply',
      'slowDisk',
      'slowWritesPerMille',
      'starvationPerMille',
      'stop',
      'stragglersPerMille',
      'suspicionsPerMille',
      'synchronous',
      'uniform',
      'wallJump back',
      'wallJump forward',
    ])
  })

  test('without faults nothing happens but operations', () => {
    expect(allOf('none', 50)).toEqual([
      'bootstrap',
      'first introduced',
      'heal',
      'operation',
      'operation in another slot',
      'synchronous',
      'uniform',
    ])
  })
})
