export { InspectionDroppedError, RelayListenError, RelayUnreachableError } from './errors.js'
export { checkRelay, type Relay, type RelayOptions, startRelay } from './relay.js'
export type { InspectionWarning } from './relayConnection.js'
export { type StatelyObserver, type StatelyOptions, stately } from './stately.js'
