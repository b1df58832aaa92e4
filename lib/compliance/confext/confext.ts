import { orElse } from '../../host/host.ts'
import type { Check } from '../check.ts'
import type { Extension } from '../extension-release/extension.ts'
import { findRelease } from '../extension-release/find.ts'
import { checkFit } from '../extension-release/fit.ts'
import { EXTREL } from '../extension-release/rules.ts'
import { checkValues } from '../extension-release/values.ts'
import { FMT } from '../format/rules.ts'
import { checkUserdb } from '../home/userdb.ts'
import { octal } from '../mode.ts'
import { checkNetworkFiles } from '../network/network.ts'
import { mergeWatch } from '../sysext/merged.ts'
import { isBeside } from '../sysext/sysext.ts'
import type { Entry } from '../tree.ts'
import { checkVerifiers } from '../voa/tree.ts'
import { walk } from '../walk.ts'
import { checkContents, checkWriters } from './contents.ts'
import { CONFEXT } from './rules.ts'

/** They make the host another one. */
const IDENTITY = ['etc/os-release', 'etc/initrd-release', 'etc/machine-id']

/** Written by programs: one that replaces such a file freezes it. */
const WRITTEN = /^etc\/(?:passwd|group|shadow|gshadow|fstab|resolv\.conf|mtab)$/

const PROGRAMS = /^etc\/(?:systemd\/(?:system|user)-(?:generators|environment-generators|shutdown|sleep)|init\.d)\//

const SECRET = /(?:\.key|\.pem|private|wireguard|^etc\/(?:shadow|gshadow)$)/

const isText = (bytes: Uint8Array, text: string): boolean =>
  bytes.length >= text.length && [...text].every((char, index) => bytes[index] === char.charCodeAt(0))

const checkTop = (check: Check, extension: Extension): void => {
  const { tree, report } = check
  for (const { name, kind } of tree.entries('')) {
    // usr/lib/os-release has a rule of its own.
    if (name === 'etc' && kind !== 'directory')
      report(CONFEXT['CONFEXT-01'], name, `is a ${kind}, expected a directory`, {
        severity: kind === 'link' ? 'warning' : 'error',
      })
    else if (name !== 'etc' && !isBeside(check, extension, name))
      report(CONFEXT['CONFEXT-01'], name, 'is never merged, only etc/ is', {
        ...(name === 'usr' || name === 'opt' ? { hint: 'a system extension, NAME.sysext, is for usr/ and opt/' } : {}),
      })
  }
}

const checkNames = ({ report }: Check, path: string): void => {
  if (IDENTITY.includes(path)) report(CONFEXT['CONFEXT-04'], path, 'replaces the identity of the host')
  else if (path === 'usr/lib/os-release') report(CONFEXT['CONFEXT-05'], path, 'makes this an operating system')
  else if (path === 'usr/lib/initrd-release') report(EXTREL['EXTREL-17'], path, 'makes this an operating system')
  else if (WRITTEN.test(path)) report(CONFEXT['CONFEXT-09'], path, 'replaces a whole file that programs write to')
}

const checkProgram = ({ tree, report }: Check, path: string, { kind, mode }: Entry): void => {
  const rule = CONFEXT['CONFEXT-06']
  if (kind !== 'file') return
  if ((mode & 0o6000) !== 0) report(rule, path, 'is setuid or setgid')
  const isExecutable = (mode & 0o111) !== 0
  if (PROGRAMS.test(path)) {
    report(rule, path, 'cannot be run: a merged /etc is mounted noexec')
    return
  }
  if (!isExecutable) return
  const head = orElse(
    () => tree.bytes(path, 0, 4),
    () => new Uint8Array(),
  )
  if (isText(head, '#!') || isText(head, '\x7fELF'))
    report(rule, path, 'cannot be run: a merged /etc is mounted noexec')
  else report(rule, path, 'is executable, and a merged /etc is mounted noexec', { severity: 'warning' })
}

/** Files of systemd-networkd.service(8), which is not root and has to read them: only some hold a secret. */
const NETWORK = /^etc\/systemd\/network\//
const LARGEST_NETWORK = 64 << 10

const isSecret = ({ tree }: Check, path: string): boolean => {
  if (!SECRET.test(path) || /\.pub$|certificate/.test(path)) return false
  if (!NETWORK.test(path)) return true
  const text = orElse(
    () => tree.text(path, LARGEST_NETWORK) ?? '',
    () => '',
  )
  return /^\s*(?:PrivateKey|PresharedKey)\s*=\s*[^@\s]/m.test(text)
}

const checkSecret = (check: Check, path: string, { kind, mode }: Entry): void => {
  if (kind === 'file' && (mode & 0o004) !== 0 && isSecret(check, path))
    check.report(CONFEXT['CONFEXT-07'], path, `has mode ${octal(mode)}: everybody can read it`, {
      isLost: true,
      fixes: [{ do: 'chmod', path, mode: mode & 0o770 }],
    })
}

/** All of section c of the rules but where it lies. */
export const checkConfext = (check: Check, extension: Extension): void => {
  checkTop(check, extension)
  const release = findRelease(check, extension)
  if (release !== undefined) {
    checkValues(check, 'confext', release)
    checkFit(check, 'confext', release)
  }
  const merge = mergeWatch(check, 'confext')
  walk(check.tree, '', {
    visit: (path, entry) => {
      checkNames(check, path)
      if (!path.startsWith('etc/')) return path === 'etc' || path === 'usr' || path === 'usr/lib'
      checkProgram(check, path, entry)
      checkSecret(check, path, entry)
      checkContents(check, path, entry)
      checkWriters(check, path, entry)
      return merge.visit(path, entry)
    },
    giveUp: (path, what) =>
      check.report(extension.form === 'image' ? FMT['FMT-06'] : CONFEXT['CONFEXT-01'], path, what),
  })
  checkNetworkFiles(check)
  checkVerifiers(check, 'confext')
  checkUserdb(check)
}
