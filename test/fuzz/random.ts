/** Numbers that look random and are the same for the same seed and index on every machine. */
export interface Random {
  /** A whole number from 0, smaller than `limit`. */
  below(limit: number): number
  /** True this often, of 1. */
  chance(share: number): boolean
  pick<T>(list: readonly T[]): T
  /** Any 32 bits. */
  bits(): number
}

/** splitmix32: neighbouring starts give streams that have nothing in common. */
const splitmix = (start: number): (() => number) => {
  let state = start | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
}

/** The stream of one world. sfc32, whose 128 bits come from seed and index. */
export const randomOf = (seed: number, index: number): Random => {
  const [first, second] = [splitmix(seed), splitmix(~index)]
  let [a, b, c, counter] = [first(), second(), (first() ^ second()) | 0, 1]
  const bits = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let round = 0; round < 12; round += 1) bits()
  const below = (limit: number): number => Math.floor((bits() / 2 ** 32) * limit)
  return {
    below,
    chance: (share) => bits() < share * 2 ** 32,
    pick: <T>(list: readonly T[]): T => list[below(list.length)] as T,
    bits,
  }
}
