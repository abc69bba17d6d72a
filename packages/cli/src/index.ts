export {
  FileExistsError,
  InterruptedError,
  InvalidIdentifierError,
  MistakeOfOtherCommandError,
  NodeExitedError,
  NoNodeAnswersError,
  NotAskedError,
  PortTakenError,
  TooSlowError,
  UnknownGroupError,
  UnknownMistakeError,
  UnknownModelError,
  UnknownQuestionError,
  UnknownRoleError,
  UnreadableFileError,
  UnreadableHistoryFileError,
  UnsuitableInputError,
  UnusableModelError,
  UnusableRoleError,
  UnusableTopologyError,
  UnwritableFileError,
} from './errors.js'
export { exitCodes } from './exitCodes.js'
export type { Io } from './io.js'
export { run } from './run.js'
export { loadTopology } from './topologyFile.js'
