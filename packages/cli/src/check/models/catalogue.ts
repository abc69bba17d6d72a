import { referenceModels } from '@quorate/checker'
import { partsOf } from '../../protocols/protocols.js'
import type { CatalogueModel } from './catalogueModel.js'

/** Every model that has a name. */
export const catalogue = async (): Promise<readonly CatalogueModel[]> => [
  ...(await partsOf(({ models }) => models)).flatMap(({ part }) => part),
  ...referenceModels.map((model) => ({ ...model, reduced: false, symmetric: false })),
]
