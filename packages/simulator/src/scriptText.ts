import { UnreadableScriptError } from './errors.js'
import type { MessageFate, Script, Step } from './script.js'

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
    else if (kind === 'message') messages.set(`${reader.word()} ${reader.word()}`, parseFate(reader))
    else if (kind === 'write') writes.set(reader.word(), reader.microseconds('takesMs'))
    else throw new UnreadableScriptError(at + 1, 'simulation, at, message or write', line)
  }
  if (!head) throw new UnreadableScriptError(1, 'a line that begins with simulation', text.split('\n')[0] ?? '')
  return { ...head, steps, messages, writes }
}

const parseHead = (reader: LineReader) => ({
  subject: reader.escapedWord(),
  nodes: reader.number('nodes'),
  seed: reader.number('seed'),
  variant: reader.number('variant'),
  bootstrap: reader.text('bootstrap') === 'true',
  endUs: reader.microseconds('endMs'),
})

function parseStep(reader: LineReader): Step {
  const atUs = Math.round(Number(reader.word()) * 1000)
  const what = reader.word()
  if (!Number.isSafeInteger(atUs) || !isStepKind(what)) throw reader.wrong('a time in milliseconds and a known step')
  return { atUs, do: what, ...reader.details(stepFields[what]) } as unknown as Step
}

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

const lists: ReadonlySet<string> = new Set(['from', 'to', 'core'])
const numbers: ReadonlySet<string> = new Set([
  'afterEffects',
  'forMs',
  'perMille',
  'aheadMs',
  'extraMs',
  'value',
  'expected',
])

function parseFate(reader: LineReader): MessageFate {
  if (reader.has('lost')) return { isLost: true }
  return {
    ...(reader.has('afterMs') && { delayUs: reader.microseconds('afterMs') }),
    ...(reader.has('againMs') && { againUs: reader.microseconds('againMs') }),
    ...(reader.has('garbled') && { garbled: reader.number('garbled') }),
  }
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
      const [name = '', ...value] = word.split('=')
      this.#fields.set(name, value.join('='))
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

  has(name: string): boolean {
    return this.#fields.has(name) || this.#words.includes(name)
  }

  text(name: string): string {
    const value = this.#fields.get(name)
    if (value === undefined) throw this.wrong(`${name}=...`)
    return value
  }

  number(name: string): number {
    const value = Number(this.text(name))
    if (!Number.isFinite(value)) throw this.wrong(`a number after ${name}=`)
    return value
  }

  microseconds(name: string): number {
    return Math.round(this.number(name) * 1000)
  }

  /** A word in which whoever wrote it escaped what would end it. */
  escapedWord(): string {
    try {
      return decodeURIComponent(this.word())
    } catch (error) {
      throw error instanceof URIError ? this.wrong('a word in which % begins an escape') : error
    }
  }

  /** The fields of these names, and no others. */
  details(names: readonly string[]): Record<string, unknown> {
    const known = names.map((name) => name.replace('?', ''))
    const other = [...this.#fields.keys()].find((name) => !known.includes(name))
    if (other !== undefined) throw this.wrong(`${known.map((name) => `${name}=...`).join(' ')}, and no ${other}`)
    const present = names.filter((name) => !name.endsWith('?') || this.has(name.slice(0, -1)))
    return Object.fromEntries(present.map((name) => name.replace('?', '')).map((name) => [name, this.#detail(name)]))
  }

  #detail(name: string): unknown {
    if (numbers.has(name)) return this.number(name)
    const text = this.text(name)
    if (!lists.has(name)) return text.replaceAll('+', ' ')
    if (!/^\[.*\]$/.test(text)) throw this.wrong(`a list after ${name}=, e.g. [n1,n2]`)
    return text === '[]' ? [] : text.slice(1, -1).split(',')
  }
}

const isField = (word: string): boolean => /^\w+=/.test(word)
