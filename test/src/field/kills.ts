import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NodeProcess } from '../nodeProcess.js'
import { type Outcome, type Subject, Trial } from './trial.js'

/** One in so many nodes is killed once more while it starts. */
const startsPerKill = 5

/** SIGKILL for nodes in the midst of their writes, and of their starts. */
export const kills = (subject: Subject, count: number): Promise<Outcome> =>
  Trial.run(subject, count, async (_trial, victims) => {
    await sleep(randomInt(200))
    await Promise.all(victims.map((node) => node.stop('SIGKILL')))
    await sleep(randomInt(3) === 0 ? randomInt(1000) : 0)
    const again = await Promise.all(victims.map(startAgain))
    return victims.length + again.filter(Boolean).length
  })

/** True if it was killed once more. */
const startAgain = async (node: NodeProcess): Promise<boolean> => {
  const isKilledAgain = randomInt(startsPerKill) === 0
  if (isKilledAgain) {
    node.start()
    await sleep(randomInt(600))
    await node.stop('SIGKILL')
  }
  await node.startReady()
  return isKilledAgain
}
