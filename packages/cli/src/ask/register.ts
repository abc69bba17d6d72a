import { noBytes } from '@quorate/core'
import { type RegisterReply, type RegisterRequest, registers } from '@quorate/register'
import { plainValue } from '../output.js'
import type { Asking } from './asking.js'

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

export const registerAsking: Asking<RegisterRequest, RegisterReply> = {
  contract: registers,
  put: {
    read: {
      requestOf: ([key = noBytes]) => ({ type: 'read', key: textOf(key) }),
      answerOf({ value }, [key = noBytes]) {
        if (!value) return { fields: {}, text: `nothing was written to ${textOf(key)}`, isMissing: true }
        return { fields: { key: textOf(key), ...plainValue(value) }, text: value }
      },
    },
    write: {
      requestOf: ([key = noBytes, value = noBytes]) => ({ type: 'write', key: textOf(key), value }),
      answerOf: (_reply, [key = noBytes]) => ({ fields: { key: textOf(key), written: true }, text: 'written' }),
    },
  },
}
