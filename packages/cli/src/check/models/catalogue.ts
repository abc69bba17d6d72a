import { type Model, type NetworkKind, type ReferenceModel, referenceModels } from '@quorate/checker'

/** A model that `quorate check` knows by its name. */
export type CatalogueModel = ReferenceModel

/** What was asked for on the command line. */
export interface ModelSettings {
  readonly parameters: Readonly<Record<string, number>>
  readonly network?: NetworkKind
  readonly lossy: boolean
}
void referenceModels

export type { Model }
