/** One line of a trace, taken apart. */
interface TraceLine {
  readonly time: string
  readonly who: string
  readonly what: string
}

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
  trace: readonly string[],
  lanes: readonly string[],
  linesMax = 60,
  isEndShown = false,
): string[] {
  const lines = trace.map(parse).filter(({ who }) => lanes.includes(who))
  const counts = new Map<string, number>()
  for (const { who, what } of lines) {
    const key = messageKey(who, what)
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const last = isEndShown ? lines.findLastIndex(({ what }) => !isAside(what)) : -1
  const news = lines.filter(
    ({ who, what }, at) => at === last || isNews(who, what, counts.get(messageKey(who, what) ?? '') ?? 0),
  )
  const shown = news.slice(-linesMax)
  const left = news.length - shown.length
  return [
    `${''.padEnd(timeWidth)}${lanes.map((lane) => lane.padEnd(laneWidth)).join('')}`.trimEnd(),
    ...(left > 0 ? [`${''.padEnd(timeWidth)}... ${left} earlier events`] : []),
    ...shown.map((line) => draw(line, lanes)),
  ]
}

const parse = (line: string): TraceLine => {
  const [time = '', who = '', ...what] = line.split(' ')
  return { time, who, what: what.join(' ') }
}

/** Of what is heard: the type, from whom, and what it says. */
const heard = (
  what: string,
): { readonly type: string; readonly from: string; readonly payload: string } | undefined => {
  const [, verb, type = '', from = '', payload = ''] =
    /^(hears|misses) (\S+) from ([^\s:]+)[^(]*(?:\((.*)\))?$/.exec(what) ?? []
  return verb === undefined ? undefined : { type: verb === 'misses' ? `${type} lost` : type, from, payload }
}

const messageKey = (who: string, what: string): string | undefined => {
  const message = heard(what)
  return message && `${message.type} ${message.from}>${who}`
}

const isAside = (what: string): boolean => /^(says|disk)/.test(what)

const isNews = (who: string, what: string, count: number): boolean => {
  const message = heard(what)
  return !isAside(what) && message?.from !== who && (message === undefined || count <= newsMax)
}

function draw({ time, who, what }: TraceLine, lanes: readonly string[]): string {
  const message = heard(what)
  const from = message ? lanes.indexOf(message.from) : -1
  const to = lanes.indexOf(who)
  const row = `${time.padStart(timeWidth - 2)}  `
  if (!message || from < 0 || from === to) return row + lanesWithout(lanes, to, what)
  const [left, right] = from < to ? [from, to] : [to, from]
  const width = (right - left) * laneWidth
  const label = ` ${shortened(`${message.type} ${message.payload}`.trim(), width - 7)} `
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
