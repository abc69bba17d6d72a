import { readdirSync, readFileSync } from 'node:fs'
import { nodeOf } from '@quorate/core'
import { describe, expect, test } from 'vitest'
import { Cluster, type Host, history, type Packet } from './cluster.test.fixture.js'
import type { RaftMessage } from './generated/raft.js'

/**
 * Golden transcripts: each file in `transcripts/` is a script (the lines that are not indented) with what happened under
 * each of its lines. `pnpm vitest run transcripts -u` rewrites them; read the difference before it is committed.
 *
 *     campaign n1 | heartbeat n1                lets a timer of a server fire
 *     forget n1                                 the minimum election timeout since it heard a leader is over
 *     propose n1 TEXT                           a client asks a server
 *     deliver [n1->n2]                          hands over the packets that wait, of all links or of one
 *     drop [n1->n2]                             loses them
 *     write n1                                  the disk of a server finishes what was emitted before
 *     stabilize                                 delivers and writes until nothing is left to do
 *     snapshot n1                               its host takes a snapshot of the state machine
 *     crash n1 | start n1
 */
class Transcript {
  readonly lines: string[] = []
  readonly #cluster = new Cluster(['n1', 'n2', 'n3'])
  readonly #states = new Map<string, string>()

  constructor() {
    for (const host of this.#cluster.hosts.values()) this.#states.set(host.id, stateOf(host))
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
    campaign: (id) => this.#fire(id, 'electionTimeout'),
    heartbeat: (id) => this.#fire(id, 'heartbeat'),
    forget: (id) => this.#fire(id, 'minimumElectionTimeout'),
    propose: (id, text) => this.#cluster.propose(id, text),
    deliver: (link) => this.#deliver(this.#take(link)),
    drop: (link) => {
      for (const packet of this.#take(link)) this.#say(`lost ${describePacket(packet)}`)
    },
    write: (id) => this.#write(this.#cluster.host(id)),
    stabilize: () => this.#stabilize(),
    snapshot: (id) => this.#cluster.host(id).takeSnapshot(),
    crash: (id) => this.#cluster.host(id).crash(),
    start: (id) => this.#cluster.host(id).start(),
  }

  #fire(id: string, timer: string): void {
    this.#cluster.host(id).do((role) => role.fire(timer))
  }

  #take(link: string): Packet[] {
    const isOn = ({ from, to }: Packet) => link === '' || link === `${nodeOf(from)}->${nodeOf(to)}`
    const taken = this.#cluster.packets.filter(isOn)
    this.#cluster.packets = this.#cluster.packets.filter((packet) => !isOn(packet))
    return taken
  }

  #deliver(packets: readonly Packet[]): void {
    for (const packet of packets) {
      const isUp = this.#cluster.host(nodeOf(packet.to)).role !== undefined
      this.#say(`${isUp ? '' : 'lost '}${describePacket(packet)}`)
      this.#cluster.deliver(packet)
      this.#noteChanges()
    }
  }

  #write(host: Host): void {
    host.beginWrite()
    if (host.writing.length === 0) return
    this.#say(`${host.id} writes ${host.writing.map(({ type }) => type).join(', ')}`)
    host.finishWrite()
    this.#noteChanges()
  }

  #stabilize(): void {
    const hosts = [...this.#cluster.hosts.values()]
    const isIdle = (host: Host) => host.outbox.waiting.length === 0
    while (this.#cluster.packets.length > 0 || !hosts.every(isIdle)) {
      this.#deliver(this.#take(''))
      for (const host of hosts) this.#write(host)
    }
  }

  #noteChanges(): void {
    for (const host of this.#cluster.hosts.values()) {
      const state = stateOf(host)
      if (state !== this.#states.get(host.id)) this.#say(`${host.id} is ${state}`)
      this.#states.set(host.id, state)
      for (const { entry } of host.applied) {
        const text = entry.kind === 'command' ? history.codecs.command.decode(entry.bytes) : entry.kind
        this.#say(`${host.id} applies ${entry.index}: ${text}`)
      }
      host.applied = []
    }
  }

  #say(text: string): void {
    this.lines.push(`  ${text}`)
  }
}

function stateOf({ role }: Host): string {
  if (!role) return 'down'
  const path = JSON.stringify(role.state).replaceAll(/[{}"]/g, '').split(',')[0]?.replaceAll(':', '.')
  return `${path} in term ${role.context.currentTerm}`
}

function describePacket({ from, to, message }: Packet): string {
  return `${nodeOf(from)}->${nodeOf(to)} ${message.type} ${describeFields(message)}`
}

function describeFields(message: RaftMessage): string {
  return Object.entries(message)
    .filter(([name]) => name !== 'type')
    .map(([name, value]) => `${name}=${describeValue(value)}`)
    .join(' ')
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(({ index, term }) => `${index}/${term}`).join(' ')}]`
  return value instanceof Uint8Array ? `${value.length}B` : String(value)
}

const directory = new URL('../transcripts/', import.meta.url)

describe('golden transcripts', () => {
  test.each(readdirSync(directory))('%s', async (name) => {
    const file = new URL(name, directory)
    const transcript = new Transcript()
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line.startsWith('#') || line === '') transcript.lines.push(line)
      else if (!line.startsWith(' ')) transcript.run(line)
    }
    await expect(transcript.lines.join('\n')).toMatchFileSnapshot(file.pathname)
  })
})
