import type { NetworkKind } from '../actors/actor.js'
import type { Model } from '../check.js'
import { abd } from './abd.js'
import { referencePaxos } from './paxos.js'
import type { RegisterSettings } from './register.js'
import { singleCopyRegister } from './singleCopyRegister.js'
import { twoPhaseCommit } from './twoPhaseCommit.js'

/** A small system whose numbers of states others have published, to hold the checker itself to account. */
export interface ReferenceModel {
  readonly name: string
  readonly description: string
  /** What can be set, and to what it is set otherwise. */
  readonly defaults: Readonly<Record<string, number>>
  /** True if messages travel, so that the network can be chosen. */
  readonly hasNetwork: boolean
  make(parameters: Readonly<Record<string, number>>, network: NetworkKind, lossy: boolean): Model
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
  hasNetwork: true,
  make: ({ servers: asked = servers, clients = 2 }, network, lossy) =>
    make({ servers: asked, clients, network, lossy }),
})

/** The reference models; `quorate check reference/<name>`. */
export const referenceModels: readonly ReferenceModel[] = [
  {
    name: 'reference/two-phase-commit',
    description: 'two-phase commit of --rms resource managers (Gray and Lamport, 2006)',
    defaults: { rms: 3 },
    hasNetwork: false,
    make: ({ rms = 3 }) => twoPhaseCommit({ rms }),
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
