/** What all images have in common while they are made: a date, a directory to be made in, and the end. */

import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { isBelow } from '../layout/paths.ts'

/** Seconds. */
const PATIENCE_SYNC = 600
/** Another build of the same image is not waited for. */
const PATIENCE_LOCK = 0.1

/**
 * Seconds since 1970 for everything in the image. The newest file would be another one in every checkout, so without a word
 * of reproducible-builds.org it is the first second, which is no 0 that somebody takes for "unknown".
 */
export const epochOf = (host: Host): number => {
  const said = host.env('SOURCE_DATE_EPOCH')
  if (said === undefined || said === '') return 1
  if (!/^[0-9]{1,10}$/.test(said) || Number(said) > 0xffff_ffff)
    throw new HostError('$SOURCE_DATE_EPOCH', `'${said}' is no number of seconds that an image can hold`)
  return Number(said)
}

/** Throws HostError for an image that would become a part of what it is made of. */
export const requireApart = (host: Host, tree: string, directory: string): void => {
  const found = mustRun(host, ['realpath', '--canonicalize-missing', '--zero', '--', tree, directory], PATIENCE_SYNC)
  const [from = '', to = ''] = found.split('\0')
  if (isBelow(to, from)) throw new HostError(directory, `is in ${tree}, of which the image is made`)
}

/**
 * Does `make` in a directory beside the image, for what is being made, and takes that away again. No program takes a name
 * that begins with `.#` for an image.
 */
export const inWorkDirectory = <T>(host: Host, directory: string, file: string, make: (work: string) => T): T => {
  const work = `${directory}/.#${file}.work`
  host.makeDir(work)
  return host.withLock(`${work}/lock`, PATIENCE_LOCK, () => {
    try {
      return make(work)
    } finally {
      host.remove(work)
    }
  })
}

const digestOf = (host: Host, file: string): string =>
  mustRun(host, ['sha256sum', '--', file], PATIENCE_SYNC).replace(/^\\/, '').split(' ')[0] ?? ''

/** Gives an image its name: whole when it has that, and on the disk. */
export const publish = (
  host: Host,
  image: string,
  file: string,
): { readonly size: number; readonly sha256: string } => {
  mustRun(host, ['chmod', '0644', '--', image], PATIENCE_SYNC)
  mustRun(host, ['sync', '--', image], PATIENCE_SYNC)
  const size = host.stat(image)?.size ?? 0
  const sha256 = digestOf(host, image)
  host.rename(image, file)
  return { size, sha256 }
}
