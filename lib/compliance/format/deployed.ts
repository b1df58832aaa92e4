import type { ExtensionClass } from '../../layout/paths.ts'
import { parseOsRelease } from '../../systemd/os-release.ts'
import { type Base, type Check, inside } from '../check.ts'
import { CONFEXT } from '../confext/rules.ts'
import { isDirectory, textAt } from '../resolve.ts'
import { SYSEXT } from '../sysext/rules.ts'
import type { Tree } from '../tree.ts'
import { checkSearchDirectory, type Found } from './search.ts'

/** In the order in which systemd looks, systemd-sysext(8). */
const SEARCHED: Readonly<Record<ExtensionClass, readonly string[]>> = {
  sysext: ['etc/extensions', 'run/extensions', 'var/lib/extensions'],
  confext: ['run/confexts', 'var/lib/confexts', 'usr/local/lib/confexts', 'usr/lib/confexts'],
}

const NOT_SEARCHED: Readonly<Record<ExtensionClass, readonly string[]>> = {
  sysext: ['usr/lib/extensions', 'usr/local/lib/extensions'],
  confext: ['etc/confexts'],
}

const LARGEST = 64 << 10

const baseOf = (tree: Tree): Base | undefined => {
  const text = textAt(tree, 'etc/os-release', LARGEST) ?? textAt(tree, 'usr/lib/os-release', LARGEST)
  const parsed = text === undefined ? undefined : parseOsRelease(text)
  return parsed !== undefined && 'values' in parsed ? { tree, release: parsed.values } : undefined
}

/** The extensions that a root file system comes with: where they are, and whether they fit it. */
export const checkDeployed = (check: Check): void => {
  const { tree, report } = check
  for (const kind of ['sysext', 'confext'] as const) {
    for (const dir of NOT_SEARCHED[kind])
      for (const { name } of tree.entries(dir))
        report(
          kind === 'sysext' ? SYSEXT['SYSEXT-14'] : CONFEXT['CONFEXT-08'],
          `${dir}/${name}`,
          'is where systemd does not look',
          {
            hint: `/${SEARCHED[kind].at(kind === 'sysext' ? -1 : 1)}/${name}`,
          },
        )
    const found: Found = new Map()
    for (const dir of SEARCHED[kind])
      if (isDirectory(tree, dir)) checkSearchDirectory(inside(check, dir, baseOf(tree)), kind, found)
  }
}
