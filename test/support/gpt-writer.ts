import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { needTools } from '../../build/prerequisites.mjs'

/** Disk images with a GUID partition table, right or wrong in one place. */

export interface PartitionWishes {
  /** Of `TYPES`, or a GUID. */
  readonly type: string
  readonly label?: string
  readonly uuid?: string
  readonly flags?: readonly ('read-only' | 'no-auto' | 'grow-fs')[]
  /** In bytes. */
  readonly size?: number
  /** What it begins with, of `CONTENTS`; else zeroes. */
  readonly content?: string
  /** Text at its beginning. */
  readonly text?: string
  /** Sectors before where it would be: over the one before it. */
  readonly back?: number
}

export interface GptWishes {
  readonly sectorSize?: number
  readonly partitions?: readonly PartitionWishes[]
  /** Adds verity of this role's first partition, and makes the UUIDs fit. */
  readonly protect?: 'root' | 'usr'
  /** Adds a signature partition to it; an object replaces fields of its JSON. */
  readonly sign?: boolean | Readonly<Record<string, unknown>>
  /** Bytes in place of others after all, as `OFFSET:HEX`; negative from the end. */
  readonly patch?: readonly string[]
  /** Cuts off, or adds, this many bytes at the end. */
  readonly grow?: number
}

const TYPES: Readonly<Record<string, string>> = {
  root: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
  'root-verity': '2c7357ed-ebd2-46d9-aec1-23d437ec2bf5',
  'root-verity-sig': '41092b05-9fc8-4523-994f-2def0408b176',
  usr: '8484680c-9521-48c6-9c11-b0720656f69e',
  'usr-verity': '77ff5f63-e7b6-4633-acf4-1565b864c0e6',
  'usr-verity-sig': 'e7bb33fb-06cf-4e81-8273-e543b413e2e2',
  'root-arm64': 'b921b045-1df0-41c3-af44-4c6f280d3fae',
  'usr-arm64': 'b0e01050-ee5f-4390-949a-9101b17104e9',
  esp: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
  xbootldr: 'bc13c2ff-59e6-4262-a352-b275fd6f7172',
  srv: '3b8f8425-20e0-4f3b-907f-1a25a76f98e8',
  home: '933ac7e1-2eb4-4f13-b844-0e14e2aef915',
  var: '4d21b016-b534-45c2-a9fb-5c16e091fd2d',
  generic: '0fc63daf-8483-4772-8e79-3d69d8477de4',
}

const CONTENTS: Readonly<Record<string, readonly (readonly [offset: number, magic: string])[]>> = {
  squashfs: [[0, 'hsqs']],
  erofs: [[1024, '\xe2\xe1\xf5\xe0']],
  ext4: [[1080, '\x53\xef']],
  xfs: [[0, 'XFSB']],
  ntfs: [[3, 'NTFS    ']],
  luks: [[0, 'LUKS\xba\xbe']],
}

const BITS = { 'read-only': 60n, 'no-auto': 63n, 'grow-fs': 59n } as const

const guidBytes = (uuid: string): Buffer => {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex')
  return Buffer.concat([
    bytes.subarray(0, 4).reverse(),
    bytes.subarray(4, 6).reverse(),
    bytes.subarray(6, 8).reverse(),
    bytes.subarray(8),
  ])
}

const uuidOf = (text: string): string =>
  text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, (_, ...parts) => parts.slice(0, 5).join('-'))

interface Part extends PartitionWishes {
  readonly bytes: Buffer
}

/** Nothing in it: a sector of parameters, one table, a root of 16 entries. */
const emptyFat = (bits: 12 | 16): Buffer => {
  const [sectors, perFat] = bits === 12 ? [104, 1] : [4120, 17]
  const bytes = Buffer.alloc(sectors * 512)
  bytes.writeUInt16LE(512, 11)
  bytes[13] = 1
  bytes.writeUInt16LE(1, 14)
  bytes[16] = 1
  bytes.writeUInt16LE(16, 17)
  bytes.writeUInt16LE(sectors, 19)
  bytes.writeUInt16LE(perFat, 22)
  bytes.write(`FAT${bits}   `, 54)
  bytes.writeUInt16LE(0xaa55, 510)
  return bytes
}

const contentOf = ({ size = 8192, content = '', text = '' }: PartitionWishes): Buffer => {
  if (content === 'vfat' || content === 'fat12') return emptyFat(content === 'vfat' ? 16 : 12)
  const bytes = Buffer.alloc(size)
  bytes.write(text)
  for (const [offset, magic] of CONTENTS[content] ?? []) bytes.write(magic, offset, 'latin1')
  return bytes
}

const sha256 = (...bytes: readonly Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(bytes)).digest()

const SALT = Buffer.alloc(32, 7)

/** A tree of one level, as veritysetup(8) writes it, for data of at most 128 blocks. */
const verityOf = (data: Buffer): { readonly bytes: Buffer; readonly hash: string } => {
  const blocks = data.length / 4096
  const superblock = Buffer.alloc(4096)
  superblock.write('verity\0\0')
  superblock.writeUInt32LE(1, 8)
  superblock.writeUInt32LE(1, 12)
  superblock.write('sha256', 32)
  superblock.writeUInt32LE(4096, 64)
  superblock.writeUInt32LE(4096, 68)
  superblock.writeBigUInt64LE(BigInt(blocks), 72)
  superblock.writeUInt16LE(SALT.length, 80)
  SALT.copy(superblock, 88)
  const leaves = Array.from({ length: blocks }, (_, index) =>
    sha256(SALT, data.subarray(index * 4096, (index + 1) * 4096)),
  )
  const level = Buffer.concat([...leaves, Buffer.alloc(4096 - 32 * blocks)])
  return { bytes: Buffer.concat([superblock, level]), hash: sha256(SALT, level).toString('hex') }
}

interface Signer {
  readonly sign: (text: string) => string
  readonly fingerprint: string
}

/** A key and its certificate, made when the first image is signed. */
const newSigner = (): Signer => {
  const dir = mkdtempSync(join(tmpdir(), 'bitbuilder-signer-'))
  const openssl = (args: string, input = ''): Buffer =>
    execFileSync('openssl', args.split(' '), { cwd: dir, input, stdio: ['pipe', 'pipe', 'ignore'] })
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
  openssl(
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -subj /CN=t -days 2',
  )
  return {
    sign: (text) =>
      openssl('smime -sign -binary -noattr -nosmimecap -outform DER -signer cert.pem -inkey key.pem', text).toString(
        'base64',
      ),
    fingerprint: createHash('sha256').update(openssl('x509 -in cert.pem -outform DER')).digest('hex'),
  }
}

let known: Signer | undefined
const signer = (): Signer => {
  needTools('openssl')
  known ??= newSigner()
  return known
}

const protect = (parts: readonly Part[], role: 'root' | 'usr', sign: GptWishes['sign']): readonly Part[] =>
  parts.flatMap((part) => {
    if (part.type !== role) return [part]
    const { bytes, hash } = verityOf(part.bytes)
    const common = { label: `${role}_1`, flags: ['read-only'] } as const
    const signature = Buffer.alloc(4096)
    if (sign !== undefined && sign !== false) {
      const json = { rootHash: hash, certificateFingerprint: signer().fingerprint, signature: signer().sign(hash) }
      signature.write(JSON.stringify({ ...json, ...(sign === true ? {} : Object(sign)) }))
    }
    return [
      { uuid: uuidOf(hash), ...part },
      { ...common, type: `${role}-verity`, uuid: uuidOf(hash.slice(32)), bytes },
      ...(sign === undefined || sign === false ? [] : [{ ...common, type: `${role}-verity-sig`, bytes: signature }]),
    ]
  })

const header = (
  self: number,
  other: number,
  sectors: number,
  tableAt: number,
  table: Buffer,
  sectorSize: number,
): Buffer => {
  const tableSectors = table.length / sectorSize
  const bytes = Buffer.alloc(sectorSize)
  bytes.write('EFI PART')
  bytes.writeUInt32LE(0x10000, 8)
  bytes.writeUInt32LE(92, 12)
  for (const [offset, value] of [
    [24, self],
    [32, other],
    [40, 2 + tableSectors],
    [48, sectors - tableSectors - 2],
    [72, tableAt],
  ] as const)
    bytes.writeBigUInt64LE(BigInt(value), offset)
  guidBytes('11111111-2222-4333-8444-555555555555').copy(bytes, 56)
  bytes.writeUInt32LE(128, 80)
  bytes.writeUInt32LE(128, 84)
  bytes.writeUInt32LE(crc32(table), 88)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 92)), 16)
  return bytes
}

const entry = ({ type, uuid, label = '', flags = [] }: Part, first: number, last: number, index: number): Buffer => {
  const bytes = Buffer.alloc(128)
  guidBytes(TYPES[type] ?? type).copy(bytes)
  guidBytes(uuid ?? `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`).copy(bytes, 16)
  bytes.writeBigUInt64LE(BigInt(first), 32)
  bytes.writeBigUInt64LE(BigInt(last), 40)
  bytes.writeBigUInt64LE(
    flags.reduce((all, flag) => all | (1n << BITS[flag]), 0n),
    48,
  )
  bytes.write(label, 56, 72, 'utf16le')
  return bytes
}

const protectiveMbr = (sectors: number, sectorSize: number): Buffer => {
  const bytes = Buffer.alloc(sectorSize)
  bytes[446 + 4] = 0xee
  bytes.writeUInt32LE(1, 446 + 8)
  bytes.writeUInt32LE(Math.min(sectors - 1, 0xffffffff), 446 + 12)
  bytes.writeUInt16LE(0xaa55, 510)
  return bytes
}

const patched = (image: Buffer, patch: readonly string[]): Buffer => {
  for (const one of patch) {
    const [offset = '0', hex = ''] = one.split(':')
    Buffer.from(hex, 'hex').copy(image, Number(offset) < 0 ? image.length + Number(offset) : Number(offset))
  }
  return image
}

export const gptImage = ({
  sectorSize = 512,
  partitions = [],
  protect: role,
  sign,
  patch = [],
  grow = 0,
}: GptWishes): Uint8Array => {
  const own = partitions.map((part): Part => ({ ...part, bytes: contentOf(part) }))
  const parts = role === undefined ? own : protect(own, role, sign)
  const tableSectors = (128 * 128) / sectorSize
  const perBlock = 4096 / sectorSize
  let next = Math.ceil((2 + tableSectors) / perBlock) * perBlock
  const placed = parts.map((part, index) => {
    const first = next - (part.back ?? 0)
    const count = Math.ceil(part.bytes.length / sectorSize)
    next = first + Math.ceil(count / perBlock) * perBlock
    return { part, first, last: first + count - 1, index }
  })
  const sectors = Math.ceil((next + tableSectors + 1) / perBlock) * perBlock
  const table = Buffer.alloc(128 * 128)
  for (const { part, first, last, index } of placed) entry(part, first, last, index).copy(table, index * 128)
  const image = Buffer.alloc(sectors * sectorSize)
  protectiveMbr(sectors, sectorSize).copy(image)
  header(1, sectors - 1, sectors, 2, table, sectorSize).copy(image, sectorSize)
  table.copy(image, 2 * sectorSize)
  for (const { part, first } of placed) part.bytes.copy(image, first * sectorSize)
  table.copy(image, (sectors - 1 - tableSectors) * sectorSize)
  header(sectors - 1, 1, sectors, sectors - 1 - tableSectors, table, sectorSize).copy(image, (sectors - 1) * sectorSize)
  const whole = patched(image, patch)
  return grow < 0 ? whole.subarray(0, grow) : Buffer.concat([whole, Buffer.alloc(grow)])
}
