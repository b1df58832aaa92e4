import { RELEASE_DIR } from '../../extensions/release.ts'
import type { Check } from '../check.ts'
import { elfWatch } from '../extension-release/elf.ts'
import type { Extension } from '../extension-release/extension.ts'
import { findRelease } from '../extension-release/find.ts'
import { checkFit } from '../extension-release/fit.ts'
import { EXTREL } from '../extension-release/rules.ts'
import { checkValues } from '../extension-release/values.ts'
import { FMT } from '../format/rules.ts'
import { checkUserdb } from '../home/userdb.ts'
import { checkNetworkFiles } from '../network/network.ts'
import { resolve } from '../resolve.ts'
import type { Entry } from '../tree.ts'
import { checkVerifiers } from '../voa/tree.ts'
import { walk } from '../walk.ts'
import { checkLink } from './links.ts'
import { mergeWatch } from './merged.ts'
import { SYSEXT } from './rules.ts'
import { unitWatch } from './units.ts'

const HIERARCHIES = ['usr', 'opt']

/** What people and git put beside the contents of a tree, and a template has; an image made by mkfs.ext4(8) has one thing of its own. */
const BESIDE = /^(?:\.git.*|README.*|LICENSE.*|COPYING.*|metadata\.json)$/

export const isBesideName = (name: string): boolean => BESIDE.test(name)

export const isBeside = ({ tree, mode }: Check, { form }: Extension, name: string): boolean =>
  // mkfs.ext4(8) makes one thing of its own.
  form === 'image'
    ? name === 'lost+found'
    : isBesideName(name) && (mode === 'source' || tree.node('metadata.json')?.kind === 'file')

const checkTop = (check: Check, extension: Extension): void => {
  const { tree, report } = check
  for (const { name, kind } of tree.entries('')) {
    if (!HIERARCHIES.includes(name)) {
      if (!isBeside(check, extension, name))
        report(SYSEXT['SYSEXT-01'], name, 'is never merged, only usr/ and opt/ are', {
          ...(name === 'etc' ? { hint: 'a configuration extension, NAME.confext, is for etc/' } : {}),
        })
    } else if (kind === 'link') {
      const isInside = resolve(tree, name).state === 'found'
      report(SYSEXT['SYSEXT-02'], name, isInside ? 'is a link, expected a directory' : 'is a link that leads nowhere', {
        severity: isInside ? 'warning' : 'error',
      })
    } else if (kind !== 'directory')
      report(SYSEXT['SYSEXT-02'], name, `is a ${kind}: with it no extension at all is merged`)
  }
  for (const { name, kind } of tree.entries('opt'))
    if (kind !== 'directory' && name !== '.systemd-sysext')
      report(SYSEXT['SYSEXT-16'], `opt/${name}`, `is a ${kind}, expected a directory for each vendor`)
}

const checkNames = ({ report }: Check, path: string): void => {
  if (path === 'usr/lib/os-release')
    report(SYSEXT['SYSEXT-04'], path, 'makes this an operating system: with it no extension at all is merged')
  else if (path === 'etc/os-release' || path === 'usr/lib/initrd-release')
    report(EXTREL['EXTREL-17'], path, 'makes this an operating system')
  else if (path === 'usr/.systemd-sysext' || path === 'opt/.systemd-sysext')
    report(SYSEXT['SYSEXT-11'], path, 'is made by systemd itself when it merges')
}

const checkBits = ({ report }: Check, path: string, { kind, mode }: Entry): void => {
  const bits = [(mode & 0o4000) === 0 ? '' : 'setuid', (mode & 0o2000) === 0 ? '' : 'setgid'].filter(
    (one) => one !== '',
  )
  if (kind === 'file' && bits.length > 0)
    report(SYSEXT['SYSEXT-13'], path, `is ${bits.join(' and ')}, and a merged /usr is mounted so that it counts`)
}

const isMerged = (path: string): boolean => /^(?:usr|opt)(?:\/|$)/.test(path)

/** All of section b of the rules but where it lies. */
export const checkSysext = (check: Check, extension: Extension): void => {
  checkTop(check, extension)
  const release = findRelease(check, extension)
  if (release !== undefined) {
    checkValues(check, 'sysext', release)
    checkFit(check, 'sysext', release)
  }
  const [merge, elf, units] = [mergeWatch(check, 'sysext'), elfWatch(check, extension), unitWatch(check)]
  let payload = 0
  walk(check.tree, '', {
    visit: (path, entry) => {
      checkNames(check, path)
      if (!isMerged(path)) return path === 'etc' && entry.kind === 'directory'
      if (entry.kind !== 'directory' && !path.startsWith(`${RELEASE_DIR.sysext}/`)) payload += 1
      checkBits(check, path, entry)
      if (entry.kind === 'link') checkLink(check, path)
      elf.visit(path, entry)
      units.visit(path)
      return merge.visit(path, entry)
    },
    giveUp: (path, what) => check.report(extension.form === 'image' ? FMT['FMT-06'] : SYSEXT['SYSEXT-01'], path, what),
  })
  if (payload === 0 && release !== undefined)
    check.report(SYSEXT['SYSEXT-05'], '', 'has nothing but its extension-release file')
  elf.end(release)
  units.end()
  checkNetworkFiles(check)
  checkVerifiers(check, 'sysext')
  checkUserdb(check)
}
