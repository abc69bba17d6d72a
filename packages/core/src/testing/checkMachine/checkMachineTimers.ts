import type { AnyStatechart } from '../../role/statechart.js'
import { nodesWithin } from '../../role/stateNodes.js'
import type { MachineDefect, MachinePlace } from './checkMachineParts.js'

/** Timers restart when they should, are never lost, and have declared delays. */
export const timerDefects = (machine: AnyStatechart, places: readonly MachinePlace[]): readonly MachineDefect[] => [
  ...delayDefects(machine),
  ...places.flatMap((place) => [...reentryDefects(place), ...(place.kind === 'timer' ? lostTimerDefects(place) : [])]),
]

function delayDefects(machine: AnyStatechart): readonly MachineDefect[] {
  const { delays } = machine.implementations
  return nodesWithin(machine.root).flatMap((node) =>
    Object.keys(node.config.after ?? {}).flatMap((delay): MachineDefect[] => {
      const place = { state: node.id, at: `after ${delay}` }
      // XState takes any key that reads as a number for milliseconds.
      if (!Number.isNaN(Number(delay))) {
        const what = 'a delay in place can be provided by nobody'
        return [{ ...place, kind: 'unnamedDelay', what, advice: 'declare it under `delays` in setup and name it here' }]
      }
      if (Object.hasOwn(delays, delay)) return []
      const known = Object.keys(delays).join(', ') || 'none'
      const what = 'this delay is not declared, and would fire at once'
      return [
        { ...place, kind: 'unknownDelay', what, advice: `declare it under \`delays\` in setup (there: ${known})` },
      ]
    }),
  )
}

function reentryDefects({ node, at, candidates }: MachinePlace): readonly MachineDefect[] {
  return candidates.flatMap(({ target, reenter }): MachineDefect[] => {
    if (target?.includes(node) && !reenter) {
      const what = 'a transition to its own state does not enter it again: its timers run on'
      const advice = 'add `reenter: true`, or leave out the target'
      return [{ kind: 'notReentered', state: node.id, at, what, advice }]
    }
    if (reenter && target === undefined) {
      const what = '`reenter` without a target enters nothing: its timers run on'
      return [{ kind: 'reenterNothing', state: node.id, at, what, advice: 'name the state itself as the target' }]
    }
    return []
  })
}

function lostTimerDefects({ node, at, candidates }: MachinePlace): readonly MachineDefect[] {
  const advice = 'let every way out name a target, its own state with `reenter: true` to wait once more'
  const defect = (what: string): MachineDefect => ({ kind: 'lostTimer', state: node.id, at, what, advice })
  const last = candidates.at(-1)
  return [
    ...(last?.guard === undefined ? [] : [defect('when its guards fail the timer is gone, and the state goes on')]),
    ...candidates
      .filter(({ target }) => target === undefined)
      .map(() => defect('without a target the timer is gone, and the state goes on')),
  ]
}
