/**
 * The one port through which the program touches the machine: small, synchronous, no optional members. Each engine has
 * its own host, and all hosts pass `test/lib/host/contract.ts`.
 */

export type Kind = 'file' | 'directory' | 'link' | 'fifo' | 'socket' | 'device'

/** inode(7), as far as anyone here asks. */
export interface Stat {
  readonly kind: Kind
  readonly uid: number
  readonly gid: number
  /** Permission bits, `0o7777` at most. */
  readonly mode: number
  /** In bytes. */
  readonly size: number
}

export interface DirEntry {
  readonly name: string
  readonly kind: Kind
}

/** An entry of a directory with all that inode(7) says of it. */
export interface Scanned extends DirEntry, Stat {
  /** Whether the name is UTF-8 without control characters. */
  readonly isPlain: boolean
  /** Hard links. */
  readonly links: number
  /** Major and minor number of a device, `1:3`; empty for anything else. */
  readonly device: string
}

/** The order in which they are listed. */
export const byCodeUnit = (a: DirEntry, b: DirEntry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

/** An extended attribute, xattr(7); of the value one character for each byte. */
export type Attribute = readonly [name: string, value: string]

export interface Directory {
  readonly stat: Stat
  /** Sorted by name, by code unit. */
  readonly entries: readonly DirEntry[]
}

export interface TextFile {
  readonly stat: Stat
  readonly text: string
  /**
   * How deep `[` and `{` are nested in it, outside of "…". Engines differ in how deep a parser of JSON can go, and a file
   * must mean the same on all.
   */
  readonly nesting: number
}

/** What every reading method throws when there is something, but not what was asked for: wrong kind, too large, no permission. */
export class HostError extends Error {
  readonly path: string
  /** What is wrong, to be read after the path: `is a directory, expected a file`. */
  readonly reason: string

  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`)
    this.path = path
    this.reason = reason
  }
}

/** What `work` returns or, when it throws a HostError, what `otherwise` makes of that. Anything else thrown is a bug and goes on. */
export const orElse = <T>(work: () => T, otherwise: (error: HostError) => T): T => {
  try {
    return work()
  } catch (thrown) {
    if (thrown instanceof HostError) return otherwise(thrown)
    throw thrown
  }
}

/** What is wrong with something in the place of a file. */
export const WRONG_KIND: Readonly<Record<Exclude<Kind, 'file'>, string>> = {
  directory: 'is a directory, expected a file',
  link: 'is a link, or has too many',
  fifo: 'is a FIFO, expected a file',
  socket: 'is a socket, expected a file',
  device: 'is a device, expected a file',
}

export interface Reader {
  /** The user besides root whose files are obeyed: root again, or, below $BITBUILDER_ROOT, the owner of that root. */
  readonly owner: number
  /** As systemd spells it: `x86-64`, `arm64`. */
  architecture(): string
  /** lstat(2): a link at the end is not followed. Undefined where there is nothing. */
  stat(path: string): Stat | undefined
  /** Undefined where there is nothing. Follows links. */
  readDir(path: string): Directory | undefined
  /**
   * The entries of a directory below `base`, sorted by name; undefined where there is nothing. `base` may be reached
   * through links; from there on one is refused in any place of `relative`, as is `..`: a tenant may have put it there.
   */
  listInside(base: string, relative: string): readonly DirEntry[] | undefined
  /** The same with what each entry is, lstat(2); `relative` may be empty. For trees of some ten thousand files. */
  scanInside(base: string, relative: string): readonly Scanned[] | undefined
  /** Where a symbolic link points, as written. */
  readLink(path: string): string
  /**
   * A regular file of at most `limit` bytes of UTF-8, opened so that a FIFO or a device cannot block. Undefined where
   * there is nothing. Follows links: what a tenant may have written is read by `readFileInside`.
   */
  readFile(path: string, limit: number): TextFile | undefined
  /** The same below `base`, as `resolveInside` finds it: through links as long as they stay there. */
  readFileInside(base: string, relative: string, limit: number): TextFile | undefined
  /** `length` bytes from `offset` of a regular file, fewer at its end; a link at the end of the path is refused. */
  readBytes(path: string, offset: number, length: number): Uint8Array
  /** For each path, in this order: what it has, itself and not what it leads to; nothing where there is nothing. */
  attributes(paths: readonly string[]): readonly (readonly Attribute[])[]
}

/** Writes below the generator's directories; a file that is there already is an error. */
export interface UnitWriter {
  /** mkdir(2) with its parents, 0755; no error when it is there. */
  makeDir(path: string): void
  /** open(2) with O_EXCL, 0644. */
  createFile(path: string, text: string): void
  symlink(target: string, path: string): void
}

/** What programs started by units, as root, need beyond that. */
export interface Writer extends UnitWriter {
  /** One directory, with this mode, whatever the umask; no error when it is there, and then its mode is set. Owned by root. */
  makeDirMode(path: string, mode: number): void
  /** Replaces the whole file or leaves the old one: written beside it, synced, renamed over it. */
  replaceFile(path: string, text: string, mode: number): void
  /** chmod(2) of a file or directory; a link at the end of the path is refused. */
  setMode(path: string, mode: number): void
  /**
   * rename(2): moves a file, a link or a directory to another place of its file system. A file or link there is replaced
   * at once, an empty directory by a directory. Links at the ends are not followed.
   */
  rename(from: string, to: string): void
  /** Removes a file, a link, or a directory with all in it, following nothing. No error when there is nothing. */
  remove(path: string): void
}

export interface Finished {
  /** Exit status; 128 + signal when killed, 127 when it could not be started. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface Environment {
  /** The name this program was called by, without its directory. */
  readonly calledAs: string
  env(name: string): string | undefined
  /** Milliseconds since this process started, never going back. */
  now(): number
  /** Whether standard output is a terminal. */
  isTerminal(): boolean
}

export type Level = 'error' | 'warning' | 'info'

export interface Output {
  /** Standard output, whole lines. */
  print(text: string): void
  /**
   * One line for the log. To /dev/kmsg when the system manager runs a generator (systemd.generator(7)), else to standard
   * error, with `<3>` in front only where the journal reads it.
   */
  log(level: Level, line: string): void
}

export interface Processes {
  /** Runs a program to its end; standard input is empty. `seconds` bounds it. */
  run(command: readonly string[], seconds: number): Finished
  /**
   * The same, and about five times a second while it runs `tick` gets what it has said on standard output since: for a bar
   * that shows how far it is. A character may be cut where one ends and the next begins.
   */
  watch(command: readonly string[], seconds: number, tick: (said: string) => void): Finished
  /**
   * Makes another program of this process, execve(2): with its streams, its terminal, and the signals that are for it. Does
   * not return, but in memory. Throws when there is no such program in $PATH.
   */
  become(command: readonly string[]): void
  /** Holds an exclusive flock(2) on `path`, made if missing, while `work` runs. Throws when it is not had within `seconds`. */
  withLock<T>(path: string, seconds: number, work: () => T): T
  sleep(milliseconds: number): void
}

export interface Input {
  /**
   * Standard input as it comes: what there is of it, at most so many bytes, and waits for the first of them. Empty at its
   * end, which is also a reader or a socket that has gone away.
   */
  readInput(most: number): Uint8Array
}

export interface Host extends Reader, Writer, Environment, Input, Output, Processes {
  /** The same machine, read below another root, as $BITBUILDER_ROOT does it. */
  below(root: string): Host
}
