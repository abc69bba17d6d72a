export {
  FileExistsError,
  InterruptedError,
  InvalidIdentifierError,
  NodeExitedError,
  NoNodeAnswersError,
  TooSlowError,
  UnknownRoleError,
  UnknownModelError,
  UnreadableFileError,
  UnreadableHistoryFileError,
  UnsuitableInputError,
  UnusableRoleError,
  UnusableModelError,
  UnusableTopologyError,
  UnwritableFileError,
} from './errors.js'
export { exitCodes } from './exitCodes.js'
export type { Io } from './io.js'
export { run } from './run.js'
export { loadTopology } from './topologyFile.js'
