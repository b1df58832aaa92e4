import { type ReadAt, u32 } from '../../formats/bytes.ts'
import type { Host } from '../../host/host.ts'
import { HostError } from '../../host/host.ts'
import { below, type Entry, nameOf, parentOf, type Tree } from '../tree.ts'
import { bytesApart, runApart } from './apart.ts'
import { textOf, UNPRINTABLE } from './inode-tree.ts'
import { type Listed, parseList } from './squashfs-list.ts'

const TOOL = { name: 'unsquashfs', package: 'squashfs-tools' }

/** One thread with little to keep: an image must not have our memory. */
const QUIETLY = '-quiet -no-progress -processors 1 -data-queue 16 -frag-queue 16'

/** Of the list, in bytes: about 400 000 files. */
const LARGEST_LIST = 40 << 20

const END = '#end'

const listOf = (host: Host, image: string, offset: number): ReadonlyMap<string, Listed> => {
  // What follows is the contents of all files.
  const filter = `sed -n '/^# START OF DATA/{s/.*/${END}/p;q};p' | head -c ${LARGEST_LIST}`
  const line = `unsquashfs ${QUIETLY} -offset "$1" -pf /dev/stdout /proc/self/fd/3 | ${filter}`
  const { stdout, stderr } = runApart(host, image, TOOL, line, [String(offset)])
  if (!stdout.endsWith(`\n${END}\n`)) {
    const said = stderr.trim().split('\n').at(-1) ?? ''
    if (stdout.length >= LARGEST_LIST) throw new HostError(image, 'has more files than are looked at')
    throw new HostError(image, `cannot be looked into: unsquashfs says ${said === '' ? 'nothing' : said}`)
  }
  return parseList(stdout)
}

/** Where squashfs 4.0 has the place of its attributes, and what stands there when it has none. */
const ATTRIBUTES_AT = 56
const NO_TABLE = 0xffffffff

const byName = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

/**
 * An image at `offset` of a file of the host, its names as unsquashfs(1) lists them: metadata are compressed, so that a
 * program has to be run, which is done by nobody and within limits. Throws HostError when it is missing or fails.
 */
export const squashfsTree = (host: Host, image: string, offset: number, read: ReadAt, name: string): Tree => {
  const listed = listOf(host, image, offset)
  const children = new Map<string, Entry[]>()
  for (const [path, { node }] of listed) {
    if (path === '') continue
    const own = nameOf(path)
    const siblings = children.get(parentOf(path)) ?? []
    siblings.push({ ...node, name: own, isPlain: !UNPRINTABLE.test(own) })
    children.set(parentOf(path), siblings)
  }
  for (const entries of children.values()) entries.sort(byName)
  // All 64 bits are set where there is none, which is no number here: the upper half says it.
  const hasAttributes = u32(read(ATTRIBUTES_AT + 4, 4), 0) !== NO_TABLE
  const canTell = !hasAttributes || [...listed.values()].some(({ attributes }) => attributes.size > 0)

  const bytes = (path: string, start: number, length: number): Uint8Array => {
    const node = listed.get(path)?.node
    if (node?.kind !== 'file' || start >= node.size) return new Uint8Array()
    const program = `unsquashfs ${QUIETLY} -no-wildcards -offset "$1" -cat /proc/self/fd/3 "$2"`
    return bytesApart(host, image, TOOL, program, [String(offset), path], start, Math.min(length, node.size - start))
  }

  return {
    name,
    node: (path) => listed.get(path)?.node,
    entries: (path) => children.get(path) ?? [],
    target: (path) => listed.get(path)?.target ?? '',
    text: (path, limit) => {
      const node = listed.get(path)?.node
      if (node?.kind !== 'file') return undefined
      if (node.size > limit) throw new HostError(below(name, path), `is larger than ${limit} bytes`)
      return textOf(bytes(path, 0, node.size), below(name, path))
    },
    bytes,
    onDisk: () => undefined,
    attributes: (path) => {
      if (!canTell) throw new HostError(below(name, path), 'unsquashfs 4.6 or newer tells them')
      return listed.get(path)?.attributes ?? new Map()
    },
  }
}
