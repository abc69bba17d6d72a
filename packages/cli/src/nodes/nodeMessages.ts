import type { Digest } from './digest.js'

/** What the process of a node is asked by the one that started it. */
export interface DigestRequest {
  readonly type: 'digest'
  readonly request: number
  readonly group: string
  readonly prefix: string
}

/** The process of a node is told that the process of another one has ended. */
export interface NodeEnded {
  readonly type: 'ended'
}

/** What the process of a node hears from the one that started it. */
export type ParentMessage = DigestRequest | NodeEnded

/** What the process of a node says to the one that started it. */
export type NodeMessage =
  | { readonly type: 'ready' }
  /** Once when the node starts, and each time it hears that another one has ended: who must answer before its actors run. */
  | { readonly type: 'waiting'; readonly for: readonly string[] }
  | { readonly type: 'digest'; readonly request: number; readonly digest: Digest }
  | { readonly type: 'failed'; readonly request: number; readonly reason: string }
