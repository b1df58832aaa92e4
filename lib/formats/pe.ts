/** PE files, as far as UEFI's are asked about: Microsoft's "PE Format", UAPI.5 Unified Kernel Image. */

import { hasMagic, latin1, type ReadAt, u16, u32 } from './bytes.ts'

export interface Section {
  readonly name: string
  /** Bytes in the file that count: not more than are there in memory. */
  readonly size: number
  readonly offset: number
}

export interface Pe {
  /** `IMAGE_FILE_MACHINE_*`. */
  readonly machine: number
  /** 10: an EFI application. */
  readonly subsystem: number
  /** In the order of the file. */
  readonly sections: readonly Section[]
  /** What is not as it should be, each a sentence about the file. */
  readonly problems: readonly string[]
}

export const EFI_APPLICATION = 10

/** Machines by the names that UEFI has for them, in upper case: `BOOTX64.EFI`. */
export const EFI_MACHINES: ReadonlyMap<string, number> = new Map([
  ['IA32', 0x14c],
  ['X64', 0x8664],
  ['IA64', 0x200],
  ['ARM', 0x1c2],
  ['AA64', 0xaa64],
  ['RISCV32', 0x5032],
  ['RISCV64', 0x5064],
  ['RISCV128', 0x5128],
  ['LOONGARCH32', 0x6232],
  ['LOONGARCH64', 0x6264],
])

/** The limit of systemd and of Windows. */
const MOST_SECTIONS = 96
const SECTION_HEADER = 40

const parseSection = (header: Uint8Array, start: number): Section => {
  const [inMemory, inFile] = [u32(header, start + 8), u32(header, start + 16)]
  return {
    name: latin1(header, start, 8),
    size: Math.min(inMemory, inFile),
    offset: u32(header, start + 20),
  }
}

/** Undefined for what is no PE file. Reads some KiB at most, whatever the file says. `size` of the file, in bytes. */
export const parsePe = (read: ReadAt, size: number): Pe | undefined => {
  const dos = read(0, 64)
  if (dos.length < 64 || !hasMagic(dos, 0, 'MZ')) return undefined
  const start = u32(dos, 60)
  // COFF header of 20 bytes after the signature, then the optional one up to the subsystem.
  const head = read(start, 24 + 70)
  if (head.length < 24 + 70 || !hasMagic(head, 0, 'PE\0\0')) return undefined
  const kind = u16(head, 24)
  if (kind !== 0x10b && kind !== 0x20b) return undefined
  const [machine, count, optional, subsystem] = [u16(head, 4), u16(head, 6), u16(head, 20), u16(head, 24 + 68)]
  const none = (problem: string): Pe => ({ machine, subsystem, sections: [], problems: [problem] })
  if (count > MOST_SECTIONS) return none(`has ${count} sections, expected at most ${MOST_SECTIONS}`)
  const table = read(start + 24 + optional, count * SECTION_HEADER)
  if (table.length < count * SECTION_HEADER) return none('has its table of sections beyond the end of the file')
  const sections = Array.from({ length: count }, (_, index) => parseSection(table, index * SECTION_HEADER))
  const problems = sections
    .filter((section) => section.size > 0 && section.offset + section.size > size)
    .map(({ name }) => `has its section '${name}' beyond the end of the file`)
  return { machine, subsystem, sections, problems }
}
