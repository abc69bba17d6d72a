import { readdirSync, readFileSync } from 'node:fs'
import { type Message, nodeOf } from '@quorate/core'
import { type Packet, Stage, type StageActor } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import type { Ballot } from '../ballot.js'
import { commandOf, groupOf, history } from './history.test.fixture.js'

/**
 * Golden transcripts: each file in `transcripts/` is a script (the lines that are not indented) with what happened under
 * each of its lines. `pnpm vitest run transcripts -u` rewrites them; read the difference before it is committed.
 *
 *     stand p1 | heartbeat p1        lets a timer of a proposer fire
 *     forget a1                      the minimum election timeout since an acceptor heard a leader is over
 *     ask l1                         a learner no longer waits for what it missed
 *     open p1                        a client opens a session, in which it proposes from then on
 *     propose p1 TEXT | read p1      a client asks a proposer
 *     deliver [p1->a1]               hands over the packets that wait, of all links or of one
 *     drop [p1->a1]                  loses them
 *     write a1                       the disk of an actor finishes what was emitted before
 *     stabilize                      delivers and writes until nothing is left to do
 *     settle                         the same, and only says what comes of it
 *     snapshot l1                    its host takes a snapshot of the state machine
 *     crash p1 | start p1
 */
class Transcript {
  readonly lines: string[] = []
  readonly #stage = new Stage(
    groupOf({
      proposers: ['p1', 'p2'],
      acceptors: ['a1', 'a2', 'a3'],
      learners: ['l1', 'l2'],
      limits: { bytesMax: 150 },
    }),
  )
  readonly #states = new Map<string, string>()
  #session = 0
  #sequence = 0
  #reads = 0
  #isQuiet = false

  constructor() {
    for (const actor of this.#actors) this.#states.set(actor.node, stateOf(actor))
  }

  run(command: string): void {
    this.lines.push(command)
    const [verb = '', target = '', ...words] = command.split(' ')
    const act = this.#verbs[verb]
    if (!act) throw new Error(`unknown command: ${command}`)
    act(target, words.join(' '))
    this.#noteChanges()
  }

  readonly #verbs: Readonly<Record<string, (target: string, text: string) => void>> = {
    stand: (node) => this.#on(node).fire('electionTimeout'),
    heartbeat: (node) => this.#on(node).fire('heartbeat'),
    forget: (node) => this.#on(node).fire('minimumElectionTimeout'),
    ask: (node) => this.#on(node).fire('learnAgain'),
    open: (node) => {
      this.#session = (this.#on(node).status.details?.['last'] as number) + 1
      this.#stage.propose(this.#on(node), 1, { ...commandOf('client'), kind: 'openSession' })
    },
    propose: (node, text) => {
      const [session, sequence] = [this.#session, ++this.#sequence]
      this.#stage.propose(this.#on(node), 1, { ...commandOf(text), session, sequence })
    },
    read: (node) => this.#on(node).tell({ type: 'client.read', request: ++this.#reads }),
    deliver: (link) => this.#deliver(this.#take(link)),
    drop: (link) => {
      for (const packet of this.#take(link)) this.#say(`lost ${describePacket(packet)}`)
    },
    write: (node) => this.#write(this.#on(node)),
    stabilize: () => this.#stabilize(),
    settle: () => {
      this.#isQuiet = true
      this.#stabilize()
      this.#isQuiet = false
    },
    snapshot: (node) => this.#on(node).takeSnapshot(),
    crash: (node) => this.#on(node).crash(),
    start: (node) => this.#on(node).start(),
  }

  get #actors(): readonly StageActor[] {
    return [...this.#stage.actors.values()]
  }

  #on(node: string): StageActor {
    const actor = this.#actors.find((other) => other.node === node)
    if (!actor) throw new Error(`nobody is on ${node}`)
    return actor
  }

  #take(link: string): Packet[] {
    const isOn = ({ from, to }: Packet) => link === '' || link === `${nodeOf(from)}->${nodeOf(to)}`
    const taken = this.#stage.packets.filter(isOn)
    this.#stage.packets = this.#stage.packets.filter((packet) => !isOn(packet))
    return taken
  }

  #deliver(packets: readonly Packet[]): void {
    for (const packet of packets) {
      this.#sayTransfer(`${this.#on(nodeOf(packet.to)).isUp ? '' : 'lost '}${describePacket(packet)}`)
      this.#stage.deliver(packet)
      this.#noteChanges()
    }
  }

  #write(actor: StageActor): void {
    actor.beginWrite()
    if (actor.writing.length === 0) return
    this.#sayTransfer(`${actor.node} writes ${actor.writing.map(({ type }) => type).join(', ')}`)
    actor.finishWrite()
    this.#noteChanges()
  }

  #stabilize(): void {
    const isIdle = ({ outbox }: StageActor) => outbox.waiting.length === 0
    while (this.#stage.packets.length > 0 || !this.#actors.every(isIdle)) {
      this.#deliver(this.#take(''))
      for (const actor of this.#actors) this.#write(actor)
    }
  }

  #noteChanges(): void {
    for (const actor of this.#actors) {
      const state = stateOf(actor)
      if (state !== this.#states.get(actor.node)) this.#say(`${actor.node} is ${state}`)
      this.#states.set(actor.node, state)
      for (const { entry } of actor.applied) this.#say(`${actor.node} applies ${describeValue(entry)}`)
      actor.applied = []
      for (const { at } of actor.readable) this.#say(`${actor.node} answers a read at slot ${at}`)
      actor.readable = []
    }
  }

  #sayTransfer(text: string): void {
    if (!this.#isQuiet) this.#say(text)
  }

  #say(text: string): void {
    this.lines.push(`  ${text}`)
  }
}

function stateOf(actor: StageActor): string {
  if (!actor.isUp) return 'down'
  const { state, epoch } = actor.status
  return actor.role === 'learner' ? state : `${state} in round ${epoch}`
}

function describePacket({ from, to, message }: Packet): string {
  return `${nodeOf(from)}->${nodeOf(to)} ${message.type}${describeFields(message)}`
}

const describeFields = (message: Message): string =>
  Object.entries(message)
    .filter(([name, value]) => name !== 'type' && value !== '')
    .map(([name, value]) => ` ${name}=${describeValue(value)}`)
    .join('')

interface Slot {
  readonly index: number
  readonly kind: string
  readonly bytes: Uint8Array
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(describeValue).join(' ')}]`
  if (value instanceof Uint8Array) return `${value.length}B`
  if (isBallot(value)) return `${value.round}/${value.node}`
  if (isSlot(value))
    return `${value.index}:${value.kind === 'command' ? history.codecs.command.decode(value.bytes) : value.kind}`
  return String(value)
}

const isBallot = (value: unknown): value is Ballot => typeof value === 'object' && value !== null && 'round' in value
const isSlot = (value: unknown): value is Slot => typeof value === 'object' && value !== null && 'kind' in value

const directory = new URL('../../transcripts/', import.meta.url)

describe('golden transcripts', () => {
  test.each(readdirSync(directory).filter((name) => name.startsWith('multi-')))('%s', async (name) => {
    const file = new URL(name, directory)
    const transcript = new Transcript()
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line.startsWith('#') || line === '') transcript.lines.push(line)
      else if (!line.startsWith(' ')) transcript.run(line)
    }
    await expect(transcript.lines.join('\n')).toMatchFileSnapshot(file.pathname)
  })
})
