import type { Model, ModelSettings, NetworkKind } from '@quorate/checker'

/** A model that `quorate check` knows by its name. */
export interface CatalogueModel {
  readonly name: string
  readonly description: string
  /** What can be set, and to what it is set otherwise. */
  readonly defaults: Readonly<Record<string, number>>
  /** How messages travel unless it is said; absent where there are none. */
  readonly network?: NetworkKind
  /** Whether its nodes have disks, so that writes may take time. */
  readonly hasDisks?: true
  /** Whether orders of steps that no property can tell apart are left out, unless it is said. */
  readonly reduced: boolean
  /** Whether of states that differ only in who is who one is explored, unless it is said. */
  readonly symmetric: boolean
  make(settings: ScopeSettings): Model
}

/** What a model is told. */
export interface ScopeSettings extends ModelSettings {
  /** A write begins and ends by steps of their own; otherwise what is written is durable at once. */
  readonly splitWrites: boolean
}

const networkOf = ({ network, lossy }: Pick<ModelSettings, 'network' | 'lossy'>) => ({ kind: network, lossy })

/** How models of roles are explored, unless they say otherwise. */
export const nondup = { network: 'nondup', hasDisks: true, reduced: true, symmetric: true } as const

type Defaults = CatalogueModel['defaults']

/** What is set, and otherwise what it is set to unless it is said. */
export const scopeOf = <D extends Defaults>({ parameters, splitWrites, ...settings }: ScopeSettings, defaults: D) =>
  ({ ...defaults, ...parameters, writes: splitWrites ? 'split' : 'atomic', network: networkOf(settings) }) as const
