/** What generated code stands on, for the generated code of this package; that of others imports the package. @module */
export { MalformedMessageError } from '../errors/errors.js'
export { noBytes } from '../values/pieces.js'
export { UnencodableValueError } from './errors.js'
export type { Draft, MessageCodec } from './messageCodec.js'
export { decodeWith, ProtoReader } from './protoReader.js'
export { encodeWith, ProtoWriter } from './protoWriter.js'
