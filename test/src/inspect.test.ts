import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { type SharedBus, startBus } from './bus.js'
import { CliProcess, quorate } from './cliProcess.js'
import { until } from './until.js'

/** The three processes of an example, watched with the receiver of `@statelyai/inspect` behind a relay of this test. */

const topology = fileURLToPath(new URL('../../examples/raft-kv/topology.ts', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'quorate-inspect-'))
const nodes = ['n1', 'n2', 'n3']
const sessions = nodes.map((node) => `watched/kv/server/${node}`)

/** Passes what one connection says to all others, and knows nothing of what that is. */
const startRelay = async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  let connections = 0
  server.on('connection', (socket) => {
    connections++
    socket.on('message', (data) => {
      for (const other of server.clients) if (other !== socket) other.send(String(data))
    })
  })
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    close: () => {
      for (const socket of server.clients) socket.terminate()
      server.close()
    },
  }
}

let bus: SharedBus
let variables: Record<string, string>
let relay: Awaited<ReturnType<typeof startRelay>>
const seen: StatelyInspectionEvent[] = []

type Kind<Type extends StatelyInspectionEvent['type']> = Extract<StatelyInspectionEvent, { type: Type }>
const all = <Type extends StatelyInspectionEvent['type']>(type: Type) =>
  seen.filter((event): event is Kind<Type> => event.type === type)

const snapshotsOf = (session: string) =>
  all('@xstate.snapshot')
    .filter(({ sessionId }) => sessionId === session)
    .map(({ snapshot }) => snapshot as unknown as { status: string; value: object; context: Record<string, unknown> })

/** Whose turn it was, one after the other, without repetitions. */
const rolesOf = (session: string): string[] =>
  snapshotsOf(session)
    .map(({ value }) => Object.keys(value)[0] ?? '')
    .filter((role, at, roles) => role !== roles[at - 1])

const leaderOf = () => sessions.find((session) => rolesOf(session).includes('leader'))

/** Who said it to whom, of messages of one type. */
const ways = (type: string) =>
  new Set(
    all('@xstate.event')
      .filter(({ event }) => event.type === type)
      .map(({ sourceId, sessionId }) => `${sourceId} > ${sessionId}`),
  )

/** The files of ours that a process had loaded when it ended. */
const loadedBy = (coverage: string): string =>
  readdirSync(coverage)
    .flatMap((name) => JSON.parse(readFileSync(join(coverage, name), 'utf8')).result)
    .map(({ url }: { url: string }) => url)
    .join('\n')

beforeAll(async () => {
  bus = await startBus()
  variables = { QUORATE_NATS_URL: bus.url, QUORATE_CLUSTER: 'watched' }
  relay = await startRelay()
  createWebSocketReceiver({ server: relay.url }).subscribe((event) => seen.push(event))
  await until('the receiver listens', () => relay.connections() === 1)
})
afterAll(async () => {
  relay.close()
  await bus.close()
  rmSync(directory, { recursive: true, force: true })
})

describe('up --inspect=stately on three processes', { timeout: 60_000 }, () => {
  const coverage = join(directory, 'watched')
  let up: CliProcess

  beforeAll(async () => {
    const argv = ['up', topology, '--data', join(directory, 'data'), '--inspect=stately', '--inspect-url', relay.url]
    up = new CliProcess(argv, { ...variables, NODE_V8_COVERAGE: coverage })
    await up.said(/all nodes of cluster watched are ready/)
    expect(await quorate(['kv', 'put', 'greeting', 'hello from afar'], variables)).toMatchObject({ code: 0 })
    const isShown = () => seen.some(({ type, ...event }) => JSON.stringify(event).includes('hello from afar'))
    await until('the command is shown', isShown)
    await until('all followers have answered it', () => ways('AppendEntriesReply').size >= 2)
  }, 60_000)
  afterAll(async () => {
    up.kill('SIGKILL')
    await up.exited
  })

  test('every actor is there, once, under an address that is unique among the processes', () => {
    expect(
      all('@xstate.actor')
        .map(({ sessionId }) => sessionId)
        .sort(),
    ).toEqual(sessions)
    for (const { _version, createdAt, rootId, sessionId } of seen) {
      expect(_version).toBe('0.7.2')
      expect(Number(createdAt)).toBeGreaterThan(Date.UTC(2020))
      expect(sessions).toContain(sessionId)
      expect(rootId).toBe(sessionId)
    }
  })

  test('each with its definition: the roles as one statechart, guards and actions by name', () => {
    for (const { definition, name, snapshot } of all('@xstate.actor')) {
      expect(name).toMatch(/^kv\/server\/n[123]$/)
      expect(snapshot).toMatchObject({ status: 'active', value: expect.anything(), context: expect.anything() })
      const chart = JSON.parse(definition ?? '')
      expect(chart).toMatchObject({ id: 'raft', initial: 'follower' })
      expect(Object.keys(chart.states)).toEqual(['follower', 'doubtful', 'candidate', 'leader'])
      expect(chart.states.leader.on.AppendEntriesReply).toContainEqual({ guard: 'isAnswer', actions: 'noteAnswer' })
      expect(chart.states.candidate.states.won.always).toMatchObject({ target: '#raft.leader' })
    }
  })

  test('the leader was follower, candidate, leader, in this order', () => {
    const leader = leaderOf()
    expect(leader).toBeDefined()
    const roles = rolesOf(leader ?? '')
    expect(roles.slice(0, 2)).toEqual(['follower', 'candidate'])
    expect(roles).toContain('leader')
    expect(roles[roles.indexOf('leader') - 1]).toBe('candidate')
  })

  test('messages between processes bear the actor that sent them, as its own process names it', () => {
    const leader = leaderOf()
    const followers = sessions.filter((session) => session !== leader)
    for (const asked of ['RequestVote', 'AppendEntries'])
      for (const follower of followers) expect(ways(asked), asked).toContain(`${leader} > ${follower}`)
    for (const follower of followers) expect(ways('AppendEntriesReply')).toContain(`${follower} > ${leader}`)
    expect([...ways('RequestVoteReply')].some((way) => way.endsWith(`> ${leader}`))).toBe(true)
  })

  test('contexts and commands can be read: maps by key, bytes as text, the log as a summary', () => {
    const leader = leaderOf() ?? ''
    const context = snapshotsOf(leader).at(-1)?.context ?? {}
    const followers = nodes.filter((node) => !leader.endsWith(node))
    expect(context['progress']).toMatchObject(
      Object.fromEntries(followers.map((node) => [node, { matchIndex: expect.any(Number) }])),
    )
    expect(context['log']).toMatchObject({ base: { index: 0, term: 0 }, entries: expect.any(Number) })
    const carried = all('@xstate.event').filter(({ event }) => event.type === 'AppendEntries')
    expect(JSON.stringify(carried)).toMatch(/\d+ bytes [^,]*hello from afar/)
  })

  test('at the end each is shown as stopped, and the command says nothing of trouble', async () => {
    up.kill('SIGINT')
    expect(await up.exited).toEqual({ code: 0, signal: null })
    const isStopped = (session: string) => snapshotsOf(session).at(-1)?.status === 'stopped'
    await until('all are shown as stopped', () => sessions.every(isStopped))
    expect(up.err).toContain(`inspection: the nodes report to the relay on ${relay.url}\n`)
    expect(up.err.match(/inspection:/g)).toHaveLength(1)
    expect(loadedBy(coverage)).toContain('/packages/inspector/')
  })
})

describe('up', { timeout: 60_000 }, () => {
  test('without --inspect loads nothing of it, in no process', async () => {
    const coverage = join(directory, 'unwatched')
    const connections = relay.connections()
    const argv = ['up', topology, '--data', join(directory, 'data')]
    const up = new CliProcess(argv, { ...variables, NODE_V8_COVERAGE: coverage })
    await up.said(/all nodes of cluster watched are ready/)
    up.kill('SIGINT')
    expect(await up.exited).toEqual({ code: 0, signal: null })
    expect(loadedBy(coverage)).toContain('/packages/host/')
    expect(loadedBy(coverage)).not.toContain('/packages/inspector/')
    expect(relay.connections()).toBe(connections)
  })

  test('--inspect-url of a relay that is not there: says so once, and goes on', async () => {
    const argv = ['up', topology, '--data', join(directory, 'data'), '--inspect-url', 'ws://127.0.0.1:1']
    const up = new CliProcess(argv, variables)
    await up.said(/all nodes of cluster watched are ready/)
    expect(await quorate(['kv', 'get', 'greeting'], variables)).toMatchObject({ code: 0, out: 'hello from afar\n' })
    up.kill('SIGINT')
    expect(await up.exited).toEqual({ code: 0, signal: null })
    expect(up.err).toMatch(/^inspection: the relay on ws:\/\/127.0.0.1:1 cannot be reached/m)
    expect((up.out + up.err).match(/inspection:/g)).toHaveLength(1)
  })

  test.each([
    ['a kind that is none', ['--inspect', 'other'], /Allowed choices are stately/],
    ['a URL that is none', ['--inspect-url', 'http://localhost:8080'], /must begin with ws:\/\/ or wss:\/\//],
  ])('%s is a mistake of the command line', async (_title, argv, message) => {
    const result = await quorate(['up', topology, ...argv], variables)
    expect(result).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) })
  })
})
