import type { GroupDefinition, NodeId } from '@quorate/core'
import { UnfitScriptError } from '../errors.js'
import { clientGroups } from '../subject/clientGroups.js'
import { type Script, type Step, whoLeads } from './script.js'

/**
 * Checks that a script names only what the cluster has.
 * @throws {@link UnfitScriptError} `QUORATE_UNFIT_SCRIPT`
 */
export function validateScript(
  { steps, weather }: Script,
  nodes: readonly NodeId[],
  groups: Readonly<Record<string, GroupDefinition>>,
): void {
  const lost = weather?.core.find((node) => !nodes.includes(node))
  if (lost !== undefined) throw new UnfitScriptError(`weather of node ${lost}`, `there are ${nodes.join(', ')}`)
  const takesClients = clientGroups(groups).length > 0
  for (const step of steps) {
    const named = 'node' in step ? [step.node] : step.do === 'heal' ? healed(step) : []
    const unknown = named.find((node) => node !== whoLeads && !nodes.includes(node))
    if (unknown !== undefined) {
      throw new UnfitScriptError(`${step.do} of node ${unknown}`, `there are ${nodes.join(', ')}`)
    }
    if ('client' in step && !takesClients) {
      throw new UnfitScriptError(`${step.do} of client ${step.client}`, 'no group takes anything from clients')
    }
  }
}

const healed = ({ core, cut = [] }: Extract<Step, { do: 'heal' }>): readonly NodeId[] => [
  ...core,
  ...cut.flatMap((link) => link.split('>')),
]
