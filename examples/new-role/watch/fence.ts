import type { KvClient } from '@quorate/kv'

/** What is written under a key, and in which epoch. */
interface Fenced {
  readonly epoch: number
  readonly text: string
}

/**
 * Writes in the name of an epoch. False when somebody wrote in a newer one, or wrote meanwhile: whoever believed to have the
 * watch should look again.
 */
export async function putInEpoch(store: KvClient, key: string, { epoch, text }: Fenced): Promise<boolean> {
  const held = await store.get(key)
  if (held && epochOf(held.value) > epoch) return false
  const value = JSON.stringify({ epoch, text } satisfies Fenced)
  const { changed } = await store.compareAndSet(key, { revision: held?.revision ?? 0 }, value)
  return changed
}

const epochOf = (value: Uint8Array): number => (JSON.parse(new TextDecoder().decode(value)) as Fenced).epoch
