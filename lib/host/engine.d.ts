/** What the small engine offers to a program, as far as it is used here. */

declare module 'qjs:std' {
  export const exit: (status: number) => never
  export const getenv: (name: string) => string | undefined
}

declare module 'qjs:os' {
  export const SIGPIPE: number
  /** Microseconds of a clock that never goes back. */
  export const now: () => number
  export const getpid: () => number
  export const isatty: (fd: number) => boolean
  export const kill: (pid: number, signal: number) => number
  /** `undefined` ignores the signal, `null` sets the default. */
  export const signal: (signal: number, handler: undefined | null) => void
  export const sleep: (milliseconds: number) => void
  /** `[pid, status]`, the status as wait(2) gives it; a pid of 0 when there is nothing to wait for yet. */
  export const waitpid: (pid: number, options: number) => [number, number]
  /** The new process, in which every file descriptor but these three is closed. It ends with 127 when it cannot be started. */
  export const exec: (
    command: readonly string[],
    options: { readonly block: false; readonly stdin: number; readonly stdout: number; readonly stderr: number },
  ) => number
}

/** lib/host/linux.c */
declare module 'bitbuilder:linux' {
  /** The result, or minus errno. A string has no NUL, an array is its bytes, null the length in bytes of what is before it. */
  export const syscall: (number: number, ...args: readonly (number | string | Uint8Array | null)[]) => number
  /** All of a text as UTF-8; 0 or minus errno. */
  export const write: (fd: number, text: string) => number
  /** Becomes a program of $PATH; minus errno when that cannot be. */
  export const execute: (command: readonly string[]) => number
  /** Undefined for what is not UTF-8. */
  export const decode: (bytes: Uint8Array, length: number) => string | undefined
  /** Adds name and type of each entry of an open directory in turn; a name that is no UTF-8 as bytes with a NUL. */
  export const entries: (fd: number, into: (string | Uint8Array | number)[]) => number
  /** Adds an object for each entry, by the bytes of their names; `kinds` by the upper bits of a mode. No UTF-8 as in `entries`. 1 when there are names beyond ASCII. */
  export const scan: (fd: number, into: object[], kinds: readonly string[]) => number

  /** How deep [ and { are nested in so many bytes, outside of "…". */
  export const nesting: (bytes: Uint8Array, length: number) => number

  export const SYS_close: number
  export const SYS_fchmod: number
  export const SYS_fchown: number
  export const SYS_flock: number
  export const SYS_fsync: number
  export const SYS_getegid: number
  export const SYS_geteuid: number
  export const SYS_lgetxattr: number
  export const SYS_llistxattr: number
  export const SYS_mkdirat: number
  export const SYS_openat: number
  export const SYS_openat2: number
  export const SYS_pidfd_open: number
  export const SYS_pipe2: number
  export const SYS_ppoll: number
  export const SYS_pread64: number
  export const SYS_prlimit64: number
  export const SYS_read: number
  export const SYS_readlinkat: number
  export const SYS_renameat2: number
  export const SYS_statx: number
  export const SYS_symlinkat: number
  export const SYS_uname: number
  export const SYS_unlinkat: number

  export const O_CLOEXEC: number
  export const O_CREAT: number
  export const O_DIRECTORY: number
  export const O_EXCL: number
  export const O_NOCTTY: number
  export const O_NOFOLLOW: number
  export const O_NONBLOCK: number
}
