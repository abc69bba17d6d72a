import { Log, Piece, Pieces, wholeOf } from '@quorate/core'
import { ModelFault } from '../errors.js'

/** What is nested deeper holds itself. */
const depthMax = 200

/**
 * A text that is equal for equal contents, whoever made them: the key under which a state or a message is known. Fields
 * that are undefined count as absent, maps and sets by what they hold, bytes and logs by their contents. Anything else but
 * plain objects and arrays may hide what it holds, and two that differ would pass for one: it is refused. What is read is
 * frozen, so that it stays what it was.
 * @throws {@link ModelFault} for what hides its contents.
 */
export const contentKey = (value: unknown): string => keyOf(value, 0, false)

/**
 * The same of what never changes, like a configuration: it may hold functions, each of which is like itself alone.
 * @throws {@link ModelFault} for what hides its contents.
 */
export const constantKey = (value: unknown): string => keyOf(value, 0, true)

function keyOf(value: unknown, depth: number, isConstant: boolean): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return Object.is(value, -0) ? '0' : String(value)
    case 'bigint':
      return `${value}n`
    case 'boolean':
      return value ? 'T' : 'F'
    case 'object':
      return value === null ? 'null' : keyOfObject(value, depth, isConstant)
    case 'undefined':
      return 'u'
    case 'function':
      if (isConstant) return `f${numberOf(value)}`
      throw refused('a function')
    default:
      throw refused(`a ${typeof value}`)
  }
}

/** Of what is frozen through and through, the text is made once. */
const keys = new WeakMap<object, string>()
/** How many things were read so far that cannot be frozen. */
let changeable = 0

function keyOfObject(value: object, depth: number, isConstant: boolean): string {
  const known = keys.get(value)
  if (known !== undefined) return known
  if (depth > depthMax) throw new ModelFault(`holds a value that holds itself, or is nested more than ${depthMax} deep`)
  const before = changeable
  const key = contentOf(value, depth + 1, isConstant)
  if (changeable === before) keys.set(value, key)
  return key
}

function contentOf(value: object, depth: number, isConstant: boolean): string {
  const of = (part: unknown): string => keyOf(part, depth, isConstant)
  switch (Object.getPrototypeOf(value)) {
    case Object.prototype:
    case null:
      return keyOfFields(value as Readonly<Record<string, unknown>>, of)
    case Array.prototype:
      return keyOfItems(value as readonly unknown[], of)
    case Map.prototype: {
      changeable++
      const entries = [...(value as ReadonlyMap<unknown, unknown>)].map(([key, held]) => `${of(key)}:${of(held)}`)
      return `M{${entries.sort().join(',')}}`
    }
    case Set.prototype:
      changeable++
      return `S{${[...(value as ReadonlySet<unknown>)].map(of).sort().join(',')}}`
    case Piece.prototype:
      return keyOfBytes((value as Piece).bytes)
    case Pieces.prototype:
      return keyOfBytes(wholeOf(value as Pieces))
    case Log.prototype:
      return `L${of((value as Log).base)}${of([...(value as Log)])}`
    default:
      return keyOfBytes(value)
  }
}

function keyOfFields(value: Readonly<Record<string, unknown>>, of: (part: unknown) => string): string {
  const fields = Reflect.ownKeys(value)
    .map((name) => {
      if (typeof name === 'symbol') throw refused('a field that is called by a symbol')
      return name
    })
    .sort()
    .flatMap((name) => (value[name] === undefined ? [] : [`${JSON.stringify(name)}:${of(value[name])}`]))
  Object.freeze(value)
  return `{${fields.join(',')}}`
}

function keyOfItems(value: readonly unknown[], of: (part: unknown) => string): string {
  // The places come first, then the length, and then what else it has.
  if (Reflect.ownKeys(value).at(-1) !== 'length') throw refused('an array with fields beside its items')
  const items = Array.from(value, (item, place) => (place in value ? of(item) : '-'))
  Object.freeze(value)
  return `[${items.join(',')}]`
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
  changeable++
  if (value instanceof ArrayBuffer) return `b${hexOf(new Uint8Array(value))}`
  const isTold = bytesPrototypes.includes(Object.getPrototypeOf(value)) || nameOf(value) === 'Buffer'
  if (!ArrayBuffer.isView(value) || !isTold) throw refused(`an instance of ${nameOf(value)}`)
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  return value instanceof Uint8Array ? `x${hexOf(bytes)}` : `x${nameOf(value)}:${hexOf(bytes)}`
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
