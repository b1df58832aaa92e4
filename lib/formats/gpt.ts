/** GUID partition tables and the MBR before them: UEFI specification, section 5. */

import { hasMagic, hex, latin1, type ReadAt, u16, u32, u64 } from './bytes.ts'
import { crc32 } from './crc32.ts'

export interface Partition {
  /** From 1, as tools count; its place in the table. */
  readonly number: number
  /** GUIDs in lower case, with dashes. */
  readonly type: string
  readonly uuid: string
  /** Sectors, both included. */
  readonly first: number
  readonly last: number
  readonly flags: {
    /** Bit 59: the file system is to be grown to the partition. */
    readonly growFs: boolean
    readonly readOnly: boolean
    readonly noAuto: boolean
  }
  readonly label: string
}

export interface Gpt {
  /** 512 or 4096. */
  readonly sectorSize: number
  /** In the order of the table. */
  readonly partitions: readonly Partition[]
  /** What is not as UEFI wants it, each a sentence about the image. */
  readonly problems: readonly string[]
}

const SECTOR_SIZES = [512, 4096] as const

/** Of entries: what every tool makes, and what libfdisk and the kernel insist on. */
const ENTRY_SIZE = 128
/** Tables have 128; more than this nobody makes, and would only be there to be read for long. */
const MOST_ENTRIES = 4096
const HEADER_SIZE = 92

/** Of two bytes a unit; ends at the first NUL. */
const utf16 = (bytes: Uint8Array, offset: number, units: number): string => {
  let text = ''
  for (let index = 0; index < units; index += 1) {
    const unit = u16(bytes, offset + index * 2)
    if (unit === 0) break
    text += String.fromCharCode(unit)
  }
  return text
}

/** The first three fields of a GUID are little-endian. */
const guid = (bytes: Uint8Array, offset: number): string => {
  const part = (...order: readonly number[]): string =>
    hex(Uint8Array.from(order.map((index) => bytes[offset + index] ?? 0)))
  return [part(3, 2, 1, 0), part(5, 4), part(7, 6), part(8, 9), part(10, 11, 12, 13, 14, 15)].join('-')
}

const UNUSED = '00000000-0000-0000-0000-000000000000'

interface Header {
  readonly self: number
  readonly other: number
  readonly firstUsable: number
  readonly lastUsable: number
  readonly disk: string
  readonly entriesAt: number
  readonly entryCount: number
  readonly entrySize: number
  readonly entriesSum: number
}

const isHeader = (bytes: Uint8Array): boolean => bytes.length >= HEADER_SIZE && hasMagic(bytes, 0, 'EFI PART')

/** Undefined for a header that does not add up. */
const parseHeader = (bytes: Uint8Array): Header | undefined => {
  const size = u32(bytes, 12)
  if (!isHeader(bytes) || size < HEADER_SIZE || size > bytes.length) return undefined
  // Not slice(): that of Node's own arrays is no copy.
  const copy = Uint8Array.from(bytes.subarray(0, size))
  copy.fill(0, 16, 20)
  if (crc32(copy) !== u32(bytes, 16)) return undefined
  return {
    self: u64(bytes, 24),
    other: u64(bytes, 32),
    firstUsable: u64(bytes, 40),
    lastUsable: u64(bytes, 48),
    disk: guid(bytes, 56),
    entriesAt: u64(bytes, 72),
    entryCount: u32(bytes, 80),
    entrySize: u32(bytes, 84),
    entriesSum: u32(bytes, 88),
  }
}

const parseEntry = (table: Uint8Array, index: number): Partition => {
  const start = index * ENTRY_SIZE
  const high = u32(table, start + 52)
  return {
    number: index + 1,
    type: guid(table, start),
    uuid: guid(table, start + 16),
    first: u64(table, start + 32),
    last: u64(table, start + 40),
    flags: {
      growFs: (high & (1 << 27)) !== 0,
      readOnly: (high & (1 << 28)) !== 0,
      noAuto: (high & (1 << 31)) !== 0,
    },
    label: utf16(table, start + 56, 36),
  }
}

/** The table that a header speaks of, or why it cannot be had. */
const readTable = (read: ReadAt, header: Header, sectorSize: number): Uint8Array | string => {
  const { entryCount, entrySize, entriesAt, entriesSum } = header
  if (entrySize !== ENTRY_SIZE) return `has entries of ${entrySize} bytes, expected ${ENTRY_SIZE}`
  if (entryCount > MOST_ENTRIES) return `has room for ${entryCount} partitions, expected at most ${MOST_ENTRIES}`
  const length = entryCount * ENTRY_SIZE
  const table = read(entriesAt * sectorSize, length)
  if (table.length < length) return 'has its entries beyond the end of the file'
  return crc32(table) === entriesSum ? table : 'has entries whose checksum is wrong'
}

const checkRanges = (partitions: readonly Partition[], { firstUsable, lastUsable }: Header): string[] => {
  const problems: string[] = []
  const sorted = [...partitions].sort((a, b) => a.first - b.first)
  let before: Partition | undefined
  for (const one of sorted) {
    const { number, first, last } = one
    if (first > last) problems.push(`partition ${number} ends before it begins`)
    else if (first < firstUsable || last > lastUsable)
      problems.push(`partition ${number} lies outside of sectors ${firstUsable} to ${lastUsable}`)
    if (before !== undefined && first <= before.last) problems.push(`partitions ${before.number} and ${number} overlap`)
    if (before === undefined || last > before.last) before = one
  }
  return problems
}

const checkBackup = (read: ReadAt, header: Header, sectorSize: number, sectors: number): string[] => {
  const end = sectors - 1
  const backup = parseHeader(read(end * sectorSize, sectorSize))
  if (backup === undefined)
    return [
      header.other === end
        ? 'has no valid backup header in its last sector'
        : `has no backup header in its last sector ${end}, its header says ${header.other}`,
    ]
  const problems: string[] = []
  if (header.other !== end) problems.push(`says that the backup header is in sector ${header.other}, it is in ${end}`)
  if (backup.self !== end || backup.disk !== header.disk || backup.entriesSum !== header.entriesSum)
    problems.push('has a backup header that differs from the first one')
  else {
    const table = readTable(read, backup, sectorSize)
    if (typeof table === 'string') problems.push(`its backup ${table}`)
  }
  return problems
}

const checkPlaces = ({ firstUsable, lastUsable, self }: Header, sectors: number): string[] => [
  ...(self === 1 ? [] : [`has a header that says it is in sector ${self}, expected 1`]),
  ...(lastUsable < sectors && firstUsable <= lastUsable + 1
    ? []
    : [`says that sectors ${firstUsable} to ${lastUsable} can be used, of ${sectors}`]),
]

const parseAt = (read: ReadAt, size: number, sectorSize: number): Gpt => {
  const sectors = Math.floor(size / sectorSize)
  const problems = hasProtectiveMbr(read) ? [] : ['has no protective MBR']
  const none = (problem: string): Gpt => ({ sectorSize, partitions: [], problems: [...problems, problem] })
  const header = parseHeader(read(sectorSize, sectorSize))
  if (header === undefined) return none('has a header whose checksum or size is wrong')
  const table = readTable(read, header, sectorSize)
  if (typeof table === 'string') return none(table)
  const partitions: Partition[] = []
  for (let index = 0; index < header.entryCount; index += 1) {
    const entry = parseEntry(table, index)
    if (entry.type !== UNUSED) partitions.push(entry)
  }
  problems.push(...checkPlaces(header, sectors), ...checkRanges(partitions, header))
  problems.push(...checkBackup(read, header, sectorSize, sectors))
  return { sectorSize, partitions, problems }
}

const sectorSizeOf = (read: ReadAt): number | undefined =>
  SECTOR_SIZES.find((one) => hasMagic(read(one, 8), 0, 'EFI PART'))

export const hasGpt = (read: ReadAt): boolean => sectorSizeOf(read) !== undefined

/** Undefined where there is none. `size` of the whole, in bytes. Reads some 100 KiB at most, whatever the table says. */
export const parseGpt = (read: ReadAt, size: number): Gpt | undefined => {
  const sectorSize = sectorSizeOf(read)
  return sectorSize === undefined ? undefined : parseAt(read, size, sectorSize)
}

export interface MbrPartition {
  readonly bootable: boolean
  readonly type: number
}

const GPT_PROTECTIVE = 0xee

/** Partitions of an MBR; undefined where there is none. That of a file system's boot sector has no sense as one. */
export const parseMbr = (read: ReadAt): readonly MbrPartition[] | undefined => {
  const sector = read(0, 512)
  if (sector[510] !== 0x55 || sector[511] !== 0xaa) return undefined
  const isFat = latin1(sector, 54, 3) === 'FAT' || latin1(sector, 82, 3) === 'FAT'
  const partitions: MbrPartition[] = []
  for (let start = 446; start < 510; start += 16) {
    const [flag, type, sectors] = [sector[start], sector[start + 4] ?? 0, u32(sector, start + 12)]
    if (isFat || (flag !== 0 && flag !== 0x80)) return undefined
    if (type !== 0 && sectors !== 0) partitions.push({ bootable: flag === 0x80, type })
  }
  return partitions
}

const hasProtectiveMbr = (read: ReadAt): boolean => parseMbr(read)?.some(({ type }) => type === GPT_PROTECTIVE) === true
