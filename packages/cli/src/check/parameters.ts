import { expectedOf, type ParameterDefinitions, type ParameterValue, readParameter } from '@quorate/checker'
import { InvalidConfigurationError } from '@quorate/core'
import { type Io, printLine } from '../io.js'
import { table } from '../output.js'

/** What `--param` says in the place of `NAME=VALUE`, to see what can be said. */
export const listing = 'list'

/**
 * What `--param NAME=VALUE` says, one for each; values are read as the model wants them.
 * @throws {@link InvalidParameterError} `QUORATE_INVALID_PARAMETER`, and {@link InvalidConfigurationError}
 *   `QUORATE_INVALID_CONFIGURATION` for what is no `NAME=VALUE`, or said twice.
 */
export const parametersIn = (
  params: readonly string[],
  definitions: ParameterDefinitions,
): Readonly<Record<string, ParameterValue>> => {
  const values = new Map<string, ParameterValue>()
  for (const param of params) {
    const at = param.indexOf('=')
    if (at < 1)
      throw new InvalidConfigurationError(`--param ${param}: expected NAME=VALUE, or ${listing} to see the names`)
    const name = param.slice(0, at)
    if (values.has(name)) throw new InvalidConfigurationError(`--param ${name} is given twice: leave one out`)
    values.set(name, readParameter(definitions, name, param.slice(at + 1)))
  }
  return Object.fromEntries(values)
}

/** Prints what a model can be told. */
export const listParameters = (io: Io, model: string, definitions: ParameterDefinitions, isJson: boolean): void => {
  if (isJson) {
    printLine(io, JSON.stringify({ model, parameters: definitions }))
    return
  }
  const rows = Object.entries(definitions).map(([name, definition]) => [
    name,
    expectedOf(definition),
    String(definition.default),
    definition.description ?? '',
  ])
  if (rows.length === 0) printLine(io, `${model} has no parameters`)
  else for (const line of table(['PARAMETER', 'EXPECTED', 'DEFAULT', 'WHAT IT IS'], rows)) printLine(io, line)
}
