import { Log, PersistentMap, Piece, Pieces, wholeOf } from '@quorate/core'
import { ModelFault } from '../errors.js'
import { freeze } from './freeze.js'

/** What is nested deeper holds itself. */
const depthMax = 200

/**
 * A text that is equal for equal contents, whoever made them: the key under which a state or a message is known. Fields
 * that are undefined count as absent, maps and sets by what they hold (in whatever order), bytes and logs by their contents. Anything else but
 * plain objects and arrays may hide what it holds, and two that differ would pass for one: it is refused.
 *
 * Each part of the text says itself where it ends, so that parts need nothing between them.
 * @throws {@link ModelFault} for what hides its contents.
 */
export const contentKey = (value: unknown): string => keyOf(value, 0, false)

/** Of what never changes, the text is made once. */
const constants = new WeakMap<object, string>()

/**
 * The same of what never changes, like a configuration, and is frozen: it may hold functions, each of which is like itself
 * alone.
 * @throws {@link ModelFault} for what hides its contents.
 */
export function constantKey(value: unknown): string {
  if (typeof value !== 'object' || value === null) return keyOf(value, 0, true)
  const known = constants.get(value)
  if (known !== undefined) return known
  const key = keyOf(value, 0, true)
  if (freeze(value)) constants.set(value, key)
  return key
}

function keyOf(value: unknown, depth: number, isConstant: boolean): string {
  switch (typeof value) {
    case 'string':
      return `${value.length}'${value}`
    case 'number':
      return value === 0 ? '0,' : `${value},`
    case 'bigint':
      return `${value}n`
    case 'boolean':
      return value ? 'T' : 'F'
    case 'object':
      return value === null ? '~' : keyOfObject(value, depth + 1, isConstant)
    case 'undefined':
      return 'U'
    case 'function':
      if (isConstant) return `f${numberOf(value)},`
      throw refused('a function')
    default:
      throw refused(`a ${typeof value}`)
  }
}

function keyOfObject(value: object, depth: number, isConstant: boolean): string {
  if (depth > depthMax) throw new ModelFault(`holds a value that holds itself, or is nested more than ${depthMax} deep`)
  switch (Object.getPrototypeOf(value)) {
    case Array.prototype:
      return keyOfItems(value as readonly unknown[], depth, isConstant)
    case Object.prototype:
    case null:
      return keyOfFields(value as Readonly<Record<string, unknown>>, depth, isConstant)
    case Map.prototype:
      return `M${keyOfEntries(value as ReadonlyMap<unknown, unknown>, depth, isConstant)})`
    case PersistentMap.prototype:
      return `P${keyOfEntries(value as ReadonlyMap<unknown, unknown>, depth, isConstant)})`
    case Set.prototype: {
      const texts = [...(value as ReadonlySet<unknown>)].map((held) => keyOf(held, depth, isConstant))
      return `S${texts.sort().join('')})`
    }
    case Piece.prototype:
      return keyOfBytes((value as Piece).bytes)
    case Pieces.prototype:
      return keyOfBytes(wholeOf(value as Pieces))
    case Log.prototype: {
      const { base } = value as Log
      return `L${keyOf(base, depth, isConstant)}${keyOf([...(value as Log)], depth, isConstant)}`
    }
    default:
      return keyOfBytes(value)
  }
}

function keyOfEntries(value: ReadonlyMap<unknown, unknown>, depth: number, isConstant: boolean): string {
  if (value.size === 0) return ''
  const texts = [...value].map(([key, held]) => keyOf(key, depth, isConstant) + keyOf(held, depth, isConstant))
  return texts.sort().join('')
}

/** A name and the text that stands for it. */
type Field = readonly [name: string, text: string]

/** By the names of fields in the order in which an object has them, one after the other: the same fields in their order. */
interface Shape {
  readonly longer: Map<string, Shape>
  sorted: readonly Field[] | undefined
}

const noFields: Shape = { longer: new Map(), sorted: [] }

/** Objects of few shapes are many: fields are put in order once. */
function sortedFields(names: readonly string[]): readonly Field[] {
  let shape = noFields
  for (const name of names) {
    let longer = shape.longer.get(name)
    if (!longer) {
      longer = { longer: new Map(), sorted: undefined }
      shape.longer.set(name, longer)
    }
    shape = longer
  }
  shape.sorted ??= [...names].sort().map((name): Field => [name, `${name.length}'${name}`])
  return shape.sorted
}

function keyOfFields(value: Readonly<Record<string, unknown>>, depth: number, isConstant: boolean): string {
  const names = Object.keys(value)
  const all = Reflect.ownKeys(value)
  if (all.length !== names.length && all.some((name) => typeof name === 'symbol')) {
    throw refused('a field that is called by a symbol')
  }
  let text = '{'
  for (const [name, of] of sortedFields(all as string[])) {
    const held = value[name]
    if (held !== undefined) text += of + keyOf(held, depth, isConstant)
  }
  return `${text}}`
}

function keyOfItems(value: readonly unknown[], depth: number, isConstant: boolean): string {
  // Its places come first, in their order, and then what else it has.
  const names = Object.keys(value)
  const isWhole = names.length === value.length && (value.length === 0 || names.at(-1) === String(value.length - 1))
  if (!isWhole && !names.every((name) => String(Number(name)) === name)) {
    throw refused('an array with fields beside its items')
  }
  let text = '['
  for (let place = 0; place < value.length; place++) {
    text += isWhole || place in value ? keyOf(value[place], depth, isConstant) : '_'
  }
  return `${text}]`
}

const bytesPrototypes: readonly unknown[] = [
  Uint8Array.prototype,
  Uint8ClampedArray.prototype,
  Uint16Array.prototype,
  Uint32Array.prototype,
  Int8Array.prototype,
  Int16Array.prototype,
  Int32Array.prototype,
  Float32Array.prototype,
  Float64Array.prototype,
  BigInt64Array.prototype,
  BigUint64Array.prototype,
]

function keyOfBytes(value: object): string {
  if (value instanceof ArrayBuffer) return `b${hexOf(new Uint8Array(value))}.`
  const isTold = bytesPrototypes.includes(Object.getPrototypeOf(value)) || nameOf(value) === 'Buffer'
  if (!ArrayBuffer.isView(value) || !isTold) throw refused(`an instance of ${nameOf(value)}`)
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  return value instanceof Uint8Array ? `x${hexOf(bytes)}.` : `y${nameOf(value)}:${hexOf(bytes)}.`
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

const numbers = new WeakMap<object, number>()
let functions = 0

function numberOf(value: object): number {
  const known = numbers.get(value)
  if (known !== undefined) return known
  numbers.set(value, ++functions)
  return functions
}

/** What an object is called: by its class. */
const nameOf = (value: object): string => {
  const { constructor: made } = value
  return typeof made === 'function' ? made.name : '?'
}

const refused = (what: string): ModelFault =>
  new ModelFault(
    `holds ${what}, whose contents cannot be told: expected numbers, texts, plain objects, arrays, maps, sets and bytes`,
  )
