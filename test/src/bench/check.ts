import { parseArgs } from 'node:util'
import { Check, referenceModels } from '@quorate/checker'

const usage = `Distinct states per second of the model checker, on reference/paxos: 3 servers, each client puts and then gets.

Usage: pnpm bench:check [--clients N] [--runs N] [--json]

  --clients N  3 have 1,194,428 states (default 3)
  --runs N     how often; the best counts, since others use the machine too (default 3)
  --json       one line of JSON: { clients, distinct, generated, depth, runs: [statesPerSecond], statesPerSecond, bytesPerState }
  --help       this text`

const { values: flags } = parseArgs({
  options: {
    clients: { type: 'string', default: '3' },
    runs: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const wholeNumber = (name: 'clients' | 'runs'): number => {
  const text = flags[name]
  if (!/^[1-9]\d*$/.test(text)) throw new RangeError(`--${name} ${text}: expected a whole number above 0`)
  return Number(text)
}

const say = (text: string): void => {
  if (!flags.json) console.log(text)
}

const main = (): void => {
  const clients = wholeNumber('clients')
  const reference = referenceModels.find(({ name }) => name === 'reference/paxos')
  if (!reference) throw new Error('there is no reference/paxos')
  const runs: number[] = []
  for (let run = 0; run < wholeNumber('runs'); run++) {
    const model = reference.make({ parameters: { servers: 3, clients }, network: 'nondup', lossy: false })
    const startedAt = performance.now()
    const check = new Check(model, { reduction: false })
    while (!check.isDone) check.advance(1 << 16)
    const seconds = (performance.now() - startedAt) / 1000
    const { distinct, generated, depth, bytes, computedSteps } = check.report()
    runs.push(Math.round(distinct / seconds))
    const bytesPerState = Math.round(bytes / distinct)
    say(
      `${distinct} states, ${generated} generated, depth ${depth}: ${runs.at(-1)} states/s, ${bytesPerState} bytes a state, ${computedSteps} steps of actors`,
    )
    if (run + 1 === wholeNumber('runs')) {
      const statesPerSecond = Math.max(...runs)
      if (flags.json)
        console.log(JSON.stringify({ clients, distinct, generated, depth, runs, statesPerSecond, bytesPerState }))
      else say(`best: ${statesPerSecond} states/s`)
    }
  }
}

if (flags.help) console.log(usage)
else {
  try {
    main()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
