import { type Address, addressOf, encodeEnvelope, everyNode, type Transport, wireVersion } from '@quorate/core'
import { transportSuite } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { type FaultPlan, messageKey } from '../faults/faultPlan.js'
import type { MessageFate } from '../script/script.js'
import { Agenda } from './agenda.js'
import { SimulatedNetwork } from './network.js'
import { pump } from './pump.test.fixture.js'
import { SimulatedProcess } from './simulatedProcess.js'

const sound: FaultPlan = { message: () => undefined, write: () => undefined }
const deaf = {
  sent: () => undefined,
  arrived: () => {},
  lost: () => {},
  duplicated: () => {},
  garbled: () => {},
  unheard: () => {},
}

describe('simulated network: the transport suite', () => {
  for (const { name, run } of transportSuite((): Transport => {
    const agenda = new Agenda()
    pump(agenda)
    const network = new SimulatedNetwork(agenda, sound, deaf, [])
    return {
      connect: (as) => network.transportFor(new SimulatedProcess(as.name, agenda, () => {})).connect(as),
    }
  })) {
    test(name, run)
  }
})

const to = addressOf('g', 'r', everyNode)
const hello = (text: string): Uint8Array =>
  encodeEnvelope({
    version: wireVersion,
    cluster: 'demo',
    from: addressOf('g', 'r', 'n1'),
    to,
    fromStore: new Uint8Array(0),
    type: 'Hello',
    payload: new TextEncoder().encode(text),
  })

async function bench(fates: Record<string, MessageFate> = {}) {
  const agenda = new Agenda()
  const lost: string[] = []
  const network = new SimulatedNetwork(
    agenda,
    { ...sound, message: (...about) => fates[messageKey(...about)] },
    { ...deaf, lost: ({ to: whom }, why) => lost.push(`${whom}: ${why}`) },
    [],
  )
  const heard: string[] = []
  const processes = ['n1', 'n2', 'n3'].map((name) => new SimulatedProcess(name, agenda, () => {}))
  const connections = await Promise.all(
    processes.map(async (process) => {
      const connection = await network.transportFor(process).connect({ cluster: 'demo', name: process.name })
      connection.subscribe(to, (bytes) => heard.push(`${agenda.nowUs} ${process.name} ${bytes.length}`))
      return connection
    }),
  )
  const say = (text: string, address: Address = to) => connections[0]?.publish(address, hello(text))
  const pass = (us: number) => {
    const untilUs = agenda.nowUs + us
    while (agenda.step(untilUs));
  }
  return { agenda, network, processes, heard, lost, say, pass }
}

describe('simulated network', () => {
  test('each message meets its own fate: lost, late, or twice', async () => {
    const { heard, say, pass } = await bench({
      'Hello#1 n1>n2': { isLost: true },
      'Hello#1 n1>n3': { delayUs: 7000, againUs: 2000 },
      'Hello#2 n1>n2': { delayUs: 100 },
    })
    say('a')
    say('b')
    pass(20_000)
    const { length } = hello('a')
    expect(heard).toEqual([
      `50 n1 ${length}`,
      `50 n1 ${length}`,
      `100 n2 ${length}`,
      `1000 n3 ${length}`,
      `7000 n3 ${length}`,
      `9000 n3 ${length}`,
    ])
  })

  test('a cut is one-way, and mended as often as it was made', async () => {
    const { network, heard, lost, say, pass } = await bench()
    network.links.cut('n1', 'n2')
    network.links.cut('n1', 'n2')
    network.links.mend('n1', 'n2')
    say('a')
    pass(5000)
    expect(lost).toEqual(['n2: partition'])
    network.links.mend('n1', 'n2')
    say('b')
    pass(5000)
    expect(heard.filter((line) => line.includes('n2'))).toHaveLength(1)
  })

  test('what arrives while a process is paused waits for it, and is not lost', async () => {
    const { processes, heard, say, pass } = await bench()
    processes[1]?.pause()
    say('a')
    pass(5000)
    expect(heard.filter((line) => line.includes('n2'))).toEqual([])
    processes[1]?.resume()
    pass(1)
    expect(heard.filter((line) => line.includes('n2'))).toHaveLength(1)
  })

  test('what was on its way when a process died reaches the one that takes its place, if there is one by then', async () => {
    const { agenda, network, processes, heard, lost, say, pass } = await bench({ 'Hello#1 n1>n2': { delayUs: 5000 } })
    say('a')
    say('b')
    processes[1]?.kill()
    if (processes[1]) network.forget(processes[1])
    pass(2000)
    expect(lost).toEqual(['n2: nobody there'])
    const next = new SimulatedProcess('n2', agenda, () => {})
    const connection = await network.transportFor(next).connect({ cluster: 'demo', name: 'n2' })
    connection.subscribe(to, (bytes) => heard.push(`next ${bytes.length}`))
    pass(5000)
    expect(heard.filter((line) => line.startsWith('next'))).toEqual([`next ${hello('a').length}`])
  })

  test('garbled bytes that could be taken for a message are dropped by the link', async () => {
    const fates = Object.fromEntries(
      Array.from({ length: 200 }, (_, at) => [`Hello#${at + 1} n1>n2`, { garbled: at }] as const),
    )
    const { heard, lost, say, pass } = await bench(fates)
    for (let at = 0; at < 200; at++) say('some text that is long enough')
    pass(5000)
    const arrived = heard.filter((line) => line.includes('n2')).length
    expect(arrived + lost.filter((line) => line === 'n2: corruption').length).toBe(200)
    expect(arrived).toBeGreaterThan(20)
    expect(lost.length).toBeGreaterThan(20)
  })
})
