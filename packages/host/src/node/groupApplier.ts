import type { Applied, LogService, RoleDefinition, Snapshot } from '@quorate/core'
import { Applier } from '../engine/applier.js'
import { keyOf } from '../engine/hostedActor.js'
import type { RecoveredRoles } from '../engine/recoverRoles.js'
import type { GroupSurroundings } from './groupSurroundings.js'

/** What the state machine of a group stands on, and whom it tells. */
interface ApplierPlace {
  readonly around: GroupSurroundings
  readonly recovered: RecoveredRoles
  toWork(): void
  applied(applied: readonly Applied[], toAnswer: readonly Applied[]): void
  /** A snapshot of the state was taken. */
  taken(snapshot: Snapshot): void
}

/** The state machine of a group, where the role that applies runs. */
export function groupApplier(
  group: string,
  { applies, stateMachine: machine, limits }: LogService,
  { nodes, remembers = true }: RoleDefinition,
  { around, recovered, toWork, applied: tell, taken }: ApplierPlace,
): Applier {
  const { node, clock, engine, logger, telemetry, observe } = around
  const key = keyOf(group, applies)
  return new Applier({
    group,
    machine,
    limits,
    clock,
    found: recovered.get(applies)?.snapshot,
    phase: (nodes.indexOf(node) + 1) / nodes.length,
    stage: (operation, done) => {
      const durable = () => {
        done()
        toWork()
      }
      if (remembers) engine.stage(key, operation, durable)
      else durable()
    },
    onApplied: (applied, toAnswer) => {
      telemetry.applied(group, applied.length)
      observe?.({ type: 'applied', group, applied })
      tell(applied, toAnswer)
    },
    onSnapshot: taken,
    onSnapshotFailed: (error) => {
      logger.error({ group, error }, error.message)
    },
  })
}
