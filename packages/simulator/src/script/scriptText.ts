import { UnreadableScriptError } from '../errors.js'
import { fieldText } from './fieldText.js'
import type { MessageFate, NetworkConditions, Script, Step } from './script.js'
import { isStepKind, latestFormat, shares, stepFields } from './scriptFields.js'
import { LineReader } from './scriptLine.js'

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
  weather,
}: Script): string {
  const head = fields({ format: latestFormat, nodes, seed, variant, bootstrap, endMs: endUs / 1000 })
  return [
    // The path of a topology may have spaces in it.
    `simulation ${subject.replace(/[%\s]/g, encodeURIComponent)} ${head}`,
    ...(weather ? [formatWeather(weather)] : []),
    ...steps.map(formatStep),
    ...[...messages].map(([key, fate]) => `message ${key} ${formatFate(fate)}`),
    ...[...writes].map(([key, delayUs]) => `write ${key} ${fields({ takesMs: delayUs / 1000 })}`),
  ].join('\n')
}

const formatStep = (step: Step): string => `at ${step.atUs / 1000} ${step.do} ${detailsText(step)}`

/** What a workload has a client do may be any values; what the step itself says stands as in other steps. */
function detailsText({ atUs: _, do: __, ...details }: Step): string {
  if (!('operation' in details)) return fields(details)
  const { operation, ...own } = details
  const said = Object.entries(operation).map(([name, value]) => `${name}=${fieldText(value)}`)
  return [fields(own), ...said].join(' ')
}

const formatFate = ({ isLost, delayUs, againUs, garbled, isDenied }: MessageFate): string =>
  isLost
    ? 'lost'
    : fields({
        ...(delayUs !== undefined && { afterMs: delayUs / 1000 }),
        ...(againUs !== undefined && { againMs: againUs / 1000 }),
        ...(garbled !== undefined && { garbled }),
        ...(isDenied && { denied: true }),
      })

const formatWeather = ({
  timing,
  scheduling,
  reorders,
  core,
  fromUs,
  stableUs,
  healUs,
  jitterMs,
  ...perMille
}: NetworkConditions): string => {
  const known = {
    timing,
    scheduling,
    reorders,
    core,
    fromMs: fromUs / 1000,
    stableMs: stableUs / 1000,
    healMs: healUs / 1000,
    ...(jitterMs > 0 && { jitterMs }),
  }
  const wrong = shares.filter((share) => perMille[share] > 0).map((share) => [share, perMille[share]])
  return `weather ${fields({ ...known, ...Object.fromEntries(wrong) })}`
}

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
  let weather: NetworkConditions | undefined
  for (const [at, line] of text.split('\n').entries()) {
    if (/^\s*(#|\||$)/.test(line)) continue
    const [kind, ...words] = line.trim().split(/\s+/)
    const reader = new LineReader(at + 1, line, words)
    if (kind === 'simulation') head = parseHead(reader)
    else if (kind === 'weather') weather = parseWeather(reader)
    else if (kind === 'at') steps.push(parseStep(reader))
    else if (kind === 'message') messages.set(parseMessageKey(reader), parseFate(reader))
    else if (kind === 'write') writes.set(parseWriteKey(reader), parseWrite(reader))
    else throw new UnreadableScriptError(at + 1, 'simulation, weather, at, message or write', line)
  }
  if (!head) throw new UnreadableScriptError(1, 'a line that begins with simulation', text.split('\n')[0] ?? '')
  return { ...head, steps, messages, writes, ...(weather && { weather }) }
}

function parseHead(reader: LineReader) {
  const subject = reader.escapedWord()
  const {
    format: _,
    endMs,
    bootstrap,
    ...numbers
  } = reader.details(['format?', 'nodes', 'seed', 'variant', 'bootstrap', 'endMs'])
  return {
    ...(numbers as Pick<Script, 'nodes' | 'seed' | 'variant'>),
    subject,
    bootstrap: bootstrap === 'true',
    endUs: microseconds(endMs),
  }
}

function parseWeather(reader: LineReader): NetworkConditions {
  const asked = ['timing', 'scheduling', 'reorders', 'core', 'fromMs', 'stableMs', 'healMs']
  const {
    reorders,
    fromMs,
    stableMs,
    healMs,
    jitterMs = 0,
    ...said
  } = reader.details([...asked, 'jitterMs?', ...shares.map((share) => `${share}?`)])
  return {
    ...(Object.fromEntries(shares.map((share) => [share, 0])) as Pick<NetworkConditions, (typeof shares)[number]>),
    ...(said as Pick<NetworkConditions, 'timing' | 'scheduling' | 'core'>),
    reorders: reorders === 'true',
    jitterMs: Number(jitterMs),
    fromUs: microseconds(fromMs),
    stableUs: microseconds(stableMs),
    healUs: microseconds(healMs),
  }
}

function parseStep(reader: LineReader): Step {
  const atUs = microseconds(reader.word())
  const what = reader.word()
  if (!(atUs >= 0) || !isStepKind(what)) throw reader.wrong('a time in milliseconds and a known step')
  if (what !== 'operation') return { atUs, do: what, ...reader.details(stepFields[what]) } as unknown as Step
  const { details, others } = reader.detailsAndOthers(stepFields.operation)
  const { f, ...own } = details
  return { atUs, do: what, ...own, operation: { f, ...others } } as unknown as Step
}

const microseconds = (milliseconds: unknown): number => Math.round(Number(milliseconds) * 1000)

const parseMessageKey = (reader: LineReader): string =>
  `${reader.wordLike(/^\S+#\d+$/, 'a message, e.g. AppendEntries#7')} ${reader.wordLike(/^[^\s>]+>[^\s>]+$/, 'who says it to whom, e.g. n1>n2')}`

const parseWriteKey = (reader: LineReader): string => reader.wordLike(/^\S+#\d+$/, 'a write, e.g. n1#12')

const parseWrite = (reader: LineReader): number => microseconds(reader.details(['takesMs'])['takesMs'])

function parseFate(reader: LineReader): MessageFate {
  if (reader.take('lost')) {
    reader.details([])
    return { isLost: true }
  }
  const { afterMs, againMs, garbled, denied } = reader.details(['afterMs?', 'againMs?', 'garbled?', 'denied?'])
  const fate = {
    ...(afterMs !== undefined && { delayUs: microseconds(afterMs) }),
    ...(againMs !== undefined && { againUs: microseconds(againMs) }),
    ...(typeof garbled === 'number' && { garbled }),
    ...(denied === 'true' && { isDenied: true as const }),
  }
  if (Object.keys(fate).length === 0)
    throw reader.wrong('lost, or one of afterMs=... againMs=... garbled=... denied=true')
  return fate
}
