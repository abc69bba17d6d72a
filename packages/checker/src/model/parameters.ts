import type { Model } from './check.js'
import { InvalidParameterError } from './errors.js'

/** A number that a model is told: a whole one. */
export interface NumberParameter {
  readonly description?: string
  readonly default: number
  /** @default no limit */
  readonly min?: number
  /** @default no limit */
  readonly max?: number
}
export interface BooleanParameter {
  readonly description?: string
  readonly default: boolean
}
/** One of some texts. */
export interface ChoiceParameter {
  readonly description?: string
  readonly default: string
  readonly among: readonly string[]
}
/** What a model can be told, and what it is told otherwise. TLA's CONSTANT. */
export type ParameterDefinition = NumberParameter | BooleanParameter | ChoiceParameter
export type ParameterDefinitions = Readonly<Record<string, ParameterDefinition>>
export type ParameterValue = number | boolean | string

type ValueOf<Definition extends ParameterDefinition> = ParameterDefinition extends Definition
  ? ParameterValue
  : Definition extends { readonly among: readonly (infer Choice)[] }
    ? Choice
    : Definition['default'] extends number
      ? number
      : boolean

/** What a model is told, by the names of its parameters. */
export type ParameterValues<Definitions extends ParameterDefinitions> = {
  readonly [Name in keyof Definitions]: ValueOf<Definitions[Name]>
}

/** A model for each choice of its parameters. A file may export it in the place of a model. */
export interface ParameterizedModel<Definitions extends ParameterDefinitions = ParameterDefinitions> {
  readonly definitions: Definitions
  /**
   * @param values what is not given here has its default.
   * @throws {@link InvalidParameterError} `QUORATE_INVALID_PARAMETER` for what the model does not have, and for a value that it
   *   cannot take.
   */
  with(values?: Partial<ParameterValues<Definitions>>): Model
}

/**
 * A model that can be told numbers, flags and choices.
 * @param make makes the model of what it is told; the report names it.
 * @throws {@link InvalidParameterError} `QUORATE_INVALID_PARAMETER` for a name that nobody can give, or a default that cannot
 *   be taken.
 */
export function parameterized<const Definitions extends ParameterDefinitions>({
  parameters,
  make,
}: {
  readonly parameters: Definitions
  make(values: ParameterValues<Definitions>): Model
}): ParameterizedModel<Definitions> {
  for (const [name, definition] of Object.entries(parameters)) {
    if (!/^[A-Za-z][\w-]*$/.test(name)) {
      throw new InvalidParameterError(
        `no parameter may be called ${JSON.stringify(name)}: expected a letter, and then letters, digits, _ and -`,
      )
    }
    checkValue(name, definition, definition.default, 'its default')
  }
  return {
    definitions: parameters,
    with: (values = {}) => {
      const told = valuesOf(parameters, values as Readonly<Record<string, ParameterValue | undefined>>)
      const model = make(told as ParameterValues<Definitions>)
      const { name, hasSymmetry } = model
      return { name, hasSymmetry, parameters: told, compile: () => model.compile() }
    },
  }
}

/** What is given, and the defaults of the rest. */
function valuesOf(
  definitions: ParameterDefinitions,
  given: Readonly<Record<string, ParameterValue | undefined>>,
): Readonly<Record<string, ParameterValue>> {
  for (const [name, value] of Object.entries(given)) {
    const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined
    if (!definition) throw unknown(definitions, name)
    if (value !== undefined) checkValue(name, definition, value)
  }
  return Object.fromEntries(
    Object.entries(definitions).map(([name, { default: otherwise }]) => [name, given[name] ?? otherwise]),
  )
}

/**
 * Reads the value of a parameter from a text, e.g. of a command line.
 * @throws {@link InvalidParameterError} `QUORATE_INVALID_PARAMETER`
 */
export function readParameter(definitions: ParameterDefinitions, name: string, text: string): ParameterValue {
  const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined
  if (!definition) throw unknown(definitions, name)
  const value = valueIn(definition, text)
  if (value === undefined) throw refused(name, definition, text)
  checkValue(name, definition, value)
  return value
}

function valueIn({ default: otherwise }: ParameterDefinition, text: string): ParameterValue | undefined {
  if (typeof otherwise === 'string') return text
  if (typeof otherwise === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined
  return /^-?\d+$/.test(text) ? Number(text) : undefined
}

/** What a parameter may be, in words. */
export function expectedOf(definition: ParameterDefinition): string {
  if ('among' in definition) return definition.among.join(' | ')
  if (typeof definition.default === 'boolean') return 'true | false'
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = definition as NumberParameter
  if (Number.isFinite(min) && Number.isFinite(max)) return `${min} to ${max}`
  if (Number.isFinite(min)) return `a whole number of at least ${min}`
  return Number.isFinite(max) ? `a whole number of at most ${max}` : 'a whole number'
}

function checkValue(name: string, definition: ParameterDefinition, value: ParameterValue, which?: string): void {
  if (!isTaken(definition, value)) throw refused(name, definition, value, which)
}

function isTaken(definition: ParameterDefinition, value: ParameterValue): boolean {
  if ('among' in definition) return definition.among.includes(value as string)
  if (typeof definition.default === 'boolean') return typeof value === 'boolean'
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = definition as NumberParameter
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
}

const refused = (name: string, definition: ParameterDefinition, value: unknown, which = 'it'): InvalidParameterError =>
  new InvalidParameterError(
    `parameter ${name}: expected ${expectedOf(definition)}, and ${which} is ${JSON.stringify(value)}`,
  )

const unknown = (definitions: ParameterDefinitions, name: string): InvalidParameterError => {
  const known = Object.entries(definitions).map(([each, definition]) => `${each} (${expectedOf(definition)})`)
  const what = known.length === 0 ? 'the model has none' : `expected one of ${known.join(', ')}`
  return new InvalidParameterError(`there is no parameter ${name}: ${what}`)
}
