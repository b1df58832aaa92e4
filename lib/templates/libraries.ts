import { resolve, textAt } from '../compliance/resolve.ts'
import { parentOf, type Tree } from '../compliance/tree.ts'
import { type Elf, readElf } from '../formats/elf.ts'
import { selector } from './select.ts'

/** Where the loader of a root looks for libraries, ld.so(8). Its cache is not read: it is made of these directories. */

const LARGEST_CONF = 64 << 10
const DEEPEST_INCLUDE = 4

/** Of Debian's names for architectures, what differs from the kernel's. */
const TRIPLES: Readonly<Record<string, string>> = {
  'x86-64': 'x86_64-linux-gnu',
  x86: 'i386-linux-gnu',
  arm64: 'aarch64-linux-gnu',
  arm: 'arm-linux-gnueabihf',
  riscv64: 'riscv64-linux-gnu',
  'ppc64-le': 'powerpc64le-linux-gnu',
  s390x: 's390x-linux-gnu',
  loongarch64: 'loongarch64-linux-gnu',
}

const standardDirs = ({ architecture, bits }: Elf): readonly string[] => {
  const triple = TRIPLES[architecture ?? '']
  const multiarch = triple === undefined ? [] : [`usr/lib/${triple}`, `lib/${triple}`]
  return [...multiarch, ...(bits === 64 ? ['usr/lib64', 'lib64'] : []), 'usr/lib', 'lib']
}

/** Directories of ld.so.conf and of what it includes, relative to the root. */
const confDirs = (tree: Tree, file: string, depth = 0): readonly string[] => {
  const lines = (textAt(tree, file, LARGEST_CONF) ?? '').split('\n').map((line) => line.replace(/#.*/, '').trim())
  return lines.flatMap((line) => {
    const included = /^include\s+(.+)$/.exec(line)?.[1]
    if (line.startsWith('/')) return [line.replace(/^\/+/, '')]
    if (included === undefined || depth >= DEEPEST_INCLUDE) return []
    const pattern = included.startsWith('/') ? included.replace(/^\/+/, '') : `${parentOf(file)}/${included}`
    return selector(tree)
      .select(pattern)
      .flatMap((one) => confDirs(tree, one, depth + 1))
  })
}

/** `$ORIGIN` is the directory of the file itself; nobody uses the others for libraries of the system. */
const runpathDirs = ({ runpath }: Elf, file: string): readonly string[] =>
  runpath
    .map((dir) => dir.replace(/\$(?:ORIGIN\b|\{ORIGIN\})/g, `/${parentOf(file)}`))
    .filter((dir) => dir.startsWith('/') && !dir.includes('$'))
    .map((dir) => dir.replace(/^\/+/, ''))

export interface Libraries {
  /** What the file at a path, without links, is as ELF; undefined for what is none. */
  elfAt(path: string): Elf | undefined
  /** Where the library of a name is for the ELF file at `path`. Not resolved. Undefined when it is nowhere. */
  find(name: string, path: string, elf: Elf): string | undefined
}

/** The libraries of a root. What was looked at once is remembered. */
export const librariesOf = (tree: Tree): Libraries => {
  const elves = new Map<string, Elf | undefined>()
  const conf = confDirs(tree, 'etc/ld.so.conf')

  const elfAt = (path: string): Elf | undefined => {
    if (!elves.has(path))
      elves.set(
        path,
        readElf((offset, length) => tree.bytes(path, offset, length)),
      )
    return elves.get(path)
  }

  const fits = (candidate: string, { machine, bits }: Elf): boolean => {
    const found = resolve(tree, candidate)
    if (found.state !== 'found' || found.node.kind !== 'file') return false
    const elf = elfAt(found.path)
    return elf?.machine === machine && elf.bits === bits
  }

  return {
    elfAt,
    find: (name, path, elf) => {
      if (name.startsWith('/')) return fits(name.slice(1), elf) ? name.slice(1) : undefined
      if (name.includes('/') || name === '') return undefined
      const dirs = [...runpathDirs(elf, path), ...conf, ...standardDirs(elf)]
      return dirs.map((dir) => `${dir}/${name}`).find((candidate) => fits(candidate, elf))
    },
  }
}
