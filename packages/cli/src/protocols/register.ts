import type { Asking } from '../ask/asking.js'
import type { Protocol } from './protocol.js'

export const register: Protocol = {
  name: 'register',
  async roles() {
    const { coordinator, replica } = await import('@quorate/register')
    return { 'register/coordinator': coordinator, 'register/replica': replica }
  },
  subject: async () => (await import('../sim/subjects/register.js')).registerSubject,
  workload: async () => (await import('../sim/subjects/register.js')).registerWorkload,
  questions: {
    forms: [
      { name: 'read', arguments: ['key'], text: 'print the value of a register' },
      { name: 'write', arguments: ['key', 'value'], text: 'set the value of a register' },
    ],
    load: async () => (await import('../ask/register.js')).registerAsking as Asking,
  },
  models: async () => (await import('../check/models/registerModels.js')).registerModels,
  checkedMistakes: async () => (await import('../mistakes/registerChecked.js')).registerMistakes,
  simulatedMistakes: async () => (await import('../mistakes/registerSimulated.js')).registerMistakes,
  demo: { absent: 'its registers have no order among each other: it cannot order the lines of a file' },
}
