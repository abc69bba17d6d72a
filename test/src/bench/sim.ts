import { parseArgs } from 'node:util'
import { raft } from '@quorate/raft'
import { raftInvariants } from '@quorate/raft/testing'
import { registers, type Script, type SimulationSubject, type Step, simulate } from '@quorate/simulator'

const usage = `Simulated time beside real time: a fault-free Raft cluster with all invariants watched, in one thread.

Usage: pnpm bench:sim [--minutes N] [--nodes N] [--perSecond N] [--json]

  --minutes N    simulated (default 60)
  --nodes N      servers (default 5)
  --perSecond N  commands of clients a second (default 10)
  --json         one line of JSON: { simulatedSeconds, realSeconds, events, eventsPerSecond, commands, hash }
  --help         this text`

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    nodes: { type: 'string', default: '5' },
    perSecond: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const clients = 4

const subject: SimulationSubject = {
  name: 'raft',
  nodes: 5,
  invariants: raftInvariants,
  make(count) {
    const members = Array.from({ length: count }, (_, at) => `n${at + 1}`)
    return { nodes: members, groups: { raft: raft({ members, stateMachine: registers }) } }
  },
}

const scriptOf = (nodes: number, seconds: number, perSecond: number): Script => {
  const steps = Array.from({ length: Math.floor(seconds * perSecond) }, (_, at): Step => {
    const atUs = 2_000_000 + Math.floor((at * 1_000_000) / perSecond)
    return {
      atUs,
      do: 'operation',
      client: `c${at % clients}`,
      operation: { f: 'write', key: `k${at % 7}`, value: at + 1 },
    }
  })
  const endUs = 2_000_000 + seconds * 1_000_000
  return {
    subject: 'raft',
    nodes,
    seed: 1,
    variant: 1,
    bootstrap: true,
    endUs,
    steps,
    messages: new Map(),
    writes: new Map(),
  }
}

const main = async (): Promise<void> => {
  const seconds = Number(flags.minutes) * 60
  const script = scriptOf(Number(flags.nodes), seconds, Number(flags.perSecond))
  const beganAtMs = performance.now()
  const { violation, simulatedUs, events, history, hash } = await simulate({ subject, script })
  const realSeconds = (performance.now() - beganAtMs) / 1000
  if (violation) throw new Error(`${violation.invariant}: ${violation.how}`)
  const commands = history.filter(({ type }) => type === 'ok').length
  const report = {
    simulatedSeconds: Math.round(simulatedUs / 1_000_000),
    realSeconds: Number(realSeconds.toFixed(1)),
    events,
    eventsPerSecond: Math.round(events / realSeconds),
    commands,
    hash,
  }
  if (flags.json) console.log(JSON.stringify(report))
  else {
    console.log(`${report.simulatedSeconds} s of ${script.nodes} servers in ${report.realSeconds} s of one core: `)
    console.log(`${commands} commands, ${events} events (${report.eventsPerSecond}/s), trace ${hash}`)
  }
}

if (flags.help) console.log(usage)
else await main()
