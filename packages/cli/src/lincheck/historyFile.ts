import { createReadStream } from 'node:fs'
import { type History, type HistoryModel, HistoryReader, UnreadableHistoryError } from '@quorate/checker'
import { UnreadableHistoryFileError } from '../errors.js'
import type { Io } from '../io.js'
import { Utf8Lines } from './utf8Lines.js'

/**
 * Reads a history from a file, or from standard input where it is named `-`.
 * @param models those that it may be about.
 * @throws {@link UnreadableHistoryFileError} `QUORATE_UNREADABLE_HISTORY`; and what {@link HistoryReader} throws.
 */
export const historyIn = async ({ stdin }: Io, file: string, models: readonly HistoryModel[]): Promise<History> => {
  const reader = new HistoryReader(models)
  const decoder = new Utf8Lines()
  try {
    for await (const bytes of file === '-' ? stdin : createReadStream(file)) {
      reader.push(typeof bytes === 'string' ? bytes : decoder.decode(bytes))
    }
    decoder.end()
    return reader.end()
  } catch (error) {
    if (error instanceof UnreadableHistoryError) throw error
    throw new UnreadableHistoryFileError(file, error)
  }
}
