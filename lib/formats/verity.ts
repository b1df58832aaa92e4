/** The superblock of dm-verity, and the hash at the top of its tree: cryptsetup's wiki, "DMVerity". */

import { sha256 } from '@noble/hashes/sha2.js'
import { hasMagic, hex, latin1, type ReadAt, u16, u32, u64 } from './bytes.ts'

export interface Verity {
  readonly version: number
  /** 1: the salt comes first. 0 is that of Chromium OS. */
  readonly hashType: number
  /** `sha256`. */
  readonly algorithm: string
  /** In bytes. */
  readonly dataBlock: number
  readonly hashBlock: number
  /** How many blocks of data. */
  readonly dataBlocks: number
  readonly salt: Uint8Array
}

const SUPERBLOCK = 512

const isBlockSize = (size: number): boolean => size >= 512 && size <= 65536 && (size & (size - 1)) === 0

/** Undefined where there is none. */
export const parseVerity = (read: ReadAt): Verity | undefined => {
  const bytes = read(0, SUPERBLOCK)
  if (bytes.length < SUPERBLOCK || !hasMagic(bytes, 0, 'verity\0\0')) return undefined
  return {
    version: u32(bytes, 8),
    hashType: u32(bytes, 12),
    algorithm: latin1(bytes, 32, 32),
    dataBlock: u32(bytes, 64),
    hashBlock: u32(bytes, 68),
    dataBlocks: u64(bytes, 72),
    salt: bytes.slice(88, 88 + Math.min(u16(bytes, 80), 256)),
  }
}

/** What of it systemd cannot use, a sentence about the partition; undefined: nothing. */
export const verityProblem = ({ version, hashType, algorithm, dataBlock, hashBlock }: Verity): string | undefined => {
  if (version !== 1) return `has a verity superblock of version ${version}, expected 1`
  if (hashType !== 1) return `has hashes of type ${hashType}, expected 1`
  if (algorithm !== 'sha256') return `has hashes of '${algorithm}', expected sha256`
  if (!isBlockSize(dataBlock) || !isBlockSize(hashBlock)) return 'has a verity superblock with impossible block sizes'
  return undefined
}

/**
 * The root hash, of the one block at the top, in hexadecimal. What lies below it is not looked at. `data` and `tree` read the two
 * partitions; of a verity without a problem.
 */
export const rootHash = (verity: Verity, data: ReadAt, tree: ReadAt): string => {
  // The tree begins in the block after the superblock, with its topmost level; data of one block has no tree.
  const top = verity.dataBlocks > 1 ? tree(verity.hashBlock, verity.hashBlock) : data(0, verity.dataBlock)
  return hex(sha256(Uint8Array.from([...verity.salt, ...top])))
}
