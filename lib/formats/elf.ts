/** What of an ELF file the loader asks: elf(5), ld.so(8), and the notes of https://uapi-group.org/specifications/specs/elf_dlopen_metadata/. */

/** `length` bytes from `offset`, fewer at the end. */
export type ReadAt = (offset: number, length: number) => Uint8Array

/** One library that a program may load when it runs. */
export interface Dlopen {
  /** The first of these that is there. */
  readonly sonames: readonly string[]
  readonly priority: 'required' | 'recommended' | 'suggested'
}

export interface Elf {
  readonly bits: 32 | 64
  /** e_machine, `62` for x86-64. */
  readonly machine: number
  /** As systemd spells it; undefined for one that it has no name for here. */
  readonly architecture: string | undefined
  /** `/lib64/ld-linux-x86-64.so.2`; undefined for a library or a static program. */
  readonly interpreter: string | undefined
  readonly needed: readonly string[]
  /** DT_RUNPATH, or DT_RPATH where there is none, as written. */
  readonly runpath: readonly string[]
  readonly dlopen: readonly Dlopen[]
}

const ARCHITECTURES: Readonly<Record<string, string>> = {
  '62/64': 'x86-64',
  '3/32': 'x86',
  '183/64': 'arm64',
  '40/32': 'arm',
  '243/64': 'riscv64',
  '243/32': 'riscv32',
  '21/64': 'ppc64-le',
  '22/64': 's390x',
  '258/64': 'loongarch64',
}

/** Nothing real has more of these. */
const MOST_SEGMENTS = 512
const LARGEST_TABLE = 4 << 20
const LONGEST_INTERPRETER = 4096

const PT_LOAD = 1
const PT_DYNAMIC = 2
const PT_INTERP = 3
const PT_NOTE = 4

const DT_NEEDED = 1
const DT_STRTAB = 5
const DT_STRSZ = 10
const DT_RPATH = 15
const DT_RUNPATH = 29

const DLOPEN_NOTE = 0x407c0c0a

/** Numbers of one file: its own order of bytes and size of words. */
interface Numbers {
  readonly word: 4 | 8
  /** Of `size` bytes; beyond the end 0. */
  at(bytes: Uint8Array, offset: number, size: 2 | 4 | 8): number
}

const numbersOf = (bits: 32 | 64, isLittle: boolean): Numbers => ({
  word: bits === 64 ? 8 : 4,
  at: (bytes, offset, size) => {
    let value = 0
    for (let index = 0; index < size; index += 1)
      value = value * 256 + (bytes[offset + (isLittle ? size - 1 - index : index)] ?? 0)
    return value
  },
})

const textAt = (bytes: Uint8Array, offset: number): string => {
  let text = ''
  for (let at = offset; at < bytes.length && bytes[at] !== 0; at += 1) text += String.fromCharCode(bytes[at] as number)
  return text
}

interface Segment {
  readonly type: number
  readonly offset: number
  readonly address: number
  /** In the file. */
  readonly size: number
}

const segmentsOf = (read: ReadAt, header: Uint8Array, { word, at }: Numbers): readonly Segment[] => {
  const wide = word === 8
  const start = at(header, wide ? 32 : 28, word)
  const size = at(header, wide ? 54 : 42, 2)
  const count = at(header, wide ? 56 : 44, 2)
  if (count > MOST_SEGMENTS || size < (wide ? 56 : 32) || size > 256) return []
  const table = read(start, size * count)
  return Array.from({ length: Math.floor(table.length / size) }, (_, index) => {
    const base = index * size
    return {
      type: at(table, base, 4),
      offset: at(table, base + (wide ? 8 : 4), word),
      address: at(table, base + (wide ? 16 : 8), word),
      size: at(table, base + (wide ? 32 : 16), word),
    }
  })
}

/** Where the byte that is loaded at an address lies in the file. */
const offsetOf = (segments: readonly Segment[], address: number): number | undefined => {
  const found = segments.find(
    (one) => one.type === PT_LOAD && address >= one.address && address < one.address + one.size,
  )
  return found === undefined ? undefined : address - found.address + found.offset
}

const contentsOf = (read: ReadAt, { offset, size }: Segment): Uint8Array => read(offset, Math.min(size, LARGEST_TABLE))

/** Pairs of tag and value up to the end of the table. */
const dynamicOf = (read: ReadAt, segment: Segment, { word, at }: Numbers): readonly (readonly [number, number])[] => {
  const table = contentsOf(read, segment)
  const pairs: (readonly [number, number])[] = []
  for (let base = 0; base + 2 * word <= table.length; base += 2 * word) {
    const tag = at(table, base, word)
    if (tag === 0) break
    pairs.push([tag, at(table, base + word, word)])
  }
  return pairs
}

interface Linked {
  readonly needed: readonly string[]
  readonly runpath: readonly string[]
}

const linkedOf = (read: ReadAt, segments: readonly Segment[], numbers: Numbers): Linked => {
  const segment = segments.find(({ type }) => type === PT_DYNAMIC)
  const pairs = segment === undefined ? [] : dynamicOf(read, segment, numbers)
  const values = (tag: number): readonly number[] => pairs.flatMap(([one, value]) => (one === tag ? [value] : []))
  const start = offsetOf(segments, values(DT_STRTAB)[0] ?? -1)
  if (start === undefined) return { needed: [], runpath: [] }
  const strings = read(start, Math.min(values(DT_STRSZ)[0] ?? 0, LARGEST_TABLE))
  const runpath = values(DT_RUNPATH)[0] ?? values(DT_RPATH)[0]
  return {
    needed: values(DT_NEEDED).map((offset) => textAt(strings, offset)),
    runpath: runpath === undefined ? [] : textAt(strings, runpath).split(':'),
  }
}

const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

const dlopenOf = (text: string): readonly Dlopen[] => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return []
  }
  if (!Array.isArray(value)) return []
  return value.flatMap((one: { soname?: unknown; priority?: unknown } | null) => {
    const { soname, priority } = one ?? {}
    if (!isTextList(soname)) return []
    return [
      { sonames: soname, priority: priority === 'required' || priority === 'suggested' ? priority : 'recommended' },
    ]
  })
}

const padded = (size: number): number => (size + 3) & ~3

/** A name, a type and a text each, one after the other. */
const notesIn = (table: Uint8Array, { at }: Numbers): readonly Dlopen[] => {
  const found: Dlopen[] = []
  for (let base = 0; base + 12 <= table.length; ) {
    const [nameSize, size, type] = [at(table, base, 4), at(table, base + 4, 4), at(table, base + 8, 4)]
    const start = base + 12 + padded(nameSize)
    if (nameSize > table.length || size > table.length) break
    if (type === DLOPEN_NOTE && textAt(table.subarray(0, base + 12 + nameSize), base + 12) === 'FDO')
      found.push(...dlopenOf(textAt(table.subarray(0, start + size), start)))
    base = start + padded(size)
  }
  return found
}

const HEADER = 64

/** No file is larger, and a number of eight bytes may say anything. */
const FARTHEST = 2 ** 48

const bounded =
  (read: ReadAt): ReadAt =>
  (offset, length) =>
    offset > FARTHEST || length <= 0 ? new Uint8Array() : read(offset, length)

/** Undefined for what is no ELF file. What is broken in one is as if it were not there: the loader would refuse it too. */
export const readElf = (readAny: ReadAt): Elf | undefined => {
  const read = bounded(readAny)
  const header = read(0, HEADER)
  const isElf = header[0] === 0x7f && header[1] === 0x45 && header[2] === 0x4c && header[3] === 0x46
  if (!isElf || header.length < 52 || (header[4] !== 1 && header[4] !== 2)) return undefined
  const bits = header[4] === 2 ? 64 : 32
  const numbers = numbersOf(bits, header[5] !== 2)
  const machine = numbers.at(header, 18, 2)
  const segments = segmentsOf(read, header, numbers)
  const interpreter = segments.find(({ type }) => type === PT_INTERP)
  return {
    bits,
    machine,
    architecture: ARCHITECTURES[`${machine}/${bits}`],
    interpreter:
      interpreter === undefined
        ? undefined
        : textAt(read(interpreter.offset, Math.min(interpreter.size, LONGEST_INTERPRETER)), 0),
    ...linkedOf(read, segments, numbers),
    dlopen: segments
      .filter(({ type }) => type === PT_NOTE)
      .flatMap((segment) => notesIn(contentsOf(read, segment), numbers)),
  }
}
