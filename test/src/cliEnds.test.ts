import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { exitCodes } from '@quorate/cli'
import { type Broker, startBroker } from '@quorate/nats/broker'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CliProcess, quorate } from './cliProcess.js'
import { markName, processesMarked } from './marked.js'
import { until } from './until.js'

const topology = fileURLToPath(new URL('../../examples/raft-kv/topology.ts', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'quorate-cli-ends-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('a command ends after its verdict', { timeout: 60_000 }, () => {
  let silent: Server
  let url: string
  beforeAll(async () => {
    silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const address = silent.address()
    url = `nats://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  })
  afterAll(() => void silent.close())

  test.concurrent.each([
    [['status']],
    [['kv', 'get', 'a']],
    [['demo', '--json']],
    [['up', topology, '--data', directory]],
    [['up', topology, '--data', directory, '--node', 'n1']],
  ])('%j, where something listens that is no NATS server', async (argv) => {
    const { code, err } = await quorate(argv, { QUORATE_NATS_URL: url })
    expect(err).toMatch(/\[QUORATE_BUS_UNREACHABLE\]\n$/)
    expect(code).toBe(exitCodes.unavailable)
  })

  test('up, where the port on which it would start a broker is taken', async (context) => {
    const taker = createServer()
    const isOurs = await new Promise((resolve) => {
      taker.once('listening', () => resolve(true)).once('error', () => resolve(false))
      taker.listen(4222, '127.0.0.1')
    })
    if (!isOurs) context.skip('port 4222 is in use on this machine')
    const { code, err } = await quorate(['up', topology, '--data', directory])
    taker.close()
    expect(err).toMatch(/no NATS server listens on 127.0.0.1:4222.*\[QUORATE_PORT_TAKEN\]\n$/)
    expect(code).toBe(exitCodes.unavailable)
  })

  test.skipIf(!existsSync('/proc/self')).concurrent.each([
    [['new', 'role', 'witness', '--directory', '/proc/quorate'], 'QUORATE_UNWRITABLE_FILE', exitCodes.unwritable],
    [['up', topology, '--data', '/proc/quorate', '--node', 'n1'], 'QUORATE_STORE_FAILED', exitCodes.failure],
    [['up', topology, '--data', '/proc/quorate'], 'QUORATE_STORE_FAILED', exitCodes.failure],
  ] as const)('%j, where a directory takes no others', async (argv, said, ends) => {
    const broker = await startBroker()
    const command = new CliProcess(argv, { QUORATE_NATS_URL: broker.url })
    try {
      const { code } = await command.exited
      expect(command.err).toMatch(new RegExp(`/proc/quorate.*ENOENT.*\\[${said}\\]`))
      expect(code).toBe(ends)
    } finally {
      command.kill('SIGKILL')
      await broker.close()
    }
  })

  test('an empty variable is none', async () => {
    const { err } = await quorate(['status', '--wait', '1'], {
      NATS_URL: '',
      QUORATE_NATS_URL: '',
      QUORATE_CLUSTER: '',
    })
    expect(err).not.toMatch(/INVALID/)
  })
})

describe.skipIf(!existsSync('/proc/self/environ'))('no process outlives the command', { timeout: 120_000 }, () => {
  let broker: Broker
  beforeAll(async () => {
    broker = await startBroker()
  })
  afterAll(() => broker.close())

  const started = (argv: readonly string[], variables: Record<string, string> = {}) => {
    const mark = randomUUID()
    const command = new CliProcess(argv, { ...variables, [markName]: mark })
    return { command, left: () => processesMarked(mark) }
  }
  const up = () =>
    started(['up', topology, '--data', mkdtempSync(join(directory, 'data-'))], { QUORATE_NATS_URL: broker.url })
  const demo = () => started(['demo', '--input', topology])

  /** How long the command may live after it has started another process. */
  const momentsMs = process.env['QUORATE_LONG'] ? Array.from({ length: 30 }, (_, at) => at * 40) : [0, 150, 450]

  describe.each([
    ['up', up],
    ['demo', demo],
  ])('%s', (_name, start) => {
    test.each(momentsMs)('that is killed %d ms after it has started one', async (ms) => {
      const { command, left } = start()
      await until('it has started one', () => left().length > 1)
      await sleep(ms)
      command.kill('SIGKILL')
      await until('all have ended', () => left().length === 0)
    })
  })

  test('up, whose terminal is closed: the nodes stop', async () => {
    const { command, left } = up()
    await command.said(/are ready/)
    command.kill('SIGHUP')
    expect(await command.exited).toEqual({ code: 0, signal: null })
    expect(command.out.match(/node has stopped/g)).toHaveLength(3)
    expect(left()).toEqual([])
  })

  test('up, at a second Ctrl-C, also when a node does not stop', async () => {
    const { command, left } = up()
    await command.said(/are ready/)
    const node = left().find((line) => line.includes('--node n2'))
    process.kill(Number.parseInt(node ?? '', 10), 'SIGSTOP')
    command.kill('SIGINT')
    await command.said(/stopping/)
    command.kill('SIGINT')
    expect((await command.exited).code).toBe(exitCodes.interrupted)
    await until('all have ended', () => left().length === 0)
  })
})
