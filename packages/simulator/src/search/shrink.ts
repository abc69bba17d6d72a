import type { MessageFate, Script, Step } from '../script/script.js'
import { type Disturbance, disturbancesOf, lengthOf, quiet } from '../script/scriptLength.js'

/** One thing that a script names: what may be left out of it. */
type Choice =
  | { readonly kind: 'step'; readonly step: Step }
  /** One thing that becomes of a message, of perhaps several. */
  | { readonly kind: 'fate'; readonly key: string; readonly part: MessageFate }
  | { readonly kind: 'write'; readonly key: string; readonly delayUs: number }
  /** One thing about the weather; or that there is any (`weather`), in which messages take about as long as they should. */
  | { readonly kind: 'disturbance'; readonly disturbance: Disturbance | 'weather' }

/** How a script is made shorter. */
export interface ShrinkOptions {
  /** True if the script still shows the same violation. */
  fails(script: Script): Promise<boolean>
  /** The same script without weather: what became of each message and write is named. @default weather stays weather */
  spellOut?(script: Script): Promise<Script>
  /** Scripts that are tried, at most. @default as many as make it shorter */
  readonly triesMax?: number
  /** Ends it early, with the shortest script so far. */
  readonly signal?: AbortSignal
  /** A shorter script was found. */
  readonly onProgress?: (length: number, tries: number) => void
}

/** Seeds that are tried in the place of the one that failed. */
const reseedsMax = 20

/**
 * A script with as few choices as are needed for it to fail: first leaves out whole kinds of faults, whole nodes and
 * clients, whole links; then halves, quarters and less of what is left, as long as it fails without (Zeller and Hildebrandt,
 * "Simplifying and Isolating Failure-Inducing Input", 2002). What is left out is as it should be, so a shorter script is
 * a quieter one. Whenever it is told to end, the shortest script so far is its result.
 */
export async function shrink(script: Script, options: ShrinkOptions): Promise<Script> {
  const budget = new Budget(options)
  const search = new Search(script, budget)
  // Most runs need no weather and few of their delays: without them everything else goes faster.
  await search.without((choice) => choice.kind !== 'step')
  await search.without((choice) => !isLoud(choice))
  await search.coarse()
  if (search.has('disturbance') || search.has('fate')) await search.reseed()
  await search.fine()
  const short = search.script
  if (!short.weather || !options.spellOut || budget.isSpent) return short
  // Some failures need a handful of messages out of all that the weather spoiled.
  const other = new Search(await options.spellOut(short), budget.silent())
  if (!(await other.holds())) return short
  await other.without((choice) => !isLoud(choice))
  await other.coarse()
  await other.fine()
  return lengthOf(other.script) < lengthOf(short) ? other.script : short
}

/** Decides which scripts are still tried. */
class Budget {
  readonly #options: ShrinkOptions
  readonly #tries: { count: number }

  constructor(options: ShrinkOptions, tries = { count: 0 }) {
    this.#options = options
    this.#tries = tries
  }

  get isSpent(): boolean {
    const { triesMax = Number.POSITIVE_INFINITY, signal } = this.#options
    return signal?.aborted === true || this.#tries.count >= triesMax
  }

  /** The same budget, for what may come to nothing: nobody is told of it. */
  silent(): Budget {
    const { onProgress: _, ...options } = this.#options
    return new Budget(options, this.#tries)
  }

  async fails(script: Script): Promise<boolean> {
    if (this.isSpent) return false
    this.#tries.count++
    return this.#options.fails(script)
  }

  progress(script: Script): void {
    this.#options.onProgress?.(lengthOf(script), this.#tries.count)
  }
}

class Search {
  #base: Script
  readonly #budget: Budget
  #choices: Choice[]

  constructor(script: Script, budget: Budget) {
    this.#base = script
    this.#budget = budget
    this.#choices = choicesOf(script)
  }

  get script(): Script {
    return withChoices(this.#base, this.#choices)
  }

  has(kind: Choice['kind']): boolean {
    return this.#choices.some((choice) => choice.kind === kind)
  }

  /** Whether it fails as it is. */
  holds(): Promise<boolean> {
    return this.#budget.fails(this.script)
  }

  /** Leaves out all such choices at once, if it fails without. */
  without(isLeftOut: (choice: Choice) => boolean): Promise<boolean> {
    return this.#keepIfFails(this.#choices.filter((choice) => !isLeftOut(choice)))
  }

  /** Leaves out all that is of one kind, or has to do with one process, type of message or link; the most first. */
  async coarse(): Promise<void> {
    for (const tagsOf of [kindsOf, placesOf]) {
      const counts = new Map<string, number>()
      for (const choice of this.#choices) for (const tag of tagsOf(choice)) counts.set(tag, (counts.get(tag) ?? 0) + 1)
      const most = [...counts].sort(([, a], [, b]) => b - a)
      for (const [tag] of most) await this.without((choice) => tagsOf(choice).includes(tag))
    }
  }

  /**
   * Where the very delays are to blame for two timers that met, other timers may meet without them: tries the steps alone
   * with other seeds.
   */
  async reseed(): Promise<void> {
    const original = this.#base
    const steps = this.#choices.filter(({ kind }) => kind === 'step')
    for (let at = 1; at <= reseedsMax && !this.#budget.isSpent; at++) {
      this.#base = { ...original, seed: original.seed + at * 1_000_003 }
      if (await this.#keepIfFails(steps)) return
    }
    this.#base = original
  }

  /** Leaves out windows of what is left, each half as long as those before. */
  async fine(): Promise<void> {
    for (const kind of ['step', 'disturbance', 'write', 'fate', 'step', 'fate'] as const) await this.#minimize(kind)
    await this.#quieten()
  }

  async #minimize(kind: Choice['kind']): Promise<void> {
    const count = () => this.#choices.filter((choice) => choice.kind === kind).length
    for (let size = Math.ceil(count() / 2); size >= 1; ) {
      let wasShortened = false
      for (let from = 0; from < count(); ) {
        const own = this.#choices.filter((choice) => choice.kind === kind)
        const leftOut = new Set(own.slice(from, from + size))
        if (await this.without((choice) => leftOut.has(choice))) wasShortened = true
        else from += size
        if (this.#budget.isSpent) return
      }
      if (size === 1 && !wasShortened) return
      if (size > 1) size = Math.ceil(size / 2)
    }
  }

  /** Of what must stay, less: crashes that strike at once. */
  async #quieten(): Promise<void> {
    for (const choice of [...this.#choices]) {
      if (choice.kind !== 'step' || choice.step.do !== 'crash' || choice.step.afterEffects === 0) continue
      const quieter: Choice = { kind: 'step', step: { ...choice.step, afterEffects: 0 } }
      await this.#keepIfFails(this.#choices.map((other) => (other === choice ? quieter : other)))
    }
  }

  async #keepIfFails(choices: Choice[]): Promise<boolean> {
    const isChanged =
      choices.length !== this.#choices.length || choices.some((choice, at) => choice !== this.#choices[at])
    if (!isChanged || !(await this.#budget.fails(withChoices(this.#base, choices)))) return false
    this.#choices = choices
    this.#budget.progress(this.script)
    return true
  }
}

/** More than a delay as every message has it. */
const isLoud = (choice: Choice): boolean =>
  choice.kind !== 'fate' || choice.part.delayUs === undefined || choice.part.delayUs > 20_000

/** Which kind of fault a choice belongs to. */
function kindsOf(choice: Choice): readonly string[] {
  switch (choice.kind) {
    case 'step':
      return [choice.step.do === 'cut' ? choice.step.as : choice.step.do]
    case 'disturbance':
      return [`disturbance ${choice.disturbance}`]
    case 'fate':
      return Object.keys(choice.part)
    case 'write':
      return ['write']
  }
}

/** Which processes, types of messages and links a choice has to do with. */
function placesOf(choice: Choice): readonly string[] {
  switch (choice.kind) {
    case 'step':
      return processesIn(choice.step).map((name) => `steps of ${name}`)
    case 'fate': {
      const [type = '', link = ''] = choice.key.replace(/#\d+/, '').split(' ')
      return [`type ${type}`, `link ${link}`, ...link.split('>').map((name) => `messages of ${name}`)]
    }
    case 'write':
      return [`writes of ${choice.key.replace(/#\d+/, '')}`]
    case 'disturbance':
      return []
  }
}

function processesIn(step: Step): readonly string[] {
  if (step.do === 'heal') return []
  if (step.do === 'cut') return [...step.from, ...step.to]
  if ('node' in step) return [step.node]
  if ('client' in step) return [step.client]
  return 'process' in step ? [step.process] : []
}

const choicesOf = ({ steps, messages, writes, weather }: Script): Choice[] => [
  ...steps.map((step): Choice => ({ kind: 'step', step })),
  ...(weather
    ? (['weather', ...disturbancesOf(weather)] as const).map(
        (disturbance): Choice => ({ kind: 'disturbance', disturbance }),
      )
    : []),
  ...[...messages].flatMap(([key, fate]) =>
    Object.entries(fate).map(([name, value]): Choice => ({ kind: 'fate', key, part: { [name]: value } })),
  ),
  ...[...writes].map(([key, delayUs]): Choice => ({ kind: 'write', key, delayUs })),
]

function withChoices({ weather, ...base }: Script, choices: readonly Choice[]): Script {
  const steps: Step[] = []
  const disturbances = new Set<string>()
  const messages = new Map<string, MessageFate>()
  const writes = new Map<string, number>()
  for (const choice of choices) {
    if (choice.kind === 'step') steps.push(choice.step)
    else if (choice.kind === 'disturbance') disturbances.add(choice.disturbance)
    else if (choice.kind === 'fate') messages.set(choice.key, { ...messages.get(choice.key), ...choice.part })
    else writes.set(choice.key, choice.delayUs)
  }
  const left = { ...base, steps, messages, writes }
  if (!weather || disturbances.size === 0) return left
  const calmed = Object.fromEntries(
    disturbancesOf(weather).map((disturbance) => [
      disturbance,
      disturbances.has(disturbance) ? weather[disturbance] : quiet[disturbance],
    ]),
  )
  return { ...left, weather: { ...weather, ...calmed } }
}
