import type { DirEntry, Reader } from './host.ts'
import { HostError, orElse, WRONG_KIND } from './host.ts'

/** `Reader.listInside` for any host, component by component: where there is no openat2(2), or where it refuses. */
export const listInside = (
  reader: Pick<Reader, 'stat' | 'readDir'>,
  base: string,
  relative: string,
): readonly DirEntry[] | undefined => {
  const whole = `${base}/${relative}`
  return orElse(
    () => {
      let path = base
      for (const name of relative.split('/')) {
        path += `/${name}`
        const kind = name === '..' ? 'link' : reader.stat(path)?.kind
        if (kind === undefined) return undefined
        if (kind === 'link') throw new HostError(whole, WRONG_KIND.link)
      }
      return reader.readDir(whole)?.entries
    },
    ({ reason }) => {
      throw new HostError(whole, reason)
    },
  )
}
