export { UnsupportedSchemaError } from './errors.js'
export { type CodecOptions, generateCodec } from './generateCodec.js'
