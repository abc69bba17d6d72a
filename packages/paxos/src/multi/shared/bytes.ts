import { type Command, sizeOf } from '@quorate/core'

/** How much memory commands or entries take, roughly. */
export const bytesOf = (values: readonly Command[]): number => values.reduce((sum, value) => sum + sizeOf(value), 0)
