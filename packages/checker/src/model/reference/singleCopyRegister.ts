import type { Model } from '../check.js'
import { type RegisterServer, type RegisterSettings, registerModel, serverName, unwritten } from './register.js'

/** Each server keeps a value of its own, and answers at once: a register as long as there is only one server. */
export const singleCopyRegister = (settings: RegisterSettings): Model =>
  registerModel<string, never>('reference/single-copy-register', settings, server)

const server = (number: number): RegisterServer<string, never> => ({
  name: serverName(number),
  start: () => ({ state: unwritten }),
  receive(value, message, from) {
    const { request } = message
    switch (message.type) {
      case 'Put':
        return { state: message.value, sends: [{ to: from, message: { type: 'PutOk', request } }] }
      case 'Get':
        return { state: value, sends: [{ to: from, message: { type: 'GetOk', request, value } }] }
      default:
        return undefined
    }
  },
})
