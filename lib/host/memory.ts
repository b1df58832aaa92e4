import { utf8 } from '../systemd/escape.ts'
import type { DirEntry, Finished, Host, Kind, Level, Stat } from './host.ts'
import { HostError, WRONG_KIND } from './host.ts'
import { listInside, scanInside } from './list-inside.ts'
import { locate } from './locate.ts'
import { nestingOf } from './nesting.ts'
import { readFileInside } from './resolve.ts'

/** One thing in the tree of a `memoryHost`. Owned by root; directories that nobody names are made. */
export type MemoryNode =
  | string
  | Uint8Array
  | { readonly link: string }
  | {
      readonly kind: Exclude<Kind, 'link'>
      readonly uid?: number
      readonly gid?: number
      readonly mode?: number
      readonly text?: string
      /** Of a device, `1:3`. */
      readonly device?: string
      /** Hard links. */
      readonly links?: number
      /** Extended ones. */
      readonly attributes?: Readonly<Record<string, string>>
    }

interface Inode {
  readonly kind: Kind
  readonly uid: number
  readonly gid: number
  mode: number
  readonly bytes: readonly number[] | Uint8Array
  /** Undefined where the bytes are no UTF-8. */
  readonly text: string | undefined
  readonly target: string
  readonly device: string
  readonly links: number
  readonly attributes: Readonly<Record<string, string>>
}

export interface MemoryOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly calledAs?: string
  /** Milliseconds that each call of `now()` takes: a test of time limits. */
  readonly tick?: number
  readonly run?: (command: readonly string[]) => Finished
  /** What comes on standard input, a piece at a time. */
  readonly input?: readonly Uint8Array[]
}

export interface MemoryHost extends Host {
  /** What was printed and logged, in order. */
  readonly printed: string[]
  readonly logged: { readonly level: Level; readonly line: string }[]
  readonly commands: (readonly string[])[]
  /** Paths below a directory, sorted, with the text of files and `-> TARGET` of links. */
  tree(path: string): readonly (readonly [string, string])[]
}

const inodeOf = (node: MemoryNode): Inode => {
  const base = { uid: 0, gid: 0, mode: 0o644, target: '', device: '', links: 1, attributes: {} }
  if (typeof node === 'string') return { ...base, kind: 'file', bytes: utf8(node), text: wellFormed(node) }
  if (node instanceof Uint8Array) return { ...base, kind: 'file', bytes: node, text: undefined }
  if ('link' in node) return { ...base, kind: 'link', mode: 0o777, bytes: [], text: undefined, target: node.link }
  const text = node.text ?? ''
  const mode = node.mode ?? (node.kind === 'directory' ? 0o755 : 0o644)
  const device = node.device ?? (node.kind === 'device' ? '1:3' : '')
  const links = node.links ?? 1
  const attributes = node.attributes ?? {}
  return {
    ...base,
    attributes,
    kind: node.kind,
    uid: node.uid ?? 0,
    gid: node.gid ?? 0,
    mode,
    bytes: utf8(text),
    text,
    device,
    links,
  }
}

const nodeOf = ({ kind, uid, gid, mode, text, bytes, target, device, links, attributes }: Inode): MemoryNode => {
  if (kind === 'link') return { link: target }
  return text === undefined ? Uint8Array.from(bytes) : { kind, uid, gid, mode, text, device, links, attributes }
}

/** A lone surrogate has no UTF-8. */
const wellFormed = (text: string): string => text.replace(/[\ud800-\udfff]/gu, '\ufffd')

const refuseNul = (path: string, text: string): void => {
  if (text.includes('\0')) throw new HostError(path, 'EINVAL')
}

const NOT_BELOW = 'is not a directory, or not below one'

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/'

/** A whole machine in memory, for tests: the same contract as the real ones, and no disk. */
export const memoryHost = (
  files: Readonly<Record<string, MemoryNode>> = {},
  options: MemoryOptions = {},
): MemoryHost => {
  const inodes = new Map<string, Inode>([['/', inodeOf({ kind: 'directory' })]])

  const resolve = (given: string, followLast: boolean): string => {
    const path = wellFormed(given)
    refuseNul(given, path)
    return locate(path, followLast, (here) => {
      const parent = inodes.get(parentOf(here))
      if (parent !== undefined && parent.kind !== 'directory') {
        throw new HostError(path, NOT_BELOW)
      }
      const inode = inodes.get(here)
      return inode?.kind === 'link' ? inode.target : undefined
    })
  }

  const makeParents = (path: string): void => {
    if (inodes.has(path)) return
    makeParents(parentOf(path))
    inodes.set(path, inodeOf({ kind: 'directory' }))
  }

  const put = (path: string, inode: Inode): void => {
    if (inodes.get(parentOf(path))?.kind !== 'directory') throw new HostError(path, 'ENOENT')
    inodes.set(path, inode)
  }

  const create = (path: string, inode: Inode): void => {
    const real = resolve(path, false)
    if (inodes.has(real)) throw new HostError(path, 'already exists')
    put(real, inode)
  }

  for (const [path, node] of Object.entries(files)) {
    makeParents(parentOf(path))
    inodes.set(path, inodeOf(node))
  }

  const statOf = ({ kind, uid, gid, mode, bytes }: Inode): Stat => ({ kind, uid, gid, mode, size: bytes.length })

  const below = (path: string): string[] => {
    const prefix = path === '/' ? '/' : `${path}/`
    return [...inodes.keys()].filter((one) => one.startsWith(prefix) && one !== '/').sort()
  }

  const openFile = (path: string, followLast: boolean): Inode | undefined => {
    const inode = inodes.get(resolve(path, followLast))
    if (inode !== undefined && inode.kind !== 'file') throw new HostError(path, WRONG_KIND[inode.kind])
    return inode
  }

  let clock = 0
  const input = [...(options.input ?? [])]
  const printed: string[] = []
  const logged: { level: Level; line: string }[] = []
  const commands: (readonly string[])[] = []
  const print = (text: string): void => {
    printed.push(wellFormed(text))
  }
  const log = (level: Level, line: string): void => {
    logged.push({ level, line: wellFormed(line) })
  }

  const host: MemoryHost = {
    printed,
    logged,
    commands,
    tree: (path) =>
      below(path).flatMap((one) => {
        const inode = inodes.get(one) as Inode
        if (inode.kind === 'directory') return []
        return [
          [one.slice(path.length + 1), inode.kind === 'link' ? `-> ${inode.target}` : (inode.text ?? '')] as const,
        ]
      }),

    below: (root) => {
      const inner = [...inodes].filter(([path]) => path.startsWith(`${root}/`))
      const nodes = inner.map(([path, inode]) => [path.slice(root.length), nodeOf(inode)] as const)
      return { ...memoryHost(Object.fromEntries(nodes), options), print, log }
    },
    owner: 0,
    stat: (path) => {
      const inode = inodes.get(resolve(path, false))
      return inode === undefined ? undefined : statOf(inode)
    },
    readDir: (path) => {
      const real = resolve(path, true)
      const inode = inodes.get(real)
      if (inode === undefined) return undefined
      if (inode.kind !== 'directory') throw new HostError(path, NOT_BELOW)
      const children = below(real).filter((one) => parentOf(one) === real)
      const entries = children.map(
        (one): DirEntry => ({ name: one.slice(one.lastIndexOf('/') + 1), kind: (inodes.get(one) as Inode).kind }),
      )
      return { stat: statOf(inode), entries }
    },
    listInside: (base, relative) => listInside(host, base, relative),
    scanInside: (base, relative) =>
      scanInside(host, base, relative, (path) => {
        const inode = inodes.get(resolve(path, false))
        return inode === undefined ? undefined : { ...statOf(inode), links: inode.links, device: inode.device }
      }),
    attributes: (paths) => paths.map((path) => Object.entries(inodes.get(resolve(path, false))?.attributes ?? {})),
    readLink: (path) => {
      const inode = inodes.get(resolve(path, false))
      if (inode?.kind !== 'link') throw new HostError(path, inode === undefined ? 'ENOENT' : 'EINVAL')
      return inode.target
    },
    readFile: (path, limit) => {
      const inode = openFile(path, true)
      if (inode === undefined) return undefined
      if (inode.bytes.length > limit) throw new HostError(path, `is larger than ${limit >> 10} KiB`)
      if (inode.text === undefined) throw new HostError(path, 'is not valid UTF-8')
      return { stat: statOf(inode), text: inode.text, nesting: nestingOf(inode.text) }
    },
    readFileInside: (base, relative, limit) => readFileInside(host, base, relative, limit),
    readBytes: (path, offset, length) =>
      Uint8Array.from(openFile(path, false)?.bytes ?? []).subarray(offset, offset + length),

    makeDir: (path) => {
      const real = resolve(path, true)
      if ((inodes.get(real)?.kind ?? 'directory') !== 'directory') throw new HostError(path, 'already exists')
      makeParents(real)
    },
    createFile: (path, text) => create(path, inodeOf(text)),
    symlink: (link, path) => {
      refuseNul(path, link)
      create(path, inodeOf({ link }))
    },
    makeDirMode: (path, mode) => {
      const real = resolve(path, false)
      const inode = inodes.get(real)
      if (inode === undefined) put(real, inodeOf({ kind: 'directory', mode }))
      else if (inode.kind === 'directory') inode.mode = mode
      else throw new HostError(path, NOT_BELOW)
    },
    setMode: (path, mode) => {
      const inode = inodes.get(resolve(path, false))
      if (inode === undefined) throw new HostError(path, 'ENOENT')
      if (inode.kind === 'link') throw new HostError(path, WRONG_KIND.link)
      inode.mode = mode
    },
    replaceFile: (path, text, mode) => {
      const real = resolve(path, false)
      if (inodes.get(real)?.kind === 'directory') throw new HostError(path, WRONG_KIND.directory)
      put(real, { ...inodeOf(text), mode })
    },
    rename: (from, to) => {
      const [old, fresh] = [resolve(from, false), resolve(to, false)]
      const moved = inodes.get(old)
      const there = inodes.get(fresh)
      if (moved === undefined) throw new HostError(to, 'ENOENT')
      if (there !== undefined && (there.kind === 'directory') !== (moved.kind === 'directory'))
        throw new HostError(to, there.kind === 'directory' ? WRONG_KIND.directory : NOT_BELOW)
      if (below(fresh).length > 0 && fresh !== old) throw new HostError(to, 'ENOTEMPTY')
      const inside = below(old).map((path) => [path, inodes.get(path) as Inode] as const)
      put(fresh, moved)
      for (const [path, inode] of [[old, moved] as const, ...inside]) {
        inodes.delete(path)
        inodes.set(`${fresh}${path.slice(old.length)}`, inode)
      }
    },
    remove: (path) => {
      const real = resolve(path, false)
      for (const one of [real, ...below(real)]) inodes.delete(one)
    },

    calledAs: options.calledAs ?? 'bitbuilder',
    env: (name) => options.env?.[name],
    now: () => {
      clock += options.tick ?? 0
      return clock
    },
    architecture: () => 'x86-64',
    isTerminal: () => false,
    readInput: (most) => {
      const next = input.shift() ?? new Uint8Array()
      if (next.length > most) input.unshift(next.subarray(most))
      return next.subarray(0, most)
    },
    print,
    log,

    run: (command) => {
      commands.push(command)
      return options.run?.(command) ?? { status: 0, stdout: '', stderr: '' }
    },
    watch: (command, seconds, tick) => {
      const finished = host.run(command, seconds)
      tick(finished.stdout)
      return finished
    },
    become: (command) => {
      commands.push(command)
    },
    withLock: (path, _seconds, work) => {
      resolve(path, false)
      return work()
    },
    sleep: (milliseconds) => {
      clock += milliseconds
    },
  }
  return host
}
