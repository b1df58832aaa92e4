/** errno(3): the numbers of x86-64 and arm64, and what a message says. */

export const ENOENT = 2
export const EINTR = 4
export const EAGAIN = 11
export const EEXIST = 17
export const EISDIR = 21
export const EPIPE = 32
export const ELOOP = 40
export const EOPNOTSUPP = 95
export const ECONNRESET = 104

const NAMES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  4: 'EINTR',
  5: 'EIO',
  6: 'ENXIO',
  9: 'EBADF',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  16: 'EBUSY',
  17: 'EEXIST',
  18: 'EXDEV',
  19: 'ENODEV',
  20: 'ENOTDIR',
  21: 'EISDIR',
  22: 'EINVAL',
  23: 'ENFILE',
  24: 'EMFILE',
  26: 'ETXTBSY',
  27: 'EFBIG',
  28: 'ENOSPC',
  30: 'EROFS',
  31: 'EMLINK',
  32: 'EPIPE',
  36: 'ENAMETOOLONG',
  39: 'ENOTEMPTY',
  40: 'ELOOP',
  95: 'EOPNOTSUPP',
  104: 'ECONNRESET',
  116: 'ESTALE',
  122: 'EDQUOT',
}

const nameOf = (number: number): string => NAMES[number] ?? `errno ${number}`

/** In the words of a message that starts with the path. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EEXIST: 'already exists',
  EIO: 'input/output error',
  EISDIR: 'is a directory, expected a file',
  ELOOP: 'is a link, or has too many',
  ENAMETOOLONG: 'name is too long',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'is not a directory, or not below one',
  ENXIO: 'is a socket, expected a file',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
  // Node refuses a NUL in a path before the kernel sees it.
  ERR_INVALID_ARG_VALUE: 'EINVAL',
}

/** `ENOENT` or its number → what stands after the path. */
export const reasonOf = (code: string | number): string => {
  const name = typeof code === 'number' ? nameOf(code) : code
  return REASONS[name] ?? name
}
