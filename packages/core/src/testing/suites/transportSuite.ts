import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Connection, Transport, TransportStatus } from '../../ports/ports.js'
import { type Address, addressOf, everyNode } from '../../values/address.js'

/** One test, for any runner: `for (const { name, run } of transportSuite(make)) test(name, run)`. */
export interface SuiteCase {
  readonly name: string
  run(): Promise<void>
}

/**
 * The contract of {@link Transport}, as tests. `make` is called once for each test; all connections of a test are to
 * reach each other. Every test uses a cluster of its own, so that they may share one broker.
 */
export function transportSuite(make: () => Transport | Promise<Transport>): readonly SuiteCase[] {
  return Object.entries(cases).map(([name, check]) => ({
    name,
    async run() {
      const bench = await openBench(await make())
      try {
        await check(bench)
      } finally {
        await bench.close()
      }
    },
  }))
}

interface Bench {
  /** A connection to the cluster of this test, or to another one. */
  connect(name: string, cluster?: string): Promise<Connection>
  close(): Promise<void>
}

const openBench = async (transport: Transport): Promise<Bench> => {
  const home = `suite-${randomUUID()}`
  const opened: Connection[] = []
  return {
    async connect(name, cluster = home) {
      const connection = await transport.connect({ cluster, name })
      opened.push(connection)
      return connection
    },
    async close() {
      await Promise.all(opened.map((connection) => connection.close()))
    },
  }
}

/** A test that waits longer than this for what must come has failed. */
const patienceMs = 10_000

/** Collects what arrives, and waits for it. */
class Inbox<T = Uint8Array> {
  readonly items: T[] = []
  #wake: () => void = () => {}

  readonly add = (item: T): void => {
    this.items.push(item)
    this.#wake()
  }

  async until(holds: (items: readonly T[]) => boolean, what: string): Promise<void> {
    const impatient = setTimeout(() => this.#wake(), patienceMs)
    const deadlineMs = performance.now() + patienceMs
    while (!holds(this.items)) {
      assert.ok(performance.now() < deadlineMs, `${what}: not within ${patienceMs} ms; ${this.items.length} arrived`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    clearTimeout(impatient)
  }

  async holds(count: number): Promise<readonly T[]> {
    await this.until((items) => items.length >= count, `${count} messages`)
    return this.items
  }
}

const one = addressOf('group', 'role', 'n1')
const two = addressOf('group', 'role', 'n2')
const every = addressOf('group', 'role', everyNode)

const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index}`)
const texts = (inbox: Inbox) => inbox.items.map(textOf)

/** Subscribes, and waits until others are heard. */
const hear = async (connection: Connection, address: Address): Promise<Inbox> => {
  const inbox = new Inbox()
  await connection.subscribe(address, inbox.add).ready
  return inbox
}

const publishAll = (connection: Connection, address: Address, messages: readonly string[]) => {
  for (const message of messages) connection.publish(address, bytesOf(message))
}

const probed = (connection: Connection, address: Address): Promise<boolean | undefined> =>
  new Promise((resolve) => connection.probe(address, patienceMs, resolve))

const cases: Record<string, (bench: Bench) => Promise<void>> = {
  async 'a message reaches the subscriber of its address, and no other'({ connect }) {
    const sender = await connect('sender')
    const receiver = await connect('receiver')
    const atOne = await hear(receiver, one)
    const atTwo = await hear(receiver, two)
    publishAll(sender, one, ['for one'])
    publishAll(sender, two, ['for two'])
    await atTwo.holds(1)
    assert.deepEqual(texts(atOne), ['for one'])
    assert.deepEqual(texts(atTwo), ['for two'])
  },

  async 'every subscriber of an address hears the message, twice when subscribed twice'({ connect }) {
    const sender = await connect('sender')
    const receivers = [await connect('a'), await connect('b')]
    const inboxes = [...receivers, ...receivers].map((receiver) => hear(receiver, one))
    const heard = await Promise.all(inboxes)
    publishAll(sender, one, ['hello'])
    for (const inbox of heard) assert.deepEqual((await inbox.holds(1)).map(textOf), ['hello'])
  },

  async 'a connection hears its own messages'({ connect }) {
    const alone = await connect('alone')
    const inbox = await hear(alone, one)
    publishAll(alone, one, ['echo'])
    assert.deepEqual((await inbox.holds(1)).map(textOf), ['echo'])
  },

  async 'a multicast reaches all who subscribed to it, the sender included'({ connect }) {
    const connections = [await connect('n1'), await connect('n2'), await connect('n3')]
    const inboxes = await Promise.all(connections.map((connection) => hear(connection, every)))
    connections[0]?.publish(every, bytesOf('to all'))
    for (const inbox of inboxes) assert.deepEqual((await inbox.holds(1)).map(textOf), ['to all'])
  },

  async 'an exact address hears no multicast, and a multicast address no exact one'({ connect }) {
    const sender = await connect('sender')
    const receiver = await connect('receiver')
    const exact = await hear(receiver, one)
    const multicast = await hear(receiver, every)
    publishAll(sender, every, ['to all'])
    publishAll(sender, one, ['to one'])
    publishAll(sender, every, ['to all again'])
    await multicast.holds(2)
    assert.deepEqual(texts(exact), ['to one'])
    assert.deepEqual(texts(multicast), ['to all', 'to all again'])
  },

  async 'messages of one sender arrive in order, across the subscriptions of a connection'({ connect }) {
    const sender = await connect('sender')
    const receiver = await connect('receiver')
    const inbox = new Inbox()
    const addresses = [one, two, every]
    await Promise.all(addresses.map((address) => receiver.subscribe(address, inbox.add).ready))
    const sent = numbers(3000)
    for (const [index, text] of sent.entries()) sender.publish(addresses[index % 3] ?? one, bytesOf(text))
    await inbox.holds(sent.length)
    assert.deepEqual(texts(inbox), sent)
  },

  async 'ten thousand messages arrive in order, and are counted'({ connect }) {
    const sender = await connect('sender')
    const receiver = await connect('receiver')
    const inbox = await hear(receiver, one)
    const sent = numbers(10_000)
    publishAll(sender, one, sent)
    await inbox.holds(sent.length)
    assert.deepEqual(texts(inbox), sent)
    assert.equal(sender.counters().published, sent.length)
    assert.equal(sender.counters().dropped, 0)
    assert.equal(receiver.counters().delivered, sent.length)
  },

  async 'nothing is delivered within publish or subscribe'({ connect }) {
    const alone = await connect('alone')
    const inbox = new Inbox<boolean>()
    let within = false
    const call = (run: () => void) => {
      within = true
      run()
      within = false
    }
    const deliver = () => {
      inbox.add(within)
      if (inbox.items.length === 1) call(() => publishAll(alone, one, ['again']))
    }
    await alone.subscribe(one, deliver).ready
    call(() => publishAll(alone, one, ['first']))
    call(() => alone.subscribe(two, deliver))
    assert.deepEqual(await inbox.holds(2), [false, false])
  },

  async 'when a subscription is ready, others are heard at once: a hundred times'({ connect }) {
    const sender = await connect('sender')
    const receiver = await connect('receiver')
    for (const text of numbers(100)) {
      const inbox = new Inbox()
      const subscription = receiver.subscribe(addressOf('group', 'role', `n${text}`), inbox.add)
      await subscription.ready
      sender.publish(addressOf('group', 'role', `n${text}`), bytesOf(text))
      assert.deepEqual((await inbox.holds(1)).map(textOf), [text])
      await subscription.close()
    }
  },

  async 'messages of no bytes and of the most bytes arrive whole'({ connect }) {
    const sender = await connect('sender')
    const receiver = await connect('receiver')
    const inbox = await hear(receiver, one)
    const largest = Uint8Array.from({ length: sender.bytesMax }, (_, index) => index % 251)
    sender.publish(one, new Uint8Array(0))
    sender.publish(one, largest)
    const [empty, full] = await inbox.holds(2)
    assert.equal(empty?.length, 0)
    assert.ok(full && Buffer.compare(full, largest) === 0, 'the largest message arrived changed')
  },

  async 'a message that is too large is counted and reported, and the connection lives'({ connect }) {
    const sender = await connect('sender')
    const statuses = new Inbox<TransportStatus>()
    sender.onStatus(statuses.add)
    const inbox = await hear(sender, one)
    sender.publish(one, new Uint8Array(sender.bytesMax + 1))
    assert.equal(sender.counters().dropped, 1)
    publishAll(sender, one, ['small'])
    assert.deepEqual((await inbox.holds(1)).map(textOf), ['small'])
    await statuses.until((all) => all.some(({ type }) => type === 'dropped'), 'a report of what was dropped')
    assert.deepEqual(statuses.items, [{ type: 'dropped', messages: 1 }])
  },

  async 'the bytes belong to the receiver: changing them changes nothing for others'({ connect }) {
    const sender = await connect('sender')
    const receiver = await connect('receiver')
    const sent = bytesOf('original')
    const second = new Inbox()
    const first = new Inbox()
    await receiver.subscribe(one, (bytes) => {
      bytes.fill(0)
      first.add(bytes)
    }).ready
    await receiver.subscribe(one, second.add).ready
    await sender.subscribe(one, second.add).ready
    sender.publish(one, sent)
    assert.deepEqual((await second.holds(2)).map(textOf), ['original', 'original'])
    await first.holds(1)
    assert.equal(textOf(sent), 'original')
  },

  async 'the bytes belong to the receiver: they may be kept, and keep nothing else alive'({ connect }) {
    const sender = await connect('sender')
    const receiver = await connect('receiver')
    const inbox = await hear(receiver, one)
    const sent = numbers(5000).map((text) => text.padEnd(100, '.'))
    publishAll(sender, one, sent)
    await inbox.holds(sent.length)
    const kept = inbox.items.filter((_, index) => index % 100 === 0)
    assert.deepEqual(
      kept.map(textOf),
      sent.filter((_, index) => index % 100 === 0),
    )
    const held = [...new Set(kept.map(({ buffer }) => buffer))].reduce((sum, { byteLength }) => sum + byteLength, 0)
    assert.ok(held <= 64 * 1024, `${held} bytes are kept alive by ${kept.length} messages of 100 bytes`)
  },

  async 'clusters do not hear each other'({ connect }) {
    const here = await connect('here')
    const there = await connect('there', `other-${randomUUID()}`)
    const inbox = await hear(here, one)
    publishAll(there, one, ['from another cluster'])
    await there.close()
    publishAll(here, one, ['from this cluster'])
    assert.deepEqual((await inbox.holds(1)).map(textOf), ['from this cluster'])
  },

  async 'closing a subscription delivers what had arrived, then no more; others go on'({ connect }) {
    const sender = await connect('sender')
    const receiver = await connect('receiver')
    const witness = await hear(receiver, two)
    const inbox = new Inbox()
    const subscription = receiver.subscribe(one, inbox.add)
    await subscription.ready
    publishAll(sender, one, numbers(1000))
    await sender.close()
    const closed = subscription.close()
    publishAll(receiver, one, ['too late'])
    await closed
    assert.deepEqual(texts(inbox), numbers(1000))
    publishAll(receiver, one, ['later still'])
    publishAll(receiver, two, ['still here'])
    await witness.holds(1)
    assert.deepEqual(texts(witness), ['still here'])
    assert.equal(inbox.items.length, 1000)
  },

  async 'close sends what was published, delivers what had arrived, then no more'({ connect }) {
    const sender = await connect('sender')
    const receiver = await connect('receiver')
    const watcher = await connect('watcher')
    const inbox = await hear(receiver, one)
    publishAll(sender, one, numbers(1000))
    await sender.close()
    await receiver.close()
    assert.deepEqual(texts(inbox), numbers(1000))
    const witness = await hear(watcher, one)
    publishAll(watcher, one, ['too late'])
    await witness.holds(1)
    assert.equal(inbox.items.length, 1000)
  },

  async 'close is reported once, without an error, and may be repeated'({ connect }) {
    const connection = await connect('short')
    const statuses = new Inbox<TransportStatus>()
    connection.onStatus(statuses.add)
    await Promise.all([connection.close(), connection.close()])
    await connection.close()
    await statuses.until((all) => all.length > 0, 'a report of the end')
    assert.deepEqual(statuses.items, [{ type: 'closed' }])
  },

  async 'after close, publish is counted as dropped, and subscribe throws'({ connect }) {
    const connection = await connect('gone')
    await connection.close()
    publishAll(connection, one, ['a', 'b'])
    assert.equal(connection.counters().dropped, 2)
    assert.equal(connection.counters().published, 0)
    assert.throws(() => connection.subscribe(one, () => {}), { code: 'QUORATE_BUS_CLOSED' })
  },

  async 'a probe finds who hears an address, and tells them nothing'({ connect }) {
    const asker = await connect('asker')
    const inbox = await hear(await connect('receiver'), one)
    assert.equal(await probed(asker, one), true)
    publishAll(asker, one, ['a message'])
    assert.deepEqual((await inbox.holds(1)).map(textOf), ['a message'])
    const everyone = await hear(asker, every)
    assert.equal(await probed(asker, every), true)
    assert.equal(everyone.items.length, 0)
  },

  async 'a probe of an address that nobody hears, or hears no more, says so'({ connect }) {
    const asker = await connect('asker')
    const receiver = await connect('receiver')
    const other = await connect('other', `other-${randomUUID()}`)
    assert.equal(await probed(asker, one), false)
    await hear(other, one)
    await hear(receiver, two)
    assert.equal(await probed(asker, one), false)
    const subscription = receiver.subscribe(one, () => {})
    await subscription.ready
    assert.equal(await probed(asker, one), true)
    await subscription.close()
    assert.equal(await probed(asker, one), false)
    assert.equal(await probed(asker, two), true)
    await receiver.close()
    assert.equal(await probed(asker, two), false)
  },

  async 'a probe is answered once for each time that it is asked, and never within the call'({ connect }) {
    const asker = await connect('asker')
    await hear(await connect('receiver'), one)
    await hear(await connect('another'), one)
    const answers = new Inbox<boolean | undefined>()
    for (const to of [one, two, one]) asker.probe(to, patienceMs, answers.add)
    assert.equal(answers.items.length, 0)
    assert.deepEqual([...(await answers.holds(3))].sort(), [false, true, true])
  },

  async 'a probe over a connection that is closed, or of what is no address, knows nothing'({ connect }) {
    const asker = await connect('asker')
    assert.equal(await probed(asker, 'group/role/*' as Address), undefined)
    await asker.close()
    assert.equal(await probed(asker, one), undefined)
  },

  async 'a name that no subject can carry is refused'({ connect }) {
    for (const cluster of ['', 'a.b', 'a b', '*', '>', 'a\r\nPUB x 0', 'x'.repeat(65)]) {
      await assert.rejects(connect('node', cluster), { code: 'QUORATE_INVALID_NAME' }, JSON.stringify(cluster))
    }
    const connection = await connect('node')
    for (const address of ['group/role', 'a/b/c/d', 'a.b/role/n1', 'group/>/n1', 'group/role/*'] as Address[]) {
      assert.throws(() => connection.subscribe(address, () => {}), { code: 'QUORATE_INVALID_NAME' }, address)
      connection.publish(address, bytesOf('lost'))
    }
    assert.equal(connection.counters().dropped, 5)
  },

  async 'a transport has a name for people'({ connect }) {
    const connection = await connect('node')
    assert.match(connection.label, /\S/)
    assert.ok(Number.isSafeInteger(connection.bytesMax) && connection.bytesMax >= 64 * 1024)
  },
}
