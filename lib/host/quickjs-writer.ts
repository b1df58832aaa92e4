/** The writing half of the host port on the small engine. */

import { O_CREAT, O_DIRECTORY, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK } from 'bitbuilder:linux'
import { getpid } from 'qjs:os'
import { EEXIST, EISDIR, ENOENT } from './errno.ts'
import type { Writer } from './host.ts'
import type { Path } from './linux.ts'
import * as linux from './linux.ts'
import { check } from './quickjs-check.ts'

const { HERE, O_RDONLY, O_WRONLY, using } = linux

/** The result of mkdir(2), and no error when there is a directory. */
const makeOne = (path: string): number => {
  const result = linux.mkdir(HERE, path, 0o777)
  if (result !== -EEXIST) return result
  const there = linux.stat(HERE, path)
  return there >= 0 && linux.lastKind() !== 'directory' ? result : there
}

/** The same with its parents. Once they are there it is tried once more and no oftener: there are places where nothing can be made. */
const makeAll = (path: string): number => {
  const result = makeOne(path)
  const parent = path.slice(0, Math.max(path.lastIndexOf('/'), 0))
  if (result !== -ENOENT || parent === '') return result
  const above = makeAll(parent)
  return above < 0 ? above : makeOne(path)
}

const makeDir = (path: string): void => {
  check(path, makeAll(path))
}

const makeDirMode = (path: string, mode: number): void => {
  const made = linux.mkdir(HERE, path, 0o777)
  if (made !== -EEXIST) check(path, made)
  using(check(path, linux.open(HERE, path, O_RDONLY | O_NOFOLLOW | O_DIRECTORY)), (fd) => {
    check(path, linux.fchmod(fd, mode))
    check(path, linux.takeOwnership(fd))
  })
}

/** Removes what `name` is in an open directory, with all in it. `path` is what an error says. */
const removeIn = (path: string, directory: number, name: Path): void => {
  const result = linux.unlink(directory, name)
  if (result === -ENOENT) return
  if (result !== -EISDIR) {
    check(path, result)
    return
  }
  using(check(path, linux.open(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)), (fd) => {
    const inside: Path[] = []
    check(path, linux.readNames(fd, inside))
    for (const one of inside) removeIn(path, fd, one)
  })
  check(path, linux.rmdir(directory, name))
}

const createFile = (path: string, text: string): void => {
  const fd = check(path, linux.open(HERE, path, O_WRONLY | O_CREAT | O_EXCL, 0o644))
  const result = linux.write(fd, text)
  linux.close(fd)
  check(path, result)
}

const replaceFile = (path: string, text: string, mode: number): void => {
  const beside = `${path}.${getpid()}.tmp`
  removeIn(path, HERE, beside)
  using(check(path, linux.open(HERE, beside, O_WRONLY | O_CREAT | O_EXCL, 0o600)), (fd) => {
    try {
      check(path, linux.write(fd, text))
      check(path, linux.fchmod(fd, mode))
      check(path, linux.fsync(fd))
      check(path, linux.rename(beside, path))
    } catch (thrown) {
      linux.unlink(HERE, beside)
      throw thrown
    }
  })
}

const setMode = (path: string, mode: number): void =>
  using(check(path, linux.open(HERE, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)), (fd) => {
    check(path, linux.fchmod(fd, mode))
  })

export const writer: Writer = {
  makeDir,
  createFile,
  symlink: (target, path) => {
    check(path, linux.symlink(target, HERE, path))
  },
  makeDirMode,
  setMode,
  replaceFile,
  rename: (from, to) => {
    check(to, linux.rename(from, to))
  },
  remove: (path) => removeIn(path, HERE, path),
}
