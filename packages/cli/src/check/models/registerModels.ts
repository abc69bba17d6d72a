import { type CatalogueModel, nondup, scopeOf } from './catalogueModel.js'
import { registerModel } from './register.js'

const registerDefaults = { replicas: 3, clients: 2, retries: 0, crashes: 0 }
const registerDoubtDefaults = { replicas: 3, retries: 0, crashes: 0, doubts: 1 }

export const registerModels: readonly CatalogueModel[] = [
  {
    ...nondup,
    network: 'fifo',
    name: 'register',
    description: 'atomic registers: replicas, clients that each write and then read',
    defaults: registerDefaults,
    make: (settings) => registerModel({ ...scopeOf(settings, registerDefaults), name: 'register' }),
  },
  {
    ...nondup,
    network: 'fifo',
    name: 'register-doubt',
    description: 'the same where a replica crashes and its disk loses its last write: one client writes, one reads',
    defaults: registerDoubtDefaults,
    make: (settings) =>
      registerModel({
        ...scopeOf(settings, registerDoubtDefaults),
        name: 'register-doubt',
        clients: 2,
        writers: [1],
        readers: [2],
      }),
  },
]
