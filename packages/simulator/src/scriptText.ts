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
    `simulation ${subject} ${head}`,
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
  subject: reader.word(),
  nodes: reader.number('nodes'),
  seed: reader.number('seed'),
  variant: reader.number('variant'),
  bootstrap: reader.text('bootstrap') === 'true',
  endUs: reader.microseconds('endMs'),
})

function parseStep(reader: LineReader): Step {
  const atUs = Math.round(Number(reader.word()) * 1000)
  const what = reader.word()
  if (!Number.isSafeInteger(atUs) || !stepKinds.has(what)) throw reader.wrong('a time in milliseconds and a known step')
  return { atUs, do: what, ...reader.rest() } as unknown as Step
}

const stepKinds: ReadonlySet<string> = new Set<Step['do']>([
  'crash',
  'stop',
  'pause',
  'cut',
  'disconnect',
  'clockRate',
  'clockJump',
  'failSync',
  'fillDisk',
  'slowDisk',
  'operation',
  'reconnect',
  'heal',
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

  rest(): Record<string, unknown> {
    return Object.fromEntries([...this.#fields].map(([name, text]) => [name, plainValue(text)]))
  }
}

const isField = (word: string): boolean => /^\w+=/.test(word)

function plainValue(text: string): unknown {
  if (text.startsWith('[')) return text === '[]' ? [] : text.slice(1, -1).split(',')
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text.replaceAll('+', ' ')
}
