import type { StepRecord } from '@quorate/core'
import type { Place } from '@quorate/core/testing'
import type { ActorWatch } from '../observation/observation.js'
import type { NodeSurroundings } from './nodeSurroundings.js'
import type { SimulatedProcess } from './simulatedProcess.js'

/** What a {@link watchOf} node looks at, and whom it tells. */
export interface WatchOptions {
  readonly place: Omit<Place, 'role'>
  readonly process: SimulatedProcess
  readonly around: Pick<NodeSurroundings, 'monitor' | 'coverage'>
  /** How long a state machine takes for each command. */
  applyUs(): number
  /** An actor took a step, and all that judge it have looked. */
  stepped(step: StepRecord): void
}

/** Sees the actors of one group in one life of a node, and tells what judges them. */
export function watchOf({ place: { node, group }, process, around, applyUs, stepped }: WatchOptions): ActorWatch {
  const { monitor, coverage } = around
  const places = new Map<string, Place>()
  const placeOf = (role: string): Place => {
    const known = places.get(role)
    if (known) return known
    const place = { node, group, role }
    places.set(role, place)
    return place
  }
  /** Whose messages are being encoded: the role that emitted them. */
  const speakers = new WeakMap<object, string>()
  return {
    stepped: (step) => {
      const { role, event, before, after, emitted, transitions } = step
      if (coverage) for (const transition of transitions) coverage.took(transition)
      if (process.isDead) return
      const place = placeOf(role)
      for (const effect of emitted) {
        if (effect.type === 'send') speakers.set(effect.message, role)
        if (effect.type === 'ask') process.asks = true
        if (effect.type === 'persist') speakers.set(effect.record as object, role)
        monitor.emitted(place, effect)
      }
      if (before?.snapshot !== after.snapshot) monitor.stepped(place, before?.snapshot, event, after.snapshot)
      stepped(step)
    },
    recorded: (record, bytes) => {
      const role = speakers.get(record as object)
      if (role !== undefined && !process.isDead) monitor.recorded(placeOf(role), record, bytes)
    },
    encoding: (message) => {
      const role = speakers.get(message)
      if (!process.isDead) monitor.spoke(placeOf(role ?? 'unknown'), message)
    },
    applied: (command, at) => {
      if (process.isDead) return
      process.work(applyUs())
      monitor.applied(placeOf('state machine'), command, at)
    },
  }
}
