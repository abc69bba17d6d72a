import { describe, expect, test } from 'vitest'
import { Chance } from '../chance/chance.js'
import { Agenda, EndlessMomentError } from '../world/agenda.js'
import { SimulatedProcess } from '../world/simulatedProcess.js'
import type { Script } from './script.js'
import { formatScript, parseScript } from './scriptText.js'

const script: Script = {
  subject: 'raft',
  nodes: 3,
  seed: 7,
  variant: 8,
  bootstrap: false,
  endUs: 9_000_500,
  steps: [
    { atUs: 1_203_250, do: 'crash', node: 'n_1', afterEffects: 3, forMs: 400, unsynced: 'lost', rot: 'tail' },
    { atUs: 1_500_000, do: 'cut', from: ['n_1'], to: ['n2', 'c1'], forMs: 8.5, as: 'one-way partition' },
    { atUs: 1_600_000, do: 'operation', client: 'c1', operation: { f: 'cas', key: 'x', value: 3, expected: 2 } },
    { atUs: 2_000_000, do: 'heal', core: ['n2', 'n3'] },
  ],
  messages: new Map([
    ['RequestVote#2 n_1>n3', { isLost: true }],
    ['AppendEntries#7 n2>n3', { delayUs: 812_001, againUs: 5, garbled: 99 }],
  ]),
  writes: new Map([['n2#12', 300_000]]),
  weather: {
    timing: 'partially synchronous',
    scheduling: 'uniform',
    reorders: true,
    lossPerMille: 250,
    duplicationPerMille: 0,
    corruptionPerMille: 0,
    stragglersPerMille: 0,
    starvationPerMille: 0,
    lagPerMille: 0,
    slowWritesPerMille: 0,
    suspicionsPerMille: 0,
    jitterMs: 7,
    fromUs: 1_500_000,
    stableUs: 1_750_500,
    healUs: 2_000_000,
    core: ['n2', 'n3'],
  },
}

describe('a script as text', () => {
  test('is what was written', () => {
    expect(parseScript(formatScript(script))).toEqual(script)
    expect(parseScript(`# said\n\n${formatScript(script)}\n| drawn`)).toEqual(script)
  })

  test('one of the first format names none, and means the same', () => {
    const first = formatScript({ ...script, subject: 'raft' }).replace(' format=2', '')
    expect(parseScript(first)).toEqual(script)
  })

  test('a probe may be answered wrongly', () => {
    const denied = { ...script, messages: new Map([['Probe#3 n2>n_1', { isDenied: true as const, delayUs: 500 }]]) }
    expect(formatScript(denied)).toContain('message Probe#3 n2>n_1 afterMs=0.5 denied=true')
    expect(parseScript(formatScript(denied))).toEqual(denied)
    expect(() => parseScript(`${formatScript(denied)} denied=false`)).toThrow(/denied=/)
  })

  test('names may be any', () => {
    const odd = {
      ...script,
      subject: '/my files/100 %20/a=b.ts',
      steps: [{ atUs: 1, do: 'pause', node: '7', forMs: 1 }] as const,
    }
    expect(parseScript(formatScript(odd))).toEqual(odd)
  })

  test('a workload may have a client say any value', () => {
    const values = ['x', 'a b', 'a+b', '100%', '3', 'null', '"', '', null, true, -1.5, [1, 'b c'], { of: ['\n', 'é'] }]
    const operation = { f: 'say', ...Object.fromEntries(values.map((value, at) => [`v${at}`, value])), node: 'n9' }
    const said = { ...script, steps: [{ atUs: 1, do: 'operation', client: 'c1', slot: 2, operation }] as const }
    expect(parseScript(formatScript(said))).toEqual(said)
  })

  test('one line each, for people', () => {
    expect(formatScript(script).split('\n')).toEqual([
      'simulation raft format=2 nodes=3 seed=7 variant=8 bootstrap=false endMs=9000.5',
      'weather timing=partially+synchronous scheduling=uniform reorders=true core=[n2,n3] fromMs=1500 stableMs=1750.5 healMs=2000 jitterMs=7 lossPerMille=250',
      'at 1203.25 crash node=n_1 afterEffects=3 forMs=400 unsynced=lost rot=tail',
      'at 1500 cut from=[n_1] to=[n2,c1] forMs=8.5 as=one-way+partition',
      'at 1600 operation client=c1 f=cas key=x value=3 expected=2',
      'at 2000 heal core=[n2,n3]',
      'message RequestVote#2 n_1>n3 lost',
      'message AppendEntries#7 n2>n3 afterMs=812.001 againMs=0.005 garbled=99',
      'write n2#12 takesMs=300',
    ])
  })

  test.each([
    ['', /line 1 .* a line that begins with simulation/],
    ['simulation raft nodes=3', /line 1 .* seed=/],
    ['simulation raft nodes=x seed=1 variant=1 bootstrap=true endMs=1', /a whole number from 1 after nodes=/],
    ['hello', /line 1 .* simulation, weather, at, message or write/],
    [`${formatScript(script)}\nat 5 dance`, /line 10 .* a known step/],
    [`${formatScript(script)}\nmessage X#1`, /line 10 .* another word/],
    [`${formatScript(script)}\nat 5 pause node=n2`, /line 10 .* forMs=/],
    [`${formatScript(script)}\nat 5 pause node=n2 forMs=long`, /line 10 .* a number of milliseconds after forMs=/],
    [`${formatScript(script)}\nat 5 reconnect client=c1 node=n1`, /line 10 .* client=..., and no node/],
    [`${formatScript(script)}\nat 5 heal core=n1`, /line 10 .* a list like \[n1,n2\] after core=/],
    [
      `${formatScript(script)}\nat 5 failSync node=n2 unsynced=losst`,
      /line 10 .* lost or kept or zeroed after unsynced=/,
    ],
    [
      `${formatScript(script)}\nat 5 failSync node=n2 unsynced=lost now`,
      /line 10 .* node=... unsynced=..., and no now/,
    ],
    [`${formatScript(script)}\nat 5 pause node=n2 forMs=`, /line 10 .* a number of milliseconds after forMs=/],
    [`${formatScript(script)}\nat 5 pause node=n2 forMs=1 forMs=2`, /line 10 .* forMs=... once/],
    [
      `${formatScript(script)}\nat 5 crash node=n2 afterEffects=0 forMs=1 unsynced=lost rot=wood`,
      /line 10 .* tail or body or copy after rot=/,
    ],
    [
      `${formatScript(script)}\nat 5 cut from=[n1] to=[n2] forMs=1 as=partitoin`,
      /line 10 .* partition or one-way\+partition or .* after as=/,
    ],
    [`${formatScript(script)}\nat 5 operation client=c1 key=x value=1`, /line 10 .* f=\.\.\./],
    [`${formatScript(script)}\nat 5 operation client=c1 f=x key=%z`, /line 10 .* % begins an escape after key=/],
    [`${formatScript(script)}\nmessage Vote#1 n1>n2 lsot`, /line 10 .* afterMs=.*, and no lsot/],
    [`${formatScript(script)}\nmessage Vote#1 n1>n2 aftrMs=5`, /line 10 .* afterMs=.*, and no aftrMs/],
    [`${formatScript(script)}\nmessage Vote#1 n1>n2`, /line 10 .* lost, or one of afterMs=/],
    [`${formatScript(script)}\nmessage Vote#1 n1>n2 lost afterMs=5`, /line 10 .* nothing else, and no afterMs/],
    [`${formatScript(script)}\nmessage Vote n1>n2 lost`, /line 10 .* a message, e.g. AppendEntries#7/],
    [`${formatScript(script)}\nmessage Vote#1 n1 lost`, /line 10 .* who says it to whom/],
    [`${formatScript(script)}\nwrite n1 takesMs=5`, /line 10 .* a write, e.g. n1#12/],
    [`${formatScript(script)}\nwrite n1#1 takesMs=-5`, /line 10 .* a number of milliseconds after takesMs=/],
    [`${formatScript(script)}\nwrite n1#1 takesMs=5 twice`, /line 10 .* takesMs=..., and no twice/],
    ['simulation raft nodes=3 seed=1 variant=1 bootstrap=yes endMs=1', /line 1 .* true or false after bootstrap=/],
    ['simulation raft nodes=3 seed=1 variant=1 bootstrap=true endMs=1 end=2', /line 1 .*, and no end/],
    ['simulation raft format=3 nodes=3 seed=1 variant=1 bootstrap=true endMs=1', /line 1 .* 1 to 2 after format=/],
    [
      `${formatScript(script)}\nweather timing=synchronous scheduling=uniform reorders=false core=[] fromMs=0 stableMs=0 healMs=1 lost=3`,
      /line 10 .*, and no lost/,
    ],
    [
      `${formatScript(script)}\nweather timing=synchronous scheduling=uniform reorders=false core=[] fromMs=0 stableMs=0 healMs=1 lossPerMille=2000`,
      /line 10 .* from 1 to 1000 after lossPerMille=/,
    ],
    ['simulation a%b nodes=3 seed=1 variant=1 bootstrap=true endMs=1', /line 1 .* escape/],
  ])('%s is none', (text, error) => {
    expect(() => parseScript(text)).toThrow(error)
  })

  test('a long line that is none is told by its beginning', () => {
    expect(() => parseScript('x'.repeat(1_000_000))).toThrow(
      /^line 1 .* found "x{200}"…; write scripts with quorate sim$/,
    )
  })
})

describe('chance', () => {
  test('a draw more in one stream moves no other', () => {
    const draws = (extra: number) => {
      const root = Chance.of(5)
      const a = root.stream('a')
      for (let draw = 0; draw < extra; draw++) a.below(10)
      return [root.stream('b').below(1000), root.stream('b').at(3).below(1000)]
    }
    expect(draws(7)).toEqual(draws(0))
  })

  test('is the same everywhere: these very numbers', () => {
    const chance = Chance.of(2 ** 40 + 1).stream('x')
    expect([1, 2, 3, 4].map(() => chance.below(1000))).toMatchInlineSnapshot(`
      [
        525,
        692,
        694,
        992,
      ]
    `)
  })

  test('is even enough', () => {
    const counts = [0, 0, 0, 0, 0]
    for (let at = 0; at < 5000; at++) {
      const value = Chance.of(at).stream('even').below(5)
      counts[value] = (counts[value] ?? 0) + 1
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})

describe('time', () => {
  test('arrivals come before timers of the same time, and all in the order in which they were asked for', () => {
    const agenda = new Agenda()
    const seen: string[] = []
    agenda.at(5, 'timer', () => seen.push('timer'))
    agenda.at(5, 'arrival', () => agenda.soon(() => seen.push('soon')))
    agenda.at(5, 'arrival', () => seen.push('second'))
    agenda.cancel(agenda.at(5, 'arrival', () => seen.push('cancelled')))
    while (agenda.step(10));
    expect(seen).toEqual(['soon', 'second', 'timer'])
    expect(agenda.nowUs).toBe(10)
  })

  test('who asks for itself for ever is found', () => {
    const agenda = new Agenda()
    const again = () => agenda.soon(again)
    again()
    expect(() => agenda.step(1)).toThrow(EndlessMomentError)
  })

  const pass = (agenda: Agenda, us: number) => {
    const untilUs = agenda.nowUs + us
    while (agenda.step(untilUs));
  }

  test('a clock runs at a rate of its own, and jumps', () => {
    const agenda = new Agenda()
    const process = new SimulatedProcess('n1', agenda, () => {}, { rate: 2_000_000 })
    const fired: number[] = []
    process.clock.setTimeout(() => fired.push(agenda.nowUs), 10)
    pass(agenda, 20_000)
    expect(fired).toEqual([5000])
    expect(process.clock.nowMs()).toBe(40)
    process.setRate(500_000)
    process.clock.setTimeout(() => fired.push(agenda.nowUs), 10)
    pass(agenda, 10_000)
    expect(fired).toEqual([5000])
    process.jump(5)
    pass(agenda, 1)
    expect(fired).toEqual([5000, 30_000])
  })

  test('the clocks of two processes have nothing to do with each other, but count at the same rate', () => {
    const agenda = new Agenda()
    const [one, other] = [0, 7_000_000].map((epochUs) => new SimulatedProcess('n1', agenda, () => {}, { epochUs }))
    const fired: number[] = []
    other?.clock.setTimeout(() => fired.push(agenda.nowUs), 10)
    pass(agenda, 20_000)
    expect([one?.clock.nowMs(), other?.clock.nowMs()]).toEqual([20, 7020])
    expect(fired).toEqual([10_000])
  })

  test('a paused process hears first what arrived, then its timers; a dead one nothing', () => {
    const agenda = new Agenda()
    const process = new SimulatedProcess('n1', agenda, () => {})
    const seen: string[] = []
    process.clock.setTimeout(() => seen.push('timer'), 1)
    process.pause()
    pass(agenda, 5000)
    process.enter(() => seen.push('message'))
    expect(seen).toEqual([])
    process.resume()
    pass(agenda, 1)
    expect(seen).toEqual(['message', 'timer'])
    process.clock.setTimeout(() => seen.push('never'), 1)
    process.kill()
    process.enter(() => seen.push('never'))
    pass(agenda, 5000)
    expect(seen).toHaveLength(2)
  })
})
