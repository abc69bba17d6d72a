import type { MessageFate, Script, Step } from '@quorate/simulator'

/** Runs of a certain shape, for mistakes that want one; what is left to a seed is who leads, and when timers end. */

const all = ['n1', 'n2', 'n3']
const forEver = 3_600_000

const ms = (atMs: number): { readonly atUs: number } => ({ atUs: atMs * 1000 })

const cut = (atMs: number, from: readonly string[], to: readonly string[], forMs = forEver): Step => ({
  ...ms(atMs),
  do: 'cut',
  from,
  to,
  forMs,
  as: 'partial partition',
})

/** Neither side hears the other. */
const split = (atMs: number, a: readonly string[], b: readonly string[]): readonly Step[] => [
  cut(atMs, a, b),
  cut(atMs, b, a),
]

/** The same again and again, with another value each time. */
const asking = (
  client: string,
  f: 'read' | 'write',
  { fromMs, toMs, everyMs }: { readonly fromMs: number; readonly toMs: number; readonly everyMs: number },
): readonly Step[] =>
  Array.from({ length: Math.ceil((toMs - fromMs) / everyMs) }, (_, at) => {
    const atMs = fromMs + at * everyMs
    return { ...ms(atMs), do: 'operation', client, operation: { f, key: 'x', value: atMs } }
  })

const script = (
  subject: string,
  seed: number,
  steps: readonly Step[],
  messages: readonly (readonly [string, MessageFate])[] = [],
  nodes = all.length,
): Script => ({
  subject,
  nodes,
  seed,
  variant: seed,
  bootstrap: true,
  endUs: 20_000_000,
  steps: steps.toSorted((a, b) => a.atUs - b.atUs),
  messages: new Map(messages),
  writes: new Map(),
})

/** One node hears nobody, and is heard. */
export const deaf =
  (subject: string) =>
  (seed: number): Script =>
    script(subject, seed, [cut(4000, ['n2', 'n3'], ['n1']), { ...ms(4500), do: 'heal', core: ['n2', 'n3'] }])

/** A leader whose clock is slow is left alone with a client, and the others go on. */
export const leftBehind =
  (subject: string) =>
  (seed: number): Script =>
    script(subject, seed, [
      ...asking('c1', 'write', { fromMs: 3000, toMs: 3001, everyMs: 1 }),
      { ...ms(3900), do: 'clockRate', node: 'n1', perMille: 500, forMs: forEver },
      ...split(4000, ['n1', 'c1'], ['n2', 'n3', 'c2']),
      ...asking('c2', 'write', { fromMs: 4500, toMs: 9000, everyMs: 100 }),
      ...asking('c1', 'read', { fromMs: 4550, toMs: 9000, everyMs: 100 }),
    ])

/** What two nodes hold is lost by one of them with the tail of its disk, and by the other with the node. */
export const tornTail =
  (subject: string) =>
  (seed: number): Script =>
    script(subject, seed, [
      ...split(3000, ['n1'], ['n3']),
      ...asking('c1', 'write', { fromMs: 3100, toMs: 3101, everyMs: 1 }),
      // Its client says it to nobody else.
      cut(3110, ['c1'], ['n2', 'n3']),
      { ...ms(3110), do: 'crash', node: 'n2', afterEffects: 0, forMs: 50, unsynced: 'lost', rot: 'tail' },
      { ...ms(3110), do: 'crash', node: 'n1', afterEffects: 0, forMs: forEver, unsynced: 'lost' },
      ...asking('c2', 'write', { fromMs: 8000, toMs: 12_000, everyMs: 500 }),
    ])

/** Two nodes hold something, and their disks are not as fast as they say; both crash. */
export const slowDisks =
  (subject: string) =>
  (seed: number): Script =>
    script(subject, seed, [
      ...split(3000, ['n1'], ['n3']),
      ...['n1', 'n2'].map((node): Step => ({ ...ms(3050), do: 'slowDisk', node, extraMs: 400, forMs: forEver })),
      ...asking('c1', 'write', { fromMs: 3100, toMs: 3101, everyMs: 1 }),
      cut(3150, ['c1'], ['n2', 'n3']),
      { ...ms(3150), do: 'crash', node: 'n2', afterEffects: 0, forMs: 50, unsynced: 'lost' },
      { ...ms(3150), do: 'crash', node: 'n1', afterEffects: 0, forMs: forEver, unsynced: 'lost' },
      ...asking('c2', 'write', { fromMs: 8000, toMs: 12_000, everyMs: 500 }),
    ])

/** One node has the longer log and the other the later term, and there is no third. */
export const teachingTerms =
  (subject: string) =>
  (seed: number): Script =>
    script(
      subject,
      seed,
      [
        ...split(3000, ['n1', 'c1'], ['n2', 'n3']),
        ...asking('c1', 'write', { fromMs: 3005, toMs: 3006, everyMs: 1 }),
        { ...ms(7000), do: 'crash', node: 'n3', afterEffects: 0, forMs: forEver, unsynced: 'lost' },
        { ...ms(9000), do: 'heal', core: ['n1', 'n2'] },
      ],
      ['n2>n3', 'n3>n2'].flatMap((link) =>
        Array.from({ length: 12 }, (_, at) => [`RequestVote#${at + 1} ${link}`, { isLost: true }] as const),
      ),
    )

/** One node has missed what the two others hold, and one of these fails. */
export const behind =
  (subject: string) =>
  (seed: number): Script =>
    script(subject, seed, [
      // One way alone: who does not reach a node takes it for gone.
      cut(3000, ['n1'], ['n3']),
      ...asking('c1', 'write', { fromMs: 3100, toMs: 3101, everyMs: 1 }),
      cut(3110, ['c1'], ['n2', 'n3']),
      { ...ms(3110), do: 'crash', node: 'n1', afterEffects: 0, forMs: forEver, unsynced: 'lost' },
    ])

/** Nobody hears of one slot, all hear of the next, and who knows of both fails. */
export const hole =
  (subject: string) =>
  (seed: number): Script =>
    script(subject, seed, [
      ...asking('c1', 'write', { fromMs: 2500, toMs: 2501, everyMs: 1 }),
      ...asking('c2', 'write', { fromMs: 2600, toMs: 2601, everyMs: 1 }),
      cut(3099, ['n1'], ['n2', 'n3'], 5),
      ...asking('c1', 'write', { fromMs: 3100, toMs: 3101, everyMs: 1 }),
      ...asking('c2', 'write', { fromMs: 3106, toMs: 3107, everyMs: 1 }),
      { ...ms(3115), do: 'crash', node: 'n1', afterEffects: 0, forMs: forEver, unsynced: 'lost' },
    ])

/** Two nodes have each accepted a value of their own in one slot, one after the other, and neither has told anybody. */
export const twoBallots =
  (subject: string) =>
  (seed: number): Script =>
    script(subject, seed, [
      ...asking('c1', 'write', { fromMs: 2500, toMs: 2501, everyMs: 1 }),
      ...asking('c2', 'write', { fromMs: 2600, toMs: 2601, everyMs: 1 }),
      ...split(3000, ['n1', 'c1'], ['n2', 'n3', 'c2']),
      ...asking('c1', 'write', { fromMs: 3005, toMs: 3006, everyMs: 1 }),
      { ...ms(3050), do: 'crash', node: 'n1', afterEffects: 0, forMs: 6950, unsynced: 'kept' },
      ...split(7000, ['n3'], ['n1', 'n2', 'c2']),
      ...asking('c2', 'write', { fromMs: 7005, toMs: 7006, everyMs: 1 }),
      { ...ms(7050), do: 'crash', node: 'n2', afterEffects: 0, forMs: 2950, unsynced: 'kept' },
      { ...ms(9000), do: 'heal', core: ['n1', 'n2'] },
    ])

/** One node is sent a snapshot, and has to answer for it. */
export const snapshotSent =
  (subject: string) =>
  (seed: number): Script =>
    script(subject, seed, [
      cut(3000, ['n1', 'n2'], ['n3'], 300),
      ...asking('c1', 'write', { fromMs: 3010, toMs: 3130, everyMs: 20 }),
      ...asking('c1', 'write', { fromMs: 3800, toMs: 3801, everyMs: 1 }),
      { ...ms(4000), do: 'crash', node: 'n1', afterEffects: 0, forMs: forEver, unsynced: 'lost' },
      ...asking('c2', 'read', { fromMs: 7000, toMs: 9000, everyMs: 500 }),
    ])

/** One node has missed something, and without it nothing gets done. */
export const missed =
  (subject: string) =>
  (seed: number): Script =>
    script(subject, seed, [
      cut(3000, ['n1', 'n2'], ['n3']),
      ...asking('c1', 'write', { fromMs: 3100, toMs: 3160, everyMs: 20 }),
      { ...ms(3300), do: 'crash', node: 'n1', afterEffects: 0, forMs: forEver, unsynced: 'lost' },
      { ...ms(4000), do: 'heal', core: ['n2', 'n3'] },
    ])

/** Who comes to lead is behind in what it applies, and a client goes on with what it opened with the leader before. */
export const behindInApply =
  (subject: string) =>
  (seed: number): Script =>
    script(subject, seed, [
      { ...ms(2500), do: 'slowApply', node: 'n2', eachMs: 300, forMs: forEver },
      ...Array.from({ length: 16 }, (_, at): Step => {
        return {
          ...ms(2600),
          do: 'operation',
          client: 'c1',
          slot: at + 1,
          operation: { f: 'write', key: 'x', value: at + 1 },
        }
      }),
      ...asking('c2', 'write', { fromMs: 2700, toMs: 2701, everyMs: 1 }),
      { ...ms(2760), do: 'crash', node: 'n1', afterEffects: 0, forMs: forEver, unsynced: 'lost' },
      ...asking('c2', 'write', { fromMs: 4000, toMs: 6500, everyMs: 500 }),
    ])

/**
 * One acceptor has what was not chosen; what was chosen in its place two others have, and the learner hears of that from
 * neither.
 */
export const unheardChoice = (seed: number): Script =>
  script(
    'multi-paxos-flexible',
    seed,
    [
      cut(3000, ['n1'], ['n2', 'n3', 'n4']),
      cut(3000, ['n1'], ['n5'], 4000),
      ...asking('c1', 'write', { fromMs: 3005, toMs: 3006, everyMs: 1 }),
      // Its client says it to nobody else.
      cut(3005, ['c1'], ['n2']),
      cut(6500, ['n2'], ['n4']),
      cut(6500, ['n2'], ['n5'], 500),
      cut(6500, ['n3'], ['n5']),
      ...asking('c2', 'write', { fromMs: 6510, toMs: 6511, everyMs: 1 }),
    ],
    [],
    5,
  )

/** Some of what one node is told comes once more, when more has come; then another fails, and it is asked what it has. */
export const repeated =
  (subject: string) =>
  (seed: number): Script =>
    script(
      subject,
      seed,
      [
        ...split(3000, ['n1'], ['n3']),
        ...asking('c1', 'write', { fromMs: 3100, toMs: 3260, everyMs: 20 }),
        cut(3300, ['c1'], ['n2', 'n3']),
        { ...ms(3300), do: 'crash', node: 'n1', afterEffects: 0, forMs: forEver, unsynced: 'lost' },
      ],
      Array.from({ length: 60 }, (_, at) => at + 1)
        .filter((at) => at % 8 === seed % 8)
        .map((at) => [`AppendEntries#${at} n1>n2`, { againUs: 60_000 }]),
    )
