/** Castagnoli's polynomial, reflected. */
const polynomial = 0x82f63b78
const slices = 8

/** Eight tables of 256, one behind the other: eight bytes at a time. */
const tables = ((): Int32Array => {
  const all = new Int32Array(slices * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    all[byte] = crc
  }
  for (let at = 256; at < all.length; at++) {
    const crc = all[at - 256] as number
    all[at] = (crc >>> 8) ^ (all[crc & 255] as number)
  }
  return all
})()

const table = (slice: number, byte: number): number => tables[slice * 256 + (byte & 255)] as number

/** CRC-32C of `bytes[start, end)`: what LevelDB guards its files with. */
const crc32c = (bytes: Uint8Array, start: number, end: number): number => {
  let crc = -1
  let at = start
  for (; at + slices <= end; at += slices) {
    const low =
      crc ^
      ((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24))
    crc =
      table(7, low) ^
      table(6, low >>> 8) ^
      table(5, low >>> 16) ^
      table(4, low >>> 24) ^
      table(3, bytes[at + 4] as number) ^
      table(2, bytes[at + 5] as number) ^
      table(1, bytes[at + 6] as number) ^
      table(0, bytes[at + 7] as number)
  }
  for (; at < end; at++) crc = table(0, crc ^ (bytes[at] as number)) ^ (crc >>> 8)
  return ~crc >>> 0
}

/** LevelDB stores checksums rotated and offset, because checksums of checksums are weak. */
export const maskedCrc32c = (bytes: Uint8Array, start: number, end: number): number => {
  const crc = crc32c(bytes, start, end)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
