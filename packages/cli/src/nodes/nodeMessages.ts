import type { Digest } from './digest.js'

/** What the process of a node is asked by the one that started it. */
export interface DigestRequest {
  readonly type: 'digest'
  readonly request: number
  readonly group: string
  readonly prefix: string
}

/** What the process of a node says to the one that started it. */
export type NodeMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'digest'; readonly request: number; readonly digest: Digest }
  | { readonly type: 'failed'; readonly request: number; readonly reason: string }
