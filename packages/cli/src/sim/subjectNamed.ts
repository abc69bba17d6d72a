import { existsSync } from 'node:fs'
import { nearestTo } from '@quorate/core'
import { UnusableTopologyError } from '../errors.js'
import { simulatedMistakeNamed } from '../mistakes/catalogue.js'
import { mistakePrefix, subjectOf } from '../mistakes/subjectOf.js'
import { protocolNames, protocols } from '../protocols/protocols.js'
import type { Subject } from './subject.js'
import { subjectOfFile } from './subjectFile.js'

/**
 * What is simulated under a name: a protocol, one with a mistake, or the topology of a file.
 * @throws what `loadTopology` throws.
 */
export const subjectNamed = async (name: string): Promise<Subject> => {
  const known = protocols.find((protocol) => protocol.name === name)
  if (known) return { ...(await known.subject()), isTopology: false }
  if (name.startsWith(mistakePrefix)) return mistakenSubject(name.slice(mistakePrefix.length))
  if (existsSync(name) || /[./\\]/.test(name)) return subjectOfFile(name)
  const meant = nearestTo(name, protocolNames)
  throw new UnusableTopologyError(
    name,
    `there is no such protocol, and no such file. ${meant ? `Did you mean ${meant}?` : `Protocols are ${protocolNames.join(', ')}`}`,
  )
}

/**
 * The cluster with a mistake of the catalogue.
 * @throws {@link UnknownMistakeError} `QUORATE_UNKNOWN_MISTAKE`; {@link MistakeOfOtherCommandError}
 *   `QUORATE_MISTAKE_OF_OTHER_COMMAND`
 */
export const mistakenSubject = async (name: string): Promise<Subject> => subjectOf(await simulatedMistakeNamed(name))
