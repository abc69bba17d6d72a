import type { TraceEvent } from './traceEvent.js'
import { type TraceLine, TraceText } from './traceText.js'

const laneWidth = 32
const timeWidth = 11
/** A message of a type that passes between two more often is no news. */
const newsMax = 4

/**
 * Time runs down, each process has a lane, and a message is an arrow to whoever hears it (Lamport, "Time, Clocks, and the
 * Ordering of Events in a Distributed System", 1978, section 1). Only what is news is drawn: at most `linesMax` lines, the
 * last ones; with `isEndShown` what comes last is news in any case.
 */
export function spaceTimeDiagram(
  trace: readonly TraceEvent[],
  lanes: readonly string[],
  linesMax = 60,
  isEndShown = false,
): string[] {
  const text = new TraceText()
  const lines = trace.flatMap((event) => text.lineOf(event) ?? []).filter(({ who }) => lanes.includes(who))
  const counts = new Map<string, number>()
  for (const line of lines) {
    const key = messageKey(line)
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const last = isEndShown ? lines.findLastIndex(({ isAside }) => !isAside) : -1
  const news = lines.filter((line, at) => at === last || isNews(line, counts.get(messageKey(line) ?? '') ?? 0))
  const shown = news.slice(-linesMax)
  const left = news.length - shown.length
  return [
    `${''.padEnd(timeWidth)}${lanes.map((lane) => lane.padEnd(laneWidth)).join('')}`.trimEnd(),
    ...(left > 0 ? [`${''.padEnd(timeWidth)}... ${left} earlier events`] : []),
    ...shown.map((line) => draw(line, lanes)),
  ]
}

/** The processes that a diagram has a lane for: nodes, whose actors step, by their names; then clients, as they first ask. */
export function lanesOf(trace: readonly TraceEvent[]): string[] {
  const nodes = trace.flatMap(({ type, who }) => (type === 'step' ? who : [])).sort()
  const clients = trace.flatMap((event) => (event.type === 'note' && event.text.startsWith('asks ') ? event.who : []))
  return [...new Set([...nodes, ...clients])]
}

const messageKey = ({ who, message }: TraceLine): string | undefined =>
  message && `${message.name} ${message.from}>${who}`

const isNews = ({ who, message, isAside }: TraceLine, count: number): boolean =>
  !isAside && message?.from !== who && (message === undefined || count <= newsMax)

function draw({ time, who, what, detail, message }: TraceLine, lanes: readonly string[]): string {
  const from = message ? lanes.indexOf(message.from) : -1
  const to = lanes.indexOf(who)
  const row = `${time.padStart(timeWidth - 2)}  `
  if (!message || from < 0 || from === to) {
    return row + lanesWithout(lanes, to, detail === '' ? what : `${what} (${detail})`)
  }
  const [left, right] = from < to ? [from, to] : [to, from]
  const width = (right - left) * laneWidth
  const label = ` ${shortened(`${message.name} ${detail}`.trim(), width - 7)} `
  const dashes = '-'.repeat(Math.max(2, width - label.length - 2))
  const body = from < to ? `|-${label}${dashes}` : `<${label}${dashes}-`
  const arrow = from < to ? `${body.slice(0, width - 1)}>` : body.slice(0, width)
  const lead = lanes.slice(0, left).map(bar).join('')
  return `${row}${lead}${arrow}|${''.padEnd(laneWidth - 1)}${lanes
    .slice(right + 1)
    .map(bar)
    .join('')}`.trimEnd()
}

const shortened = (text: string, lengthMax: number): string =>
  text.length > lengthMax ? `${text.slice(0, lengthMax - 1)}…` : text

const bar = (): string => '|'.padEnd(laneWidth)

/** Something that happens in one lane; a long text covers the lanes to the right. */
function lanesWithout(lanes: readonly string[], at: number, what: string): string {
  const lead = lanes.slice(0, at).map(bar).join('')
  const rest = lanes
    .slice(at + 1)
    .map(bar)
    .join('')
  const text = `* ${what}`
  return (lead + text.padEnd(laneWidth) + rest.slice(Math.max(0, text.length - laneWidth + 1))).trimEnd()
}
