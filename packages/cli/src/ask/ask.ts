import { type AskContract, checkName, InvalidConfigurationError, messageOf } from '@quorate/core'
import { clusterStatus, connectAskClient, type NodeReport } from '@quorate/host'
import type { ClientSettings } from '../commands/kvSettings.js'
import { shownServer } from '../connection/settings.js'
import { transportOf } from '../connection/transport.js'
import { NoNodeAnswersError, NotAskedError, UnknownGroupError, UnknownQuestionError } from '../errors.js'
import { exitCodes } from '../exitCodes.js'
import { givenValue, type Io, printLine, printNote } from '../io.js'
import type { QuestionForm, Questions } from '../protocols/protocol.js'
import { isAbsent, protocols } from '../protocols/protocols.js'
import type { Answer } from './asking.js'
import { usageOf } from './usage.js'

/** Nodes are waited for so long in each round, in milliseconds. */
const roundMs = 500

/** Puts a question to a group, and prints what it answers; without a question it lists those that there are. */
export const ask = async (
  io: Io,
  group: string,
  question: string | undefined,
  given: readonly string[],
  settings: ClientSettings,
): Promise<void> => {
  const protocol = await protocolOf(io, group, settings)
  const questions = questionsOf(group, protocol)
  if (question === undefined) return list(io, group, protocol, questions, settings)
  const form = questions.forms.find(({ name }) => name === question)
  if (!form) throw new UnknownQuestionError(question, group, questions.forms.map(usageOf))
  const values = await valuesOf(io, group, form, given)
  const { contract, put } = await questions.load()
  const one = put[question]
  if (!one) throw new RangeError(`${protocol} does not say how to put the question ${question}`)
  const request = checked(one.requestOf(values), contract)
  const { cluster, timeout: deadlineMs } = settings
  const client = await connectAskClient({ transport: transportOf(settings), cluster, group, contract, deadlineMs })
  try {
    print(io, one.answerOf(await client.ask(request), values), settings)
  } finally {
    await client.close()
  }
}

/** The protocol of a group, as a node says that hosts it. Nodes are asked again until one does, or the time is over. */
const protocolOf = async (io: Io, group: string, settings: ClientSettings): Promise<string> => {
  const { cluster, timeout } = settings
  checkName('group', group)
  const transport = transportOf(settings)
  const untilMs = performance.now() + timeout
  // One node is enough where it hosts the group; where it does not, all are asked.
  let reports = await clusterStatus({
    transport,
    cluster,
    groups: [group],
    waitMs: Math.min(roundMs, timeout),
    nodes: 1,
  })
  for (let round = 1; ; round++) {
    const protocol = reports.find(({ groups }) => groups[group])?.groups[group]?.protocol
    if (protocol !== undefined) return protocol
    const leftMs = untilMs - performance.now()
    if (round > 1 && leftMs <= 0) break
    if (round === 2 && reports.length > 0) {
      printNote(
        io,
        `no node that answers has a group ${group}; they have ${groupsIn(reports).join(', ')}. Waiting for one`,
      )
    }
    reports = await clusterStatus({ transport, cluster, waitMs: Math.max(1, Math.min(roundMs, leftMs)) })
  }
  if (reports.length === 0) throw new NoNodeAnswersError(cluster, shownServer(settings), timeout)
  throw new UnknownGroupError(group, cluster, groupsIn(reports))
}

const groupsIn = (reports: readonly NodeReport[]): readonly string[] =>
  [...new Set(reports.flatMap(({ groups }) => Object.keys(groups)))].sort()

/** @throws {@link NotAskedError} `QUORATE_NOT_ASKED` */
const questionsOf = (group: string, name: string): Questions => {
  const questions = protocols.find((protocol) => protocol.name === name)?.questions
  if (!questions) throw new NotAskedError(group, name, 'the command does not know this protocol: ask it in a program')
  if (isAbsent(questions)) throw new NotAskedError(group, name, questions.absent)
  return questions
}

const list = (io: Io, group: string, protocol: string, { forms }: Questions, { output }: ClientSettings): void => {
  if (output === 'json') return printLine(io, JSON.stringify({ group, protocol, questions: forms }))
  for (const form of forms) printLine(io, `quorate ask ${group} ${usageOf(form)}`)
}

/** What was given for each argument; `-` stands for what comes in, where an argument is a value. */
const valuesOf = async (
  io: Io,
  group: string,
  form: QuestionForm,
  given: readonly string[],
): Promise<readonly Uint8Array[]> => {
  if (given.length !== form.arguments.length) {
    const found = `found ${given.length} argument${given.length === 1 ? '' : 's'}`
    throw new InvalidConfigurationError(`expected quorate ask ${group} ${usageOf(form)}, ${found} after ${form.name}`)
  }
  const values = form.arguments.map((argument, at) => {
    const text = given[at] ?? ''
    return argument === 'value' ? givenValue(io, text) : text
  })
  return (await Promise.all(values)).map((value) => (typeof value === 'string' ? Buffer.from(value) : value))
}

/** @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: what the protocol cannot be asked. */
const checked = <Request>(request: Request, contract: AskContract<Request>): Request => {
  try {
    contract.request.encode(request)
    return request
  } catch (cause) {
    throw new InvalidConfigurationError(messageOf(cause))
  }
}

const print = (io: Io, { fields, text, isMissing = false }: Answer, { output }: ClientSettings): void => {
  if (isMissing) {
    printNote(io, String(text))
    io.exitCode = exitCodes.notFound
  } else if (output === 'json') printLine(io, JSON.stringify(fields))
  else {
    io.stdout.write(text)
    io.stdout.write('\n')
  }
}
