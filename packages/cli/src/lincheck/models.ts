import { type HistoryModel, historyModels } from '@quorate/checker'
import { messageOf } from '@quorate/core'
import { modelFileOf } from '../check/modelFile.js'
import { UnknownModelError, UnusableModelError } from '../errors.js'
import { loadModule } from '../moduleFile.js'

const names: readonly string[] = historyModels.map(({ name }) => name)

/**
 * The models that a history may be about: all, the one of a name, or the one that a file exports by default.
 * @throws {@link UnknownModelError} `QUORATE_UNKNOWN_MODEL` and {@link UnusableModelError} `QUORATE_UNUSABLE_MODEL`
 */
export const modelsFor = async (name: string | undefined): Promise<readonly HistoryModel[]> => {
  if (name === undefined) return historyModels
  const known = historyModels.filter((model) => model.name === name)
  if (known.length > 0) return known
  const file = modelFileOf(name)
  if (file === undefined) throw new UnknownModelError(name, names)
  const { default: loaded } = await loadModule(file, (what, options) => new UnusableModelError(file, what, options))
  const wrong = whatIsWrong(loaded)
  if (wrong === undefined) return [guarded(file, loaded as HistoryModel)]
  throw new UnusableModelError(file, `exports no model of histories: expected ${wrong}`)
}

const needed = ['init', 'step', 'identify'] as const
const optional = [
  ...['expectedInitial', 'expectedOf', 'partOf', 'observesOnly', 'overwrites'],
  ...['unseen', 'simplified', 'impliedOrder', 'accessOf'],
] as const
const argumentForms: readonly unknown[] = ['none', 'value', 'pair']
const resultForms: readonly unknown[] = ['none', 'value', 'success', 'flag', 'optional']

/** What a model would have that this is not. */
const whatIsWrong = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null) return 'an object'
  const model = value as Readonly<Record<string, unknown>>
  const { name, operations } = model
  if (typeof name !== 'string') return 'its name, a text'
  if (typeof operations !== 'object' || operations === null) return 'its operations, by name'
  for (const [f, form] of Object.entries(operations)) {
    const { argument, result } = (form ?? {}) as { argument?: unknown; result?: unknown }
    if (!argumentForms.includes(argument)) return `the argument of ${f} to be one of ${argumentForms.join(', ')}`
    if (!resultForms.includes(result)) return `the result of ${f} to be one of ${resultForms.join(', ')}`
  }
  const missing = needed.find((part) => typeof model[part] !== 'function')
  if (missing) return `${missing} to be a function`
  const wrong = optional.find((part) => model[part] !== undefined && typeof model[part] !== 'function')
  return wrong && `${wrong} to be a function`
}

/** A model whose parts are named where they throw, or tell a state by something else than a text. */
const guarded = (file: string, model: HistoryModel): HistoryModel => {
  const asked = <Answer>(part: string, ask: () => Answer): Answer => {
    try {
      return ask()
    } catch (cause) {
      throw new UnusableModelError(file, `${part} throws: ${messageOf(cause)}`, { cause })
    }
  }
  const parts: Pick<HistoryModel, (typeof needed)[number]> = {
    init: (initial, any) => asked('init', () => model.init(initial, any)),
    step: (state, call) => asked(`step of ${call.f}`, () => model.step(state, call)),
    identify: (state) => {
      const text = asked('identify', () => model.identify(state))
      if (typeof text === 'string') return text
      throw new UnusableModelError(file, `identify gives ${typeof text}: expected a text, equal for equal states`)
    },
  }
  // In front of the model, which may be frozen, or an instance of a class: a copy would lose what its prototype has.
  return Object.create(model, Object.getOwnPropertyDescriptors(parts))
}
