/** Small values share blocks of this size: a block of its own for each costs more than the value. */
const blockBytes = 8 * 1024
const sharedBytesMax = 1024

let block = new Uint8Array(blockBytes)
let used = 0

/** A copy of bytes that are a view of something larger, to be kept for long. Must not be changed. */
export const copyOf = (bytes: Uint8Array): Uint8Array => {
  const { length } = bytes
  if (length > sharedBytesMax) return bytes.slice()
  if (used + length > blockBytes) {
    block = new Uint8Array(blockBytes)
    used = 0
  }
  const copy = block.subarray(used, used + length)
  copy.set(bytes)
  used += length
  return copy
}
