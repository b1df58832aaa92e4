import type { DirEntry, Reader, Scanned } from './host.ts'
import { HostError, orElse, WRONG_KIND } from './host.ts'

/** `list` of a directory that is reached component by component: where there is no openat2(2), or where it refuses. */
const reached = <T>(
  reader: Pick<Reader, 'stat'>,
  base: string,
  relative: string,
  list: (whole: string) => T | undefined,
): T | undefined => {
  const whole = relative === '' ? base : `${base}/${relative}`
  return orElse(
    () => {
      let path = base
      for (const name of relative === '' ? [] : relative.split('/')) {
        path += `/${name}`
        const kind = name === '..' ? 'link' : reader.stat(path)?.kind
        if (kind === undefined) return undefined
        if (kind === 'link') throw new HostError(whole, WRONG_KIND.link)
      }
      return list(whole)
    },
    ({ reason }) => {
      throw new HostError(whole, reason)
    },
  )
}

/** `Reader.listInside` for any host. */
export const listInside = (
  reader: Pick<Reader, 'stat' | 'readDir'>,
  base: string,
  relative: string,
): readonly DirEntry[] | undefined => reached(reader, base, relative, (whole) => reader.readDir(whole)?.entries)

/** What is no UTF-8 has become U+FFFD. */
const UNPRINTABLE = /[\u0000-\u001f\u007f\ufffd]/

/** `Reader.scanInside` for any host; `look` is lstat(2), undefined for what has gone meanwhile. */
export const scanInside = (
  reader: Pick<Reader, 'stat' | 'readDir'>,
  base: string,
  relative: string,
  look: (path: string) => Omit<Scanned, 'name' | 'isPlain'> | undefined,
): readonly Scanned[] | undefined =>
  reached(reader, base, relative, (whole) =>
    reader.readDir(whole)?.entries.flatMap(({ name }) => {
      const found = look(`${whole}/${name}`)
      return found === undefined ? [] : [{ name, isPlain: !UNPRINTABLE.test(name), ...found }]
    }),
  )
