import type { BitRot, Disturbances, Scheduling, Step, Timing, Unsynced } from './script.js'

/** What the lines of a script may say, and in which form. @module */

/** The format that is written. Scripts of earlier ones, or that name none, say less and mean the same. */
export const latestFormat = 2

/** What of the weather is so many of a thousand. */
export const shares = [
  'lossPerMille',
  'duplicationPerMille',
  'corruptionPerMille',
  'stragglersPerMille',
  'starvationPerMille',
  'lagPerMille',
  'slowWritesPerMille',
  'suspicionsPerMille',
] as const satisfies readonly (keyof Disturbances)[]

/** What each step needs; those that end in `?` it may have. */
export const stepFields = {
  crash: ['node', 'afterEffects', 'before?', 'forMs', 'unsynced', 'rot?', 'opensInVain?'],
  powerLoss: ['forMs', 'unsynced'],
  stop: ['node', 'forMs'],
  pause: ['node', 'forMs'],
  cut: ['from', 'to', 'forMs', 'as'],
  disconnect: ['process', 'forMs'],
  clockRate: ['node', 'perMille', 'forMs'],
  clockJump: ['node', 'aheadMs'],
  wallJump: ['node', 'byMs'],
  failSync: ['node', 'unsynced'],
  fillDisk: ['node', 'forMs'],
  slowDisk: ['node', 'extraMs', 'forMs'],
  distance: ['process', 'ms'],
  slowApply: ['node', 'eachMs', 'forMs'],
  // And whatever the workload has it say.
  operation: ['client', 'slot?', 'f'],
  reconnect: ['client'],
  heal: ['core', 'cut?'],
} as const satisfies Readonly<Record<Step['do'], readonly string[]>>

export const isStepKind = (word: string): word is Step['do'] => Object.hasOwn(stepFields, word)

/** Reads the text of a field; undefined when it is none. */
export interface FieldForm {
  readonly expected: string
  read(text: string): unknown
}

const numeric = (expected: string, fits: (value: number) => boolean): FieldForm => ({
  expected,
  read(text) {
    const value = Number(text)
    return text !== '' && Number.isFinite(value) && fits(value) ? value : undefined
  },
})

const oneOf = (...values: readonly string[]): FieldForm => ({
  expected: values.map((value) => value.replaceAll(' ', '+')).join(' or '),
  read(text) {
    const value = text.replaceAll('+', ' ')
    return values.includes(value) ? value : undefined
  },
})

export const name: FieldForm = {
  expected: 'a name',
  read: (text) => (text === '' ? undefined : text.replaceAll('+', ' ')),
}

const list: FieldForm = {
  expected: 'a list like [n1,n2]',
  read(text) {
    if (!/^\[.*\]$/.test(text)) return undefined
    return text === '[]' ? [] : text.slice(1, -1).split(',')
  },
}

const count = numeric('a whole number from 0', (value) => Number.isSafeInteger(value) && value >= 0)
const duration = numeric('a number of milliseconds', (value) => value >= 0)

const perMille = numeric('a whole number from 1 to 1000', (value) => value % 1 === 0 && value >= 1 && value <= 1000)

/** What each field may be, in whatever line it stands. */
export const fieldForms: Readonly<Record<string, FieldForm>> = {
  format: numeric(
    `a whole number from 1 to ${latestFormat}`,
    (value) => value >= 1 && value <= latestFormat && value % 1 === 0,
  ),
  nodes: numeric('a whole number from 1', (value) => Number.isSafeInteger(value) && value >= 1),
  seed: count,
  variant: count,
  bootstrap: oneOf('true', 'false'),
  endMs: duration,
  node: name,
  process: name,
  client: name,
  from: list,
  to: list,
  core: list,
  cut: list,
  afterEffects: count,
  opensInVain: count,
  forMs: duration,
  slot: numeric('a whole number from 1', (value) => Number.isSafeInteger(value) && value >= 1),
  extraMs: duration,
  eachMs: duration,
  ms: duration,
  jitterMs: count,
  afterMs: duration,
  againMs: duration,
  takesMs: duration,
  aheadMs: numeric('a number of milliseconds', () => true),
  byMs: numeric('a number of milliseconds', () => true),
  perMille: numeric('a number above 0', (value) => value > 0),
  garbled: count,
  denied: oneOf('true'),
  unsynced: oneOf(...(['lost', 'kept', 'zeroed'] satisfies Unsynced[])),
  rot: oneOf(...(['tail', 'body', 'copy'] satisfies BitRot[])),
  as: oneOf(
    ...(['partition', 'one-way partition', 'partial partition', 'flapping partition'] satisfies Extract<
      Step,
      { do: 'cut' }
    >['as'][]),
  ),
  fromMs: duration,
  stableMs: duration,
  healMs: duration,
  timing: oneOf(...(['synchronous', 'partially synchronous', 'asynchronous'] satisfies Timing[])),
  scheduling: oneOf(...(['uniform', 'priority'] satisfies Scheduling[])),
  reorders: oneOf('true', 'false'),
  ...Object.fromEntries(shares.map((share) => [share, perMille])),
  f: name,
}
