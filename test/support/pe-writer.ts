/** PE files with any sections, as small as they can be. */

export interface PeWishes {
  /** Of `EFI_MACHINES`, lower case; or a number. */
  readonly machine?: string | number
  readonly subsystem?: number
  /** By name, in order; a number is that many bytes. */
  readonly sections?: readonly (readonly [name: string, content: string | number])[]
  /** Says that there are so many, whatever is there. */
  readonly count?: number
  /** Cuts off everything after. */
  readonly length?: number
}

const MACHINES: Readonly<Record<string, number>> = { x64: 0x8664, aa64: 0xaa64, ia32: 0x14c }
const FILE_ALIGNMENT = 512
const HEADERS = 4096

const align = (value: number): number => Math.ceil(value / FILE_ALIGNMENT) * FILE_ALIGNMENT

export const peFile = ({ machine = 'x64', subsystem = 10, sections = [], count, length }: PeWishes): Uint8Array => {
  const contents = sections.map(([name, content]) => ({
    name,
    bytes: typeof content === 'number' ? Buffer.alloc(content) : Buffer.from(content),
  }))
  const head = Buffer.alloc(HEADERS)
  head.write('MZ')
  head.writeUInt32LE(64, 60)
  head.write('PE\0\0', 64)
  head.writeUInt16LE(typeof machine === 'number' ? machine : (MACHINES[machine] ?? 0), 68)
  head.writeUInt16LE(count ?? contents.length, 70)
  head.writeUInt16LE(240, 84)
  // PE32+, then alignments, sizes and the subsystem where tools that are stricter than we want them.
  head.writeUInt16LE(0x20b, 88)
  head.writeUInt32LE(4096, 88 + 32)
  head.writeUInt32LE(FILE_ALIGNMENT, 88 + 36)
  head.writeUInt32LE(HEADERS, 88 + 60)
  head.writeUInt16LE(subsystem, 88 + 68)
  head.writeUInt32LE(16, 88 + 108)
  let [offset, address] = [HEADERS, 4096]
  contents.forEach(({ name, bytes }, index) => {
    const at = 64 + 24 + 240 + index * 40
    head.write(name, at, 8, 'latin1')
    head.writeUInt32LE(bytes.length, at + 8)
    head.writeUInt32LE(address, at + 12)
    head.writeUInt32LE(align(bytes.length), at + 16)
    head.writeUInt32LE(offset, at + 20)
    offset += align(bytes.length)
    address += Math.ceil(bytes.length / 4096 + 1) * 4096
  })
  head.writeUInt32LE(address, 88 + 56)
  const body = contents.map(({ bytes }) => Buffer.concat([bytes, Buffer.alloc(align(bytes.length) - bytes.length)]))
  return Buffer.concat([head, ...body]).subarray(0, length)
}
