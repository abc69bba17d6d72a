import type { NetworkKind } from '../actors/actor.js'
import type { Model } from '../check.js'
import { abd } from './abd.js'
import { referencePaxos } from './paxos.js'
import type { RegisterSettings } from './register.js'
import { singleCopyRegister } from './singleCopyRegister.js'
import { twoPhaseCommit } from './twoPhaseCommit.js'

/** What can be said of a model that has a name. */
export interface ModelSettings {
  readonly parameters: Readonly<Record<string, number>>
  readonly network: NetworkKind
  readonly lossy: boolean
}

/** A small system whose numbers of states others have published, to hold the checker itself to account. */
export interface ReferenceModel {
  readonly name: string
  readonly description: string
  /** What can be set, and to what it is set otherwise. */
  readonly defaults: Readonly<Record<string, number>>
  /** How messages travel unless it is said; absent where there are none. */
  readonly network?: NetworkKind
  make(settings: ModelSettings): Model
}

const register = (
  name: string,
  description: string,
  servers: number,
  make: (settings: RegisterSettings) => Model,
): ReferenceModel => ({
  name: `reference/${name}`,
  description,
  defaults: { servers, clients: 2 },
  network: 'nondup',
  make: ({ parameters, network, lossy }) =>
    make({ servers: parameters['servers'] ?? servers, clients: parameters['clients'] ?? 2, network, lossy }),
})

/** The reference models; `quorate check reference/<name>`. */
export const referenceModels: readonly ReferenceModel[] = [
  {
    name: 'reference/two-phase-commit',
    description: 'two-phase commit of --rms resource managers (Gray and Lamport, 2006)',
    defaults: { rms: 3 },
    make: ({ parameters }) => twoPhaseCommit({ rms: parameters['rms'] ?? 3 }),
  },
  register('paxos', 'a write-once register by single-decree Paxos (Lamport, 2001)', 3, referencePaxos),
  register(
    'single-copy-register',
    'a register on one server, or on several that know nothing of each other',
    1,
    singleCopyRegister,
  ),
  register('abd', 'a register without consensus (Attiya, Bar-Noy and Dolev, 1995)', 2, abd),
]
