import type { QuestionForm } from '../protocols/protocol.js'

/** As it is typed: `write KEY VALUE`. */
export const usageOf = ({ name, arguments: given }: QuestionForm): string =>
  [name, ...given.map((argument) => argument.toUpperCase())].join(' ')
