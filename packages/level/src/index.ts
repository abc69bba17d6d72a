export { abstractLevel } from './abstractLevel.js'
export type { Database } from './database.js'
export {
  StoreClosedError,
  StoreDamagedError,
  StoreFailedError,
  StoreIdentityError,
  StoreLockedError,
  StoreLockLostError,
  StoreNewerFormatError,
} from './errors.js'
export { level } from './level.js'
export { memoryLevel } from './memoryLevel.js'
