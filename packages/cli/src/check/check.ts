import { setImmediate } from 'node:timers/promises'
import {
  Check,
  type CheckOptions,
  type CheckReport,
  type Model,
  type NetworkKind,
  type ParameterDefinitions,
  type ParameterValue,
} from '@quorate/checker'
import { InvalidConfigurationError } from '@quorate/core'
import { interruption } from '../demo/interruption.js'
import { InterruptedError, UnknownModelError } from '../errors.js'
import { type Io, printLine, printNote } from '../io.js'
import { table } from '../output.js'
import { OutputFiles } from '../outputFiles.js'
import { type TraceFile, traceFile } from '../trace/traceFile.js'
import { isParameterized, loadModel, madeModel, modelFileOf } from './modelFile.js'
import { catalogue } from './models/catalogue.js'
import type { CatalogueModel } from './models/catalogueModel.js'
import { listing, listParameters, parametersIn } from './parameters.js'
import { jsonOf, textOf } from './report.js'

export interface CheckSettings {
  readonly states?: number
  readonly depth?: number
  readonly seconds?: number
  readonly network?: NetworkKind
  readonly lossy?: boolean
  readonly splitWrites?: boolean
  readonly symmetry?: boolean
  readonly reduction?: boolean
  readonly exact?: boolean
  readonly depthFirst?: boolean
  readonly rms?: number
  readonly clients?: number
  readonly servers?: number
  readonly proposers?: number
  readonly acceptors?: number
  readonly terms?: number
  readonly timeouts?: number
  readonly crashes?: number
  /** Each a `NAME=VALUE`; or `list`, to see what there is. */
  readonly param?: readonly string[]
  /** A mistake of the catalogue, or `list`. */
  readonly mistake?: string
  /** Where the runs that violate a property are written. */
  readonly trace?: string
  readonly json?: boolean
}

/** What models can be told by a number. */
const parameterNames = ['rms', 'clients', 'servers', 'proposers', 'acceptors', 'terms', 'timeouts', 'crashes'] as const

/** Prints the names of the models. */
const listModels = async (io: Io, { json }: CheckSettings): Promise<void> => {
  const models = (await catalogue()).map(({ name, description, defaults }) => ({
    name,
    description,
    parameters: defaults,
  }))
  if (json) {
    printLine(io, JSON.stringify({ models }))
    return
  }
  const rows = models.map(({ name, description, parameters }) => [name, parametersOf(parameters), description])
  for (const line of table(['MODEL', 'PARAMETERS', 'WHAT IT IS'], rows)) printLine(io, line)
  printNote(io, 'a parameter is told with --param NAME=VALUE')
}

const parametersOf = (parameters: Readonly<Record<string, number>>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')

/** Checks what was named: a model, or one with a mistake; without either it lists the models. */
export const check = async (io: Io, name: string | undefined, settings: CheckSettings): Promise<void> => {
  const { mistake } = settings
  if (mistake === undefined && name === undefined) {
    if (settings.param) throw new InvalidConfigurationError('--param wants a model: name one')
    return listModels(io, settings)
  }
  if (mistake === undefined) {
    const chosen = await modelOf(io, name ?? '', settings)
    if (chosen) await runCheck(io, chosen, settings)
    return
  }
  const { checkedMistakeNamed, checkedMistakes, listMistakes } = await import('../mistakes/catalogue.js')
  if (mistake === 'list') return listMistakes(io, await checkedMistakes(), settings.json === true)
  if (name !== undefined) {
    throw new InvalidConfigurationError(`--mistake says itself which model is checked: leave ${name} out`)
  }
  const { model } = await checkedMistakeNamed(mistake)
  await runCheck(io, { model, reduced: false, symmetric: model.hasSymmetry }, settings)
}

/** A model, and how it is explored where nobody says. */
type Chosen = Pick<CatalogueModel, 'reduced' | 'symmetric'> & { readonly model: Model }

/** Checks a model and says what came of it; the exit code too. */
const runCheck = async (io: Io, { model, reduced, symmetric }: Chosen, settings: CheckSettings): Promise<void> => {
  const options: CheckOptions = {
    order: settings.depthFirst ? 'depth' : 'breadth',
    ...(settings.states !== undefined && { statesMax: settings.states }),
    ...(settings.depth !== undefined && { depthMax: settings.depth }),
    reduction: settings.reduction ?? reduced,
    symmetry: settings.symmetry ?? symmetric,
    exact: settings.exact ?? false,
  }
  const files = new OutputFiles()
  // Before anything is searched: it may not be writable.
  const trace = settings.trace === undefined ? undefined : traceFile(files, settings.trace, 'checker')
  const { report, seconds, isInterrupted } = await explore(io, new Check(model, options), settings.seconds)
  if (settings.json) printLine(io, JSON.stringify(jsonOf(report, seconds)))
  else for (const line of textOf(report, options, seconds)) printLine(io, line)
  if (trace) writeRuns(trace, report)
  if (isInterrupted) throw new InterruptedError()
  io.exitCode = exitCodeOf(report)
  files.tell(io)
}

/** One after the other, each that violates a property. */
const writeRuns = (file: TraceFile, { model, properties }: CheckReport): void => {
  for (const { name, verdict, trace } of properties) {
    if (verdict !== 'violated' || !trace) continue
    file.begin(`${model}: ${name}`)
    trace.tell(file.write)
  }
  file.close()
}

const exitCodeOf = ({ verdict }: CheckReport): number => (verdict === 'holds' ? 0 : verdict === 'violated' ? 1 : 2)

/** What `name` means, and what it can be told. */
interface Named {
  readonly name: string
  readonly definitions: ParameterDefinitions
  /** The model, of what it is told beside its defaults. */
  make(parameters: Readonly<Record<string, ParameterValue>>): Chosen
}

/** The model that is meant, as it is told; `undefined` when what it can be told was only listed. */
const modelOf = async (io: Io, name: string, settings: CheckSettings): Promise<Chosen | undefined> => {
  const { param = [], json = false } = settings
  const models = await catalogue()
  const known = models.find((model) => model.name === name)
  const named = known ? ofCatalogue(known, settings) : await ofFile(name, settings, models)
  if (param.includes(listing)) {
    listParameters(io, named.name, named.definitions, json)
    return undefined
  }
  return named.make(parametersIn(param, named.definitions))
}

const ofFile = async (name: string, settings: CheckSettings, models: readonly CatalogueModel[]): Promise<Named> => {
  const file = modelFileOf(name)
  if (file === undefined)
    throw new UnknownModelError(
      name,
      models.map((model) => model.name),
    )
  refuseOthers({ name, defaults: {} }, settings)
  const loaded = await loadModel(file)
  return {
    name: file,
    definitions: isParameterized(loaded) ? loaded.definitions : {},
    make: (parameters) => {
      const model = isParameterized(loaded) ? madeModel(file, () => loaded.with(parameters)) : loaded
      return { model, reduced: true, symmetric: model.hasSymmetry }
    },
  }
}

/** A model of the catalogue is told numbers by flags of their own, too. */
const ofCatalogue = (known: CatalogueModel, settings: CheckSettings): Named => {
  refuseOthers(known, settings)
  const definitions = Object.fromEntries(
    Object.entries(known.defaults).map(([name, value]) => [
      name,
      { default: value, min: noneIsTooFew.has(name) ? 1 : 0 },
    ]),
  )
  return {
    name: known.name,
    definitions,
    make: (given) => {
      const twice = Object.keys(given).find((name) => numberOf(settings, name) !== undefined)
      if (twice)
        throw new InvalidConfigurationError(`${twice} is given twice: leave --${twice} or --param ${twice} out`)
      const { reduced, symmetric, network, hasDisks } = known
      const told = settingsOf(known, settings, given)
      const { parameters, lossy, splitWrites } = told
      const { name, hasSymmetry, compile } = known.make(told)
      const all = {
        ...parameters,
        ...(network && { network: told.network, lossy }),
        ...(hasDisks && { 'split-writes': splitWrites }),
      }
      return { model: { name, hasSymmetry, compile, parameters: all }, reduced, symmetric }
    },
  }
}

/** Of these there is at least one. */
const noneIsTooFew: ReadonlySet<string> = new Set(['rms', 'clients', 'servers', 'proposers', 'acceptors', 'terms'])

const settingsOf = (
  { defaults, network }: CatalogueModel,
  settings: CheckSettings,
  given: Readonly<Record<string, ParameterValue>>,
) => ({
  parameters: Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, numberOf(settings, name) ?? Number(given[name] ?? value)]),
  ),
  network: settings.network ?? network ?? 'nondup',
  lossy: settings.lossy ?? false,
  splitWrites: settings.splitWrites ?? false,
})

const numberOf = (settings: CheckSettings, name: string): number | undefined =>
  settings[name as (typeof parameterNames)[number]]

const refuseOthers = (
  { name: model, defaults, network, hasDisks }: Pick<CatalogueModel, 'name' | 'defaults' | 'network' | 'hasDisks'>,
  settings: CheckSettings,
): void => {
  const unknown = parameterNames.find((name) => settings[name] !== undefined && !(name in defaults))
  if (unknown) throw new InvalidConfigurationError(`model ${model} has no --${unknown}`)
  if (settings.splitWrites && !hasDisks) {
    throw new InvalidConfigurationError(
      `model ${model} has no disks, or says itself how they write: leave out --split-writes`,
    )
  }
  if (network !== undefined || (settings.network === undefined && !settings.lossy)) return
  throw new InvalidConfigurationError(`model ${model} says itself how messages travel: leave out --network and --lossy`)
}

/** The search goes on for about so long before anybody else gets a turn: as many states as that is, at first one. */
const sliceMs = 50
const statesAtOnceMax = 1 << 12
const progressEveryMs = 5000

interface Explored {
  readonly report: CheckReport
  readonly seconds: number
  readonly isInterrupted: boolean
}

const explore = async (io: Io, check: Check, secondsMax = Number.POSITIVE_INFINITY): Promise<Explored> => {
  const ctrlC = interruption()
  let isInterrupted = false
  ctrlC.promise.catch(() => {
    isInterrupted = true
  })
  const startedAt = performance.now()
  const seconds = () => (performance.now() - startedAt) / 1000
  let saidAt = startedAt
  let statesAtOnce = 1
  try {
    while (!check.isDone && !isInterrupted && seconds() < secondsMax) {
      const beganAt = performance.now()
      check.advance(statesAtOnce)
      const isQuick = performance.now() - beganAt < sliceMs
      statesAtOnce = isQuick ? Math.min(statesAtOnceMax, statesAtOnce * 2) : Math.max(1, statesAtOnce >> 1)
      await setImmediate()
      if (performance.now() - saidAt < progressEveryMs) continue
      saidAt = performance.now()
      const perSecond = Math.round(check.distinct / seconds())
      printNote(io, `${count(check.distinct)} states, depth ${check.depth}, ${count(perSecond)} states/s`)
    }
  } finally {
    ctrlC.forget()
  }
  const took = seconds()
  if (!check.isDone) check.interrupt()
  return { report: check.report(), seconds: took, isInterrupted }
}

const count = (number: number): string => number.toLocaleString('en-US')
