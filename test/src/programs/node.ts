import { type GroupDefinition, type Logger, type LogService, QuorateError } from '@quorate/core'
import { connectClient, startNode } from '@quorate/host'
import { type KvGroup, kv } from '@quorate/kv'
import { level } from '@quorate/level'
import { nats } from '@quorate/nats'
import { type InTurn, inTurn } from '../bench/inTurn.js'
import { type Ledger, ledger, pageOf } from '../ledger.js'
import { earlyDone } from './earlyDone.js'
import { groupOf } from './groups.js'
import { watchLoop } from './loopWatch.js'
import type { LoopReport, NodeQuestion, NodeSettings, ProgramReport, UsageReport } from './settings.js'

/** One node as a process of its own. Lives no longer than who started it. */

const settings = JSON.parse(process.argv[2] ?? '') as NodeSettings

const say = (report: ProgramReport): void => {
  process.send?.(report)
}

const logAt = (level: 'info' | 'warn' | 'error') => (fields: object, text: string) =>
  say({ type: 'log', level, fields: JSON.parse(JSON.stringify(fields, plainError)), text })
const logger: Logger = { debug: () => {}, info: logAt('info'), warn: logAt('warn'), error: logAt('error') }

const plainError = (_key: string, value: unknown): unknown =>
  value instanceof Error ? { message: value.message, ...('code' in value && { code: value.code }) } : value

const end = (error?: unknown): void => {
  const code = error instanceof QuorateError ? { code: error.code } : {}
  const message = error instanceof Error ? { message: error.stack ?? error.message } : {}
  process.send?.({ type: 'ended', ...code, ...message }, () => process.exit(error === undefined ? 0 : 1))
}

let said = 0

/** The same group, and its messages are counted. */
const counted = (definition: GroupDefinition<LogService>): GroupDefinition<LogService> => {
  const { messages } = definition
  const encode: typeof messages.encode = (message) => {
    said++
    return messages.encode(message)
  }
  return { ...definition, messages: { ...messages, encode } }
}

/** By name. */
const groupsOf = ({
  machine = 'ledger',
  groups,
}: NodeSettings): Readonly<Record<string, GroupDefinition<LogService>>> => {
  const definition = counted(groupOf(settings, machine === 'kv' ? kv : ledger))
  const names = groups === undefined ? [machine] : Array.from({ length: groups }, (_, at) => `g${at + 1}`)
  return Object.fromEntries(names.map((name) => [name, definition]))
}

const usage = (): UsageReport => {
  const { user, system } = process.cpuUsage()
  return { cpuMs: (user + system) / 1000, residentBytes: process.memoryUsage.rss(), said }
}

const run = async (): Promise<void> => {
  const { id, cluster, servers, directory, machine = 'ledger', mistake, bootstrap } = settings
  const store = level(directory)
  const node = await startNode({
    id,
    cluster,
    transport: nats({ servers }),
    store: mistake === 'earlyDone' ? earlyDone(store) : store,
    groups: groupsOf(settings),
    logger,
    stopOn: ['SIGTERM'],
    ...(bootstrap && { bootstrap }),
  })
  let looked = (): LoopReport => {
    looked = watchLoop()
    return looked()
  }
  const callInTurn = async ({ valueBytes, durationMs }: Extract<NodeQuestion, { type: 'caller' }>): Promise<InTurn> => {
    const byBus = await connectClient({ transport: nats({ servers }), cluster, group: machine, stateMachine: kv })
    const byNode = node.group(machine) as unknown as KvGroup
    const value = new Uint8Array(valueBytes).fill(120)
    const put = (through: Pick<KvGroup, 'propose'>) => () => through.propose({ operation: 'put', key: 'key', value })
    try {
      return await inTurn({ node: put(byNode), bus: put(byBus) }, { warmUpMs: 1000, durationMs })
    } finally {
      await byBus.close()
    }
  }
  const answer = async (question: NodeQuestion): Promise<unknown> => {
    switch (question.type) {
      case 'caller':
        return callInTurn(question)
      case 'status':
        return node.status()
      case 'usage':
        return usage()
      case 'loop':
        return looked()
      case 'ledger':
        return node.group(machine).read((state: Ledger) => pageOf(state, question.query), { consistency: 'stale' })
      case 'stop':
        return node.stop()
    }
  }
  process.on('message', ({ ask, question }: { ask: number; question: NodeQuestion }) => {
    answer(question).then(
      (value) => say({ type: 'answer', ask, value }),
      (error: Error) => say({ type: 'answer', ask, error: error.message }),
    )
  })
  node.ready.then(
    () => say({ type: 'ready' }),
    () => {},
  )
  node.stopped.then(end)
}

process.once('disconnect', () => process.exit())
run().catch(end)
