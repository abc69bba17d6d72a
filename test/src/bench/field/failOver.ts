import { setTimeout as sleep } from 'node:timers/promises'
import type { NodeProcess } from '../../nodeProcess.js'
import { type FieldNodes, startFieldNodes } from './nodes.js'
import type { FieldSection, Figure } from './section.js'

const rounds = 10

/** How long nobody is answered when the leader is killed, and when it is asked to stop. */
export const failOver: FieldSection = {
  name: 'fail-over',
  about: 'SIGKILL and SIGTERM of the leader, ten times each: how long until the next write is acknowledged',
  async measure(around) {
    await using group = await startFieldNodes(around)
    const times = around.quick ? 3 : rounds
    return [
      ...figuresOf('SIGKILL', await failOvers(group, 'SIGKILL', times), [200, 400]),
      ...figuresOf('SIGTERM', await failOvers(group, 'SIGTERM', times), [50, 150]),
    ]
  },
}

/** One client writes, the leader goes, and the client writes again at once. */
async function failOvers(group: FieldNodes, signal: 'SIGKILL' | 'SIGTERM', times: number): Promise<readonly number[]> {
  const client = await group.client()
  const ms: number[] = []
  for (let round = 0; round < times; round++) {
    await client.put('round', String(round))
    const leader = leaderOf(group, client.leader)
    const gone = leader.stop(signal)
    const beganMs = performance.now()
    await client.put('gone', leader.id)
    ms.push(performance.now() - beganMs)
    await gone
    await leader.startReady()
    // So that it follows again, and fail-overs do not come at one beat.
    await sleep(1000 + Math.random() * 300)
  }
  return ms
}

function leaderOf({ nodes }: FieldNodes, leader: string | undefined): NodeProcess {
  const found = nodes.find(({ id }) => id === leader)
  if (!found) throw new Error(`no node is called ${leader}`)
  return found
}

function figuresOf(name: string, found: readonly number[], [median, longest]: readonly [number, number]): Figure[] {
  const ms = found.toSorted((a, b) => a - b)
  return [
    { name: `${name}: median`, value: Math.round(ms[Math.floor(ms.length / 2)] ?? 0), unit: 'ms', max: median },
    { name: `${name}: longest`, value: Math.round(ms.at(-1) ?? 0), unit: 'ms', max: longest },
  ]
}
