/** A small ELF file with just what a loader asks of it. */

export interface ElfParts {
  readonly bits?: 32 | 64
  readonly isBig?: boolean
  readonly machine?: number
  readonly interpreter?: string
  readonly needed?: readonly string[]
  readonly runpath?: string
  readonly rpath?: string
  /** The JSON of `.note.dlopen`. */
  readonly dlopen?: unknown
}

export const elfFile = ({
  bits = 64,
  isBig = false,
  machine = 62,
  interpreter,
  needed = [],
  runpath,
  rpath,
  dlopen,
}: ElfParts = {}): Uint8Array => {
  const word = bits / 8
  const number = (value: number, size: number): Buffer => {
    const bytes = Buffer.alloc(size)
    if (size === 8) bytes[isBig ? 'writeBigUInt64BE' : 'writeBigUInt64LE'](BigInt(value))
    else bytes[isBig ? 'writeUIntBE' : 'writeUIntLE'](value, 0, size)
    return bytes
  }
  let strings = Buffer.from('\0')
  const string = (text: string): number => {
    const at = strings.length
    strings = Buffer.concat([strings, Buffer.from(`${text}\0`)])
    return at
  }
  const ADDRESS = 0x400000
  const headerSize = bits === 64 ? 64 : 52
  const rowSize = bits === 64 ? 56 : 32
  const tags: [number, number][] = needed.map((one) => [1, string(one)])
  if (runpath !== undefined) tags.push([29, string(runpath)])
  if (rpath !== undefined) tags.push([15, string(rpath)])
  const note = Buffer.from(`${JSON.stringify(dlopen)}\0`)
  const padding = Buffer.alloc((4 - (note.length % 4)) % 4)
  const parts: [number, Buffer][] = []
  if (interpreter !== undefined) parts.push([3, Buffer.from(`${interpreter}\0`)])
  if (dlopen !== undefined)
    parts.push([
      4,
      // Another's note before ours.
      Buffer.concat([
        number(4, 4),
        number(3, 4),
        number(1, 4),
        Buffer.from('GNU\0abc\0'),
        number(4, 4),
        number(note.length, 4),
        number(0x407c0c0a, 4),
        Buffer.from('FDO\0'),
        note,
        padding,
      ]),
    ])
  const count = parts.length + 2
  const start = headerSize + rowSize * count
  const stringsAt = parts.reduce((at, [, bytes]) => at + bytes.length, start)
  tags.push([5, ADDRESS + stringsAt], [10, strings.length], [0, 0])
  const dynamic = Buffer.concat(tags.flatMap(([tag, value]) => [number(tag, word), number(value, word)]))
  const body = [...parts, [0, strings], [2, dynamic]] as [number, Buffer][]
  const whole = start + body.reduce((sum, [, bytes]) => sum + bytes.length, 0)
  const row = (type: number, at: number, size: number): Buffer => {
    const [offset, address, length] = [number(at, word), number(ADDRESS + at, word), number(size, word)]
    const flags = number(4, 4)
    return bits === 64
      ? Buffer.concat([number(type, 4), flags, offset, address, address, length, length, number(8, 8)])
      : Buffer.concat([number(type, 4), offset, address, address, length, length, flags, number(8, 4)])
  }
  let at = start
  const rows = body.flatMap(([type, bytes]) => {
    const made = type === 0 ? [] : [row(type, at, bytes.length)]
    at += bytes.length
    return made
  })
  const header = Buffer.concat([
    Buffer.from([0x7f, 0x45, 0x4c, 0x46, bits === 64 ? 2 : 1, isBig ? 2 : 1, 1]),
    Buffer.alloc(9),
    number(3, 2),
    number(machine, 2),
    number(1, 4),
    number(0, word),
    number(headerSize, word),
    number(0, word),
    number(0, 4),
    number(headerSize, 2),
    number(rowSize, 2),
    number(count, 2),
    Buffer.alloc(6),
  ])
  return Buffer.concat([header, row(1, 0, whole), ...rows, ...body.map(([, bytes]) => bytes)])
}
