import type { Random } from './random.ts'

/** Where code points come from: each range as likely as any other, so that rare letters are not. */
const RANGES = [
  [0x20, 0x7e],
  [0x20, 0x7e],
  [0x00, 0xff],
  [0x100, 0x24f],
  [0x250, 0x5ff],
  [0x10a0, 0x10ff],
  [0x13a0, 0x13ff],
  [0x1c80, 0x1cbf],
  [0x1e00, 0x1fff],
  [0x2000, 0x206f],
  [0x2100, 0x218f],
  [0x2c00, 0x2dff],
  [0xa640, 0xa7ff],
  [0xab30, 0xabbf],
  [0xd800, 0xdfff],
  [0xe000, 0xffff],
  [0x10400, 0x105bf],
  [0x10c80, 0x10d8f],
  [0x118a0, 0x118df],
  [0x16e40, 0x16eff],
  [0x1e900, 0x1e943],
  [0x0, 0xffff],
  [0x10000, 0x10ffff],
] as const

/** A short text of any characters: what belongs to which class, and to which other case, every engine knows from its own tables. */
export const anyText = (random: Random): string => {
  const points = Array.from({ length: 1 + random.below(6) }, () => {
    const [from, to] = random.pick(RANGES)
    return from + random.below(to - from + 1)
  })
  return String.fromCodePoint(...points)
}

/** A file's name of any bytes, one character each. */
export const anyName = (random: Random): string =>
  Array.from({ length: 1 + random.below(8) }, () => String.fromCharCode(1 + random.below(255)))
    .join('')
    .replaceAll('/', '.')
