import { readElf } from '../../formats/elf.ts'
import { orElse } from '../../host/host.ts'
import type { Check } from '../check.ts'
import type { Entry } from '../tree.ts'
import type { Extension } from './extension.ts'
import type { Release } from './find.ts'
import { EXTREL } from './rules.ts'

/** More are not looked into: programs of one extension are for one machine, and each of an image costs. */
const MOST_FILES = { tree: 500, image: 24 } as const

/** A header is 64 bytes on the machines with large words. */
const HEADER = 64

/** EXTREL-15 as a walk goes along: `visit` each file, then `end`. */
export const elfWatch = (check: Check, { form }: Extension) => {
  const found = new Map<string, string>()
  let left: number = MOST_FILES[form]
  return {
    visit: (path: string, { kind, mode, size }: Entry): void => {
      const isLikely = (mode & 0o111) !== 0 || /\.so(?:\.|$)/.test(path)
      if (kind !== 'file' || !isLikely || size < HEADER || left === 0) return
      left -= 1
      const architecture = orElse(
        // Nothing but the header.
        () => readElf((offset) => (offset === 0 ? check.tree.bytes(path, 0, HEADER) : new Uint8Array()))?.architecture,
        () => undefined,
      )
      if (architecture !== undefined && !found.has(architecture)) found.set(architecture, path)
    },
    end: (release: Release | undefined): void => {
      if (release === undefined || found.size === 0) return
      const said = release.values.get('ARCHITECTURE') || undefined
      const [first] = found
      const [architecture, path] = first as [string, string]
      if (said === undefined || said === '_any')
        check.report(EXTREL['EXTREL-15'], release.path, `does not say that ${path} is for ${architecture}`, {
          hint: `ARCHITECTURE=${architecture}`,
        })
      else
        for (const [other, where] of found)
          if (other !== said) check.report(EXTREL['EXTREL-15'], where, `is for ${other}, ARCHITECTURE says ${said}`)
    },
  }
}
