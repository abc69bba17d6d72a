import type { NodeId } from '@quorate/core'
import { UnfitScriptError } from '../errors.js'
import { type ClientGroup, groupOfClient } from '../subject/clientGroups.js'
import { operationDefect } from '../workload/operationDefect.js'
import { type Script, type Step, type StepOf, whoLeads } from './script.js'

/**
 * Checks that a script names only what the cluster has, and has clients do only what they can.
 * @throws {@link UnfitScriptError} `QUORATE_UNFIT_SCRIPT`
 */
export function validateScript(
  { steps, weather }: Script,
  nodes: readonly NodeId[],
  served: readonly ClientGroup[],
): void {
  const lost = weather?.core.find((node) => !nodes.includes(node))
  if (lost !== undefined) throw new UnfitScriptError(`weather of node ${lost}`, `there are ${nodes.join(', ')}`)
  for (const step of steps) {
    const named = 'node' in step ? [step.node] : step.do === 'heal' ? healed(step) : []
    const unknown = named.find((node) => node !== whoLeads && !nodes.includes(node))
    if (unknown !== undefined) {
      throw new UnfitScriptError(`${step.do} of node ${unknown}`, `there are ${nodes.join(', ')}`)
    }
    if ('client' in step) checkClient(step, served)
  }
}

type ClientStep = Extract<Step, { readonly client: string }>

function checkClient(step: ClientStep, served: readonly ClientGroup[]): void {
  const group = groupOfClient(step.client, served)
  if (!group) throw new UnfitScriptError(`${step.do} of client ${step.client}`, 'no group takes anything from clients')
  if (step.do !== 'operation') return
  const defect = operationDefect(group.workload, step.operation)
  if (!defect) return
  throw new UnfitScriptError(
    `client ${step.client} with operation ${defect.said}`,
    `of clients of ${group.name} (${group.workload.name}) ${defect.wanted}`,
  )
}

const healed = ({ core, cut = [] }: StepOf<'heal'>): readonly NodeId[] => [
  ...core,
  ...cut.flatMap((link) => link.split('>')),
]
