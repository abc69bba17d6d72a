// Generated from everything.proto by "quorate proto". Do not edit.
import {
  decodeWith,
  type Draft,
  encodeWith,
  MalformedMessageError,
  type MessageCodec,
  noBytes,
  type ProtoReader,
  type ProtoWriter,
  UnencodableValueError,
} from '../../codec/runtime.js'

/**
 * Where a thing is.
 * `notAsked`: Nobody asked.
 */
export type Place = 'notAsked' | 'here' | 'farAway'

function readPlace(reader: ProtoReader): Place {
  const number = reader.uint64()
  switch (number) {
    case 0:
      return 'notAsked'
    case 1:
      return 'here'
    case 300:
      return 'farAway'
    default:
      throw new MalformedMessageError(`malformed message: Place ${number} is unknown; drop it, and see who sends it`)
  }
}

function writePlace(writer: ProtoWriter, value: Place): void {
  switch (value) {
    case 'notAsked':
      writer.uint32(0)
      return
    case 'here':
      writer.uint32(1)
      return
    case 'farAway':
      writer.uint32(300)
      return
    default:
      throw new UnencodableValueError('one of notAsked, here, farAway', value)
  }
}

/** Held by others, so nobody says it. */
export interface Inner {
  readonly number: number
  readonly text: string
}

function emptyInner(): Draft<Inner> {
  return {
    number: 0,
    text: '',
  }
}

function readInner(reader: ProtoReader): Inner {
  const message = emptyInner()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.number = reader.uint64()
        break
      case 18:
        message.text = reader.string()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeInner(writer: ProtoWriter, message: Inner): void {
  if (message.number !== 0) writer.tag(8).uint64(message.number)
  if (message.text !== '') writer.tag(18).string(message.text)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeInner(message: Inner): Uint8Array {
  return encodeWith(writeInner, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeInner(bytes: Uint8Array): Inner {
  return decodeWith(readInner, bytes)
}

/** Holds its own kind. */
export interface Tree {
  readonly value: number
  readonly branches: readonly Tree[]
  readonly grafted?: Tree
}

function emptyTree(): Draft<Tree> {
  return {
    value: 0,
    branches: [],
  }
}

function readTree(reader: ProtoReader): Tree {
  const message = emptyTree()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.value = reader.uint32()
        break
      case 18:
        message.branches.push(reader.message(readTree))
        break
      case 26:
        message.grafted = reader.message(readTree)
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeTree(writer: ProtoWriter, message: Tree): void {
  if (message.value !== 0) writer.tag(8).uint32(message.value)
  for (const item of message.branches) writer.tag(18).message(writeTree, item)
  if (message.grafted !== undefined) writer.tag(26).message(writeTree, message.grafted)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeTree(message: Tree): Uint8Array {
  return encodeWith(writeTree, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeTree(bytes: Uint8Array): Tree {
  return decodeWith(readTree, bytes)
}

export interface Everything {
  readonly type: 'Everything'
  readonly smallNumber: number
  readonly number: number
  readonly flag: boolean
  readonly text: string
  readonly data: Uint8Array
  readonly place: Place
  /**
   * Always there, with its
   * own defaults.
   */
  readonly inner: Inner
  readonly maybeSmallNumber?: number
  readonly maybeNumber?: number
  readonly maybeFlag?: boolean
  readonly maybeText?: string
  readonly maybeData?: Uint8Array
  readonly maybePlace?: Place
  readonly maybeInner?: Inner
  readonly flags: readonly boolean[]
  readonly texts: readonly string[]
  readonly datas: readonly Uint8Array[]
  readonly places: readonly Place[]
  readonly smallNumbers: readonly number[]
  readonly numbers: readonly number[]
  readonly inners: readonly Inner[]
}

function emptyEverything(): Draft<Everything> {
  return {
    type: 'Everything',
    smallNumber: 0,
    number: 0,
    flag: false,
    text: '',
    data: noBytes,
    place: 'notAsked',
    inner: emptyInner(),
    flags: [],
    texts: [],
    datas: [],
    places: [],
    smallNumbers: [],
    numbers: [],
    inners: [],
  }
}

function readEverything(reader: ProtoReader): Everything {
  const message = emptyEverything()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.smallNumber = reader.uint32()
        break
      case 16:
        message.number = reader.uint64()
        break
      case 24:
        message.flag = reader.bool()
        break
      case 34:
        message.text = reader.string()
        break
      case 42:
        message.data = reader.bytes()
        break
      case 48:
        message.place = readPlace(reader)
        break
      case 58:
        message.inner = reader.message(readInner)
        break
      case 120:
        message.maybeSmallNumber = reader.uint32()
        break
      case 128:
        message.maybeNumber = reader.uint64()
        break
      case 136:
        message.maybeFlag = reader.bool()
        break
      case 146:
        message.maybeText = reader.string()
        break
      case 154:
        message.maybeData = reader.bytes()
        break
      case 160:
        message.maybePlace = readPlace(reader)
        break
      case 170:
        message.maybeInner = reader.message(readInner)
        break
      case 242:
        reader.message((list) => {
          while (list.hasMore()) message.flags.push(list.bool())
        })
        break
      case 240:
        message.flags.push(reader.bool())
        break
      case 250:
        message.texts.push(reader.string())
        break
      case 258:
        message.datas.push(reader.bytes())
        break
      case 266:
        reader.message((list) => {
          while (list.hasMore()) message.places.push(readPlace(list))
        })
        break
      case 264:
        message.places.push(readPlace(reader))
        break
      case 16378:
        reader.message((list) => {
          while (list.hasMore()) message.smallNumbers.push(list.uint32())
        })
        break
      case 16376:
        message.smallNumbers.push(reader.uint32())
        break
      case 16386:
        reader.message((list) => {
          while (list.hasMore()) message.numbers.push(list.uint64())
        })
        break
      case 16384:
        message.numbers.push(reader.uint64())
        break
      case 4294967290:
        message.inners.push(reader.message(readInner))
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeEverything(writer: ProtoWriter, message: Everything): void {
  if (message.smallNumber !== 0) writer.tag(8).uint32(message.smallNumber)
  if (message.number !== 0) writer.tag(16).uint64(message.number)
  if (message.flag !== false) writer.tag(24).bool(message.flag)
  if (message.text !== '') writer.tag(34).string(message.text)
  if (message.data.length !== 0) writer.tag(42).bytes(message.data)
  if (message.place !== 'notAsked') writePlace(writer.tag(48), message.place)
  writer.tag(58).message(writeInner, message.inner)
  if (message.maybeSmallNumber !== undefined) writer.tag(120).uint32(message.maybeSmallNumber)
  if (message.maybeNumber !== undefined) writer.tag(128).uint64(message.maybeNumber)
  if (message.maybeFlag !== undefined) writer.tag(136).bool(message.maybeFlag)
  if (message.maybeText !== undefined) writer.tag(146).string(message.maybeText)
  if (message.maybeData !== undefined) writer.tag(154).bytes(message.maybeData)
  if (message.maybePlace !== undefined) writePlace(writer.tag(160), message.maybePlace)
  if (message.maybeInner !== undefined) writer.tag(170).message(writeInner, message.maybeInner)
  if (message.flags.length !== 0) {
    writer.tag(242).message((list, items) => {
      for (const item of items) list.bool(item)
    }, message.flags)
  }
  for (const item of message.texts) writer.tag(250).string(item)
  for (const item of message.datas) writer.tag(258).bytes(item)
  if (message.places.length !== 0) {
    writer.tag(266).message((list, items) => {
      for (const item of items) writePlace(list, item)
    }, message.places)
  }
  if (message.smallNumbers.length !== 0) {
    writer.tag(16378).message((list, items) => {
      for (const item of items) list.uint32(item)
    }, message.smallNumbers)
  }
  if (message.numbers.length !== 0) {
    writer.tag(16386).message((list, items) => {
      for (const item of items) list.uint64(item)
    }, message.numbers)
  }
  for (const item of message.inners) writer.tag(4294967290).message(writeInner, item)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeEverything(message: Everything): Uint8Array {
  return encodeWith(writeEverything, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeEverything(bytes: Uint8Array): Everything {
  return decodeWith(readEverything, bytes)
}

export interface Nothing {
  readonly type: 'Nothing'
}

function emptyNothing(): Draft<Nothing> {
  return {
    type: 'Nothing',
  }
}

function readNothing(reader: ProtoReader): Nothing {
  const message = emptyNothing()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeNothing(_writer: ProtoWriter, _message: Nothing): void {
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeNothing(message: Nothing): Uint8Array {
  return encodeWith(writeNothing, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeNothing(bytes: Uint8Array): Nothing {
  return decodeWith(readNothing, bytes)
}

/** All messages of everything.proto that actors say to each other. */
export type EverythingMessage =
  | Everything
  | Nothing

/** How they become bytes, and bytes become messages. */
export const messages: MessageCodec<EverythingMessage> = {
  types: [
    'Everything',
    'Nothing',
  ],
  encode(message) {
    switch (message.type) {
      case 'Everything':
        return encodeEverything(message)
      case 'Nothing':
        return encodeNothing(message)
      default:
        throw new UnencodableValueError('a message of everything.proto', (message as { readonly type: unknown }).type)
    }
  },
  decode(type, bytes) {
    switch (type) {
      case 'Everything':
        return decodeEverything(bytes)
      case 'Nothing':
        return decodeNothing(bytes)
      default:
        throw new MalformedMessageError(`${JSON.stringify(type)} is no message of everything.proto; drop it, and see who sends it`)
    }
  },
}
