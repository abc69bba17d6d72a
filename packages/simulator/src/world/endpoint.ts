import type { TransportStatus } from '@quorate/core'
import type { SimulatedProcess } from './simulatedProcess.js'

/** The connection of a process to the bus. */
export interface Endpoint {
  readonly cluster: string
  isConnected: boolean
  /** Says nothing any more; what had been said to it is still heard. */
  isClosing: boolean
  isClosed: boolean
  dropped: number
  listen: (status: TransportStatus) => void
  readonly counters: { published: number; delivered: number; dropped: number; reconnects: number }
}

/** Who hears an address. */
export interface Listener {
  readonly process: SimulatedProcess
  readonly endpoint: Endpoint
  readonly deliver: (bytes: Uint8Array) => void
  /** Hears what is on its way, and nothing that is said from now on. */
  isClosing: boolean
}
