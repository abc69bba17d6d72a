import { UnreadableScriptError } from './errors.js'
import type { BitRot, MessageFate, Operation, Script, Step, Unsynced } from './script.js'

/**
 * A script as text: one line for what it is about, then one for each step, message and write that it names. Lines that are
 * empty or begin with `#` or `|` are for people.
 */
export function formatScript({
  subject,
  nodes,
  seed,
  variant,
  bootstrap,
  endUs,
  steps,
  messages,
  writes,
}: Script): string {
  const head = fields({ nodes, seed, variant, bootstrap, endMs: endUs / 1000 })
  return [
    // The path of a topology may have spaces in it.
    `simulation ${subject.replace(/[%\s]/g, encodeURIComponent)} ${head}`,
    ...steps.map(formatStep),
    ...[...messages].map(([key, fate]) => `message ${key} ${formatFate(fate)}`),
    ...[...writes].map(([key, delayUs]) => `write ${key} ${fields({ takesMs: delayUs / 1000 })}`),
  ].join('\n')
}

const formatStep = ({ atUs, do: what, ...details }: Step): string => `at ${atUs / 1000} ${what} ${fields(details)}`

const formatFate = ({ isLost, delayUs, againUs, garbled }: MessageFate): string =>
  isLost
    ? 'lost'
    : fields({
        ...(delayUs !== undefined && { afterMs: delayUs / 1000 }),
        ...(againUs !== undefined && { againMs: againUs / 1000 }),
        ...(garbled !== undefined && { garbled }),
      })

const fields = (of: object): string =>
  Object.entries(of)
    .map(
      ([name, value]) =>
        `${name}=${Array.isArray(value) ? `[${value.join(',')}]` : String(value).replaceAll(' ', '+')}`,
    )
    .join(' ')

/**
 * Reads what {@link formatScript} wrote.
 * @throws {@link UnreadableScriptError} `QUORATE_UNREADABLE_SCRIPT`
 */
export function parseScript(text: string): Script {
  let head: Pick<Script, 'subject' | 'nodes' | 'seed' | 'variant' | 'bootstrap' | 'endUs'> | undefined
  const steps: Step[] = []
  const messages = new Map<string, MessageFate>()
  const writes = new Map<string, number>()
  for (const [at, line] of text.split('\n').entries()) {
    if (/^\s*(#|\||$)/.test(line)) continue
    const [kind, ...words] = line.trim().split(/\s+/)
    const reader = new LineReader(at + 1, line, words)
    if (kind === 'simulation') head = parseHead(reader)
    else if (kind === 'at') steps.push(parseStep(reader))
    else if (kind === 'message') messages.set(parseMessageKey(reader), parseFate(reader))
    else if (kind === 'write') writes.set(parseWriteKey(reader), parseWrite(reader))
    else throw new UnreadableScriptError(at + 1, 'simulation, at, message or write', line)
  }
  if (!head) throw new UnreadableScriptError(1, 'a line that begins with simulation', text.split('\n')[0] ?? '')
  return { ...head, steps, messages, writes }
}

function parseHead(reader: LineReader) {
  const subject = reader.escapedWord()
  const { endMs, bootstrap, ...numbers } = reader.details(['nodes', 'seed', 'variant', 'bootstrap', 'endMs'])
  return {
    ...(numbers as Pick<Script, 'nodes' | 'seed' | 'variant'>),
    subject,
    bootstrap: bootstrap === 'true',
    endUs: microseconds(endMs),
  }
}

function parseStep(reader: LineReader): Step {
  const atUs = microseconds(reader.word())
  const what = reader.word()
  if (!(atUs >= 0) || !isStepKind(what)) throw reader.wrong('a time in milliseconds and a known step')
  return { atUs, do: what, ...reader.details(stepFields[what]) } as unknown as Step
}

const microseconds = (milliseconds: unknown): number => Math.round(Number(milliseconds) * 1000)

/** What each step needs; those that end in `?` it may have. */
const stepFields = {
  crash: ['node', 'afterEffects', 'before?', 'forMs', 'unsynced', 'rot?'],
  powerLoss: ['forMs', 'unsynced'],
  stop: ['node', 'forMs'],
  pause: ['node', 'forMs'],
  cut: ['from', 'to', 'forMs', 'as'],
  disconnect: ['process', 'forMs'],
  clockRate: ['node', 'perMille', 'forMs'],
  clockJump: ['node', 'aheadMs'],
  failSync: ['node', 'unsynced'],
  fillDisk: ['node', 'forMs'],
  slowDisk: ['node', 'extraMs', 'forMs'],
  operation: ['client', 'f', 'key', 'value', 'expected?'],
  reconnect: ['client'],
  heal: ['core'],
} as const satisfies Readonly<Record<Step['do'], readonly string[]>>

const isStepKind = (word: string): word is Step['do'] => Object.hasOwn(stepFields, word)

/** Reads the text of a field; undefined when it is none. */
interface FieldForm {
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

const name: FieldForm = {
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

/** What each field may be, in whatever line it stands. */
const fieldForms: Readonly<Record<string, FieldForm>> = {
  nodes: numeric('a whole number from 1', (value) => Number.isSafeInteger(value) && value >= 1),
  seed: count,
  variant: count,
  bootstrap: oneOf('true', 'false'),
  endMs: duration,
  node: name,
  process: name,
  client: name,
  key: name,
  from: list,
  to: list,
  core: list,
  afterEffects: count,
  value: count,
  expected: count,
  forMs: duration,
  extraMs: duration,
  afterMs: duration,
  againMs: duration,
  takesMs: duration,
  aheadMs: numeric('a number of milliseconds', () => true),
  perMille: numeric('a number above 0', (value) => value > 0),
  garbled: count,
  unsynced: oneOf(...(['lost', 'kept'] satisfies Unsynced[])),
  rot: oneOf(...(['tail', 'body'] satisfies BitRot[])),
  as: oneOf(
    ...(['partition', 'one-way partition', 'partial partition', 'flapping partition'] satisfies Extract<
      Step,
      { do: 'cut' }
    >['as'][]),
  ),
  f: oneOf(...(['read', 'write', 'cas', 'propose'] satisfies Operation['f'][])),
}

const parseMessageKey = (reader: LineReader): string =>
  `${reader.wordLike(/^\S+#\d+$/, 'a message, e.g. AppendEntries#7')} ${reader.wordLike(/^[^\s>]+>[^\s>]+$/, 'who says it to whom, e.g. n1>n2')}`

const parseWriteKey = (reader: LineReader): string => reader.wordLike(/^\S+#\d+$/, 'a write, e.g. n1#12')

const parseWrite = (reader: LineReader): number => microseconds(reader.details(['takesMs'])['takesMs'])

function parseFate(reader: LineReader): MessageFate {
  if (reader.take('lost')) {
    reader.details([])
    return { isLost: true }
  }
  const { afterMs, againMs, garbled } = reader.details(['afterMs?', 'againMs?', 'garbled?'])
  const fate = {
    ...(afterMs !== undefined && { delayUs: microseconds(afterMs) }),
    ...(againMs !== undefined && { againUs: microseconds(againMs) }),
    ...(typeof garbled === 'number' && { garbled }),
  }
  if (Object.keys(fate).length === 0) throw reader.wrong('lost, or one of afterMs=... againMs=... garbled=...')
  return fate
}

/** The words of one line: first those in order, then `name=value`. */
class LineReader {
  readonly #line: number
  readonly #text: string
  readonly #words: string[]
  readonly #fields = new Map<string, string>()

  constructor(line: number, text: string, words: readonly string[]) {
    this.#line = line
    this.#text = text
    this.#words = words.filter((word) => !isField(word))
    for (const word of words.filter(isField)) {
      const [field = '', ...value] = word.split('=')
      if (this.#fields.has(field)) throw this.wrong(`${field}=... once`)
      this.#fields.set(field, value.join('='))
    }
  }

  wrong(expected: string): UnreadableScriptError {
    return new UnreadableScriptError(this.#line, expected, this.#text)
  }

  word(): string {
    const word = this.#words.shift()
    if (word === undefined) throw this.wrong('another word')
    return word
  }

  wordLike(form: RegExp, expected: string): string {
    const word = this.word()
    if (!form.test(word)) throw this.wrong(expected)
    return word
  }

  /** Whether the next word is this one, which is then taken. */
  take(word: string): boolean {
    if (this.#words[0] !== word) return false
    this.#words.shift()
    return true
  }

  /** A word in which whoever wrote it escaped what would end it. */
  escapedWord(): string {
    try {
      return decodeURIComponent(this.word())
    } catch (error) {
      throw error instanceof URIError ? this.wrong('a word in which % begins an escape') : error
    }
  }

  /** The fields of these names, and nothing else; those that end in `?` may be missing. */
  details(names: readonly string[]): Record<string, unknown> {
    const known = names.map((each) => each.replace('?', ''))
    const expected = known.map((each) => `${each}=...`).join(' ') || 'nothing else'
    const other = [...this.#fields.keys()].find((field) => !known.includes(field)) ?? this.#words[0]
    if (other !== undefined) throw this.wrong(`${expected}, and no ${other}`)
    const present = names.filter((each) => !each.endsWith('?') || this.#fields.has(each.slice(0, -1)))
    return Object.fromEntries(present.map((each) => each.replace('?', '')).map((each) => [each, this.#detail(each)]))
  }

  #detail(field: string): unknown {
    const text = this.#fields.get(field)
    if (text === undefined) throw this.wrong(`${field}=...`)
    const form = fieldForms[field] ?? name
    const value = form.read(text)
    if (value === undefined) throw this.wrong(`${form.expected} after ${field}=`)
    return value
  }
}

const isField = (word: string): boolean => /^\w+=/.test(word)
