/** CRC-32 of ISO 3309, as GPT has it: UEFI specification, section 4.2. */

const TABLE: number[] = []

const fillTable = (): void => {
  for (let byte = 0; byte < 256; byte += 1) {
    let sum = byte
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1
    TABLE.push(sum >>> 0)
  }
}

export const crc32 = (bytes: Uint8Array): number => {
  if (TABLE.length === 0) fillTable()
  let sum = 0xffffffff
  for (const byte of bytes) sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 0xff] as number)
  return (sum ^ 0xffffffff) >>> 0
}
