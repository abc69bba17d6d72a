import type { Family, Roles } from '../../role/become.js'
import type { AnyStatechart, EventFromLogic } from '../../role/statechart.js'
import { cellDefects } from './checkMachineCells.js'
import { type EventKinds, type MachineDefect, MachineDefectsError, placesOf } from './checkMachineParts.js'
import { reachDefects } from './checkMachineReach.js'
import { ruleDefects } from './checkMachineRules.js'
import { timerDefects } from './checkMachineTimers.js'

/**
 * Every event of a role, and where it comes from: another actor or the host. The types are gone at run time, so the
 * list is given; as a record the compiler holds it complete.
 */
export type EventsOf<Event extends { readonly type: string }> = Readonly<
  Record<Exclude<Event['type'], 'xstate.route'>, 'message' | 'local'>
>

/**
 * Checks a role for what neither the compiler nor XState catches: a cell that is not decided, a timer that is lost, a
 * misspelt name, a rule under the wrong event. {@link MachineDefectKind} lists all of it.
 * @throws {@link MachineDefectsError} `QUORATE_MACHINE_DEFECTS` with every defect found.
 */
export function checkMachine<Machine extends AnyStatechart>(
  role: Machine,
  events: EventsOf<EventFromLogic<Machine>>,
): void {
  refuse(role.id, defectsOf(role, events))
}

/**
 * Checks every role of a family. All of them share an address, so each must decide each event.
 * @throws {@link MachineDefectsError} `QUORATE_MACHINE_DEFECTS` with every defect found in any of them.
 */
export function checkFamily<Table extends Roles>(
  family: Pick<Family<Table>, 'id' | 'roles'>,
  events: EventsOf<EventFromLogic<Table[keyof Table]['actor']>>,
): void {
  refuse(
    family.id,
    Object.values(family.roles).flatMap(({ actor }) => defectsOf(actor, events)),
  )
}

function refuse(id: string, defects: readonly MachineDefect[]): void {
  if (defects.length > 0) throw new MachineDefectsError(id, defects)
}

function defectsOf(machine: AnyStatechart, events: EventKinds): readonly MachineDefect[] {
  const places = placesOf(machine)
  return [
    ...cellDefects(machine, places, events),
    ...timerDefects(machine, places),
    ...ruleDefects(machine, places),
    ...reachDefects(machine, places),
  ]
}
