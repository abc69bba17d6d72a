import type { MessageFate, Script, Step } from './script.js'

/** One thing that a script names: what may be left out of it. */
type Choice =
  | { readonly kind: 'step'; readonly step: Step }
  | { readonly kind: 'message'; readonly key: string; readonly fate: MessageFate }
  | { readonly kind: 'write'; readonly key: string; readonly delayUs: number }

/** How a script is made shorter. */
export interface ShrinkOptions {
  /** True if the script still shows the same violation. */
  fails(script: Script): Promise<boolean>
  /** Scripts that are tried, at most. @default 400 */
  readonly triesMax?: number
  /** Ends it early, with the script as short as it is. */
  readonly signal?: AbortSignal
  readonly onProgress?: (choices: number, tries: number) => void
}

/** How many lines of a script say that something happens. */
export const lengthOf = ({ steps, messages, writes }: Script): number => steps.length + messages.size + writes.size

/**
 * A script with as few choices as are needed for it to fail: leaves out halves, then quarters, then less of what is left,
 * as long as it fails without (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002). What is
 * left out is as it should be, so a shorter script is a quieter one.
 */
export async function shrink(script: Script, options: ShrinkOptions): Promise<Script> {
  const search = new Search(script, options)
  // Most runs need few of their delays: without them everything else goes faster.
  await search.without((choice) => !isLoudChoice(choice))
  if (!(await search.without((choice) => choice.kind !== 'step'))) await search.reseed()
  for (const kind of ['step', 'write', 'message'] as const) await search.halve(kind)
  for (const kind of ['step', 'write', 'message', 'step', 'message'] as const) await search.minimize(kind)
  await search.quieten()
  return search.script
}

/** More than a delay as every message has it. */
const isLoud = ({ isLost, delayUs = 0, againUs, garbled }: MessageFate): boolean =>
  isLost === true || againUs !== undefined || garbled !== undefined || delayUs > 20_000

/** Seeds that are tried in the place of the one that failed. */
const reseedsMax = 40

const isLoudChoice = (choice: Choice): boolean =>
  choice.kind === 'step' || (choice.kind === 'message' && isLoud(choice.fate))

class Search {
  #base: Script
  readonly #options: ShrinkOptions
  #choices: Choice[]
  #tries = 0

  constructor(script: Script, options: ShrinkOptions) {
    this.#base = script
    this.#options = options
    this.#choices = choicesOf(script)
  }

  get script(): Script {
    return withChoices(this.#base, this.#choices)
  }

  /** Leaves out all such choices at once, if it fails without. */
  without(isLeftOut: (choice: Choice) => boolean): Promise<boolean> {
    return this.#keepIfFails(this.#choices.filter((choice) => !isLeftOut(choice)))
  }

  /** Leaves out the first or the last half of one kind, as often as it fails without: what is large becomes small fast. */
  async halve(kind: Choice['kind']): Promise<void> {
    for (;;) {
      const own = this.#choices.filter((choice) => choice.kind === kind)
      if (own.length < 8) return
      const middle = own.length >> 1
      const isFound = (await this.#leaveOut(own.slice(0, middle))) || (await this.#leaveOut(own.slice(middle)))
      if (!isFound) return
    }
  }

  #leaveOut(choices: readonly Choice[]): Promise<boolean> {
    const leftOut = new Set(choices)
    return this.#keepIfFails(this.#choices.filter((choice) => !leftOut.has(choice)))
  }

  /**
   * Where the very delays are to blame for two timers that met, other timers may meet without them: tries the steps alone
   * with other seeds.
   */
  async reseed(): Promise<void> {
    const original = this.#base
    const steps = this.#choices.filter(({ kind }) => kind === 'step')
    const loud = this.#choices.filter(isLoudChoice)
    for (let at = 1; at <= reseedsMax && !this.#isSpent; at++) {
      this.#base = { ...original, seed: original.seed + at * 1_000_003 }
      if ((await this.#keepIfFails(steps)) || (await this.#keepIfFails(loud))) return
    }
    this.#base = original
  }

  /** Leaves out what can be left out of one kind of choices. */
  async minimize(kind: Choice['kind']): Promise<void> {
    const count = () => this.#choices.filter((choice) => choice.kind === kind).length
    for (let size = Math.ceil(count() / 2); size >= 1; ) {
      let wasShortened = false
      for (let from = 0; from < count(); ) {
        const own = this.#choices.filter((choice) => choice.kind === kind)
        if (await this.#leaveOut(own.slice(from, from + size))) wasShortened = true
        else from += size
        if (this.#isSpent) return
      }
      if (size === 1 && !wasShortened) return
      if (size > 1) size = Math.ceil(size / 2)
    }
  }

  /** Of what must stay, less: messages without an odd delay beside what else they meet, crashes that strike at once. */
  async quieten(): Promise<void> {
    for (const choice of [...this.#choices]) {
      const quieter = quieterThan(choice)
      if (!quieter || this.#isSpent) continue
      await this.#keepIfFails(this.#choices.map((other) => (other === choice ? quieter : other)))
    }
  }

  get #isSpent(): boolean {
    const { triesMax = 400, signal } = this.#options
    return signal?.aborted === true || this.#tries >= triesMax
  }

  async #keepIfFails(choices: Choice[]): Promise<boolean> {
    const isChanged =
      choices.length !== this.#choices.length || choices.some((choice, at) => choice !== this.#choices[at])
    if (!isChanged || this.#isSpent) return false
    this.#tries++
    if (!(await this.#options.fails(withChoices(this.#base, choices)))) return false
    this.#choices = choices
    this.#options.onProgress?.(choices.length, this.#tries)
    return true
  }
}

function quieterThan(choice: Choice): Choice | undefined {
  if (choice.kind === 'message' && choice.fate.againUs !== undefined && choice.fate.delayUs !== undefined) {
    const { delayUs: _, ...fate } = choice.fate
    return { ...choice, fate }
  }
  if (choice.kind === 'step' && choice.step.do === 'crash' && choice.step.afterEffects > 0) {
    return { ...choice, step: { ...choice.step, afterEffects: 0 } }
  }
  return undefined
}

const choicesOf = ({ steps, messages, writes }: Script): Choice[] => [
  ...steps.map((step): Choice => ({ kind: 'step', step })),
  ...[...messages].map(([key, fate]): Choice => ({ kind: 'message', key, fate })),
  ...[...writes].map(([key, delayUs]): Choice => ({ kind: 'write', key, delayUs })),
]

const withChoices = (base: Script, choices: readonly Choice[]): Script => ({
  ...base,
  steps: choices.flatMap((choice) => (choice.kind === 'step' ? [choice.step] : [])),
  messages: new Map(choices.flatMap((choice) => (choice.kind === 'message' ? [[choice.key, choice.fate]] : []))),
  writes: new Map(choices.flatMap((choice) => (choice.kind === 'write' ? [[choice.key, choice.delayUs]] : []))),
})
