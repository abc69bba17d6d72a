export { type MemoryMessage, type MemoryTransport, type MemoryTransportOptions, memoryTransport } from './memoryTransport.js'
export { type SuiteCase, transportSuite } from './transportSuite.js'
