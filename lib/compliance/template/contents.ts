import { orElse } from '../../host/host.ts'
import type { Check } from '../check.ts'
import { octal } from '../mode.ts'
import { type Entry, parentOf } from '../tree.ts'
import { walk } from '../walk.ts'
import { TPL } from './rules.ts'

/** One look at every file of a template. */

/** Inside of these an absolute link means another root, and rules of their own look at links. */
const OWN_ROOTS = ['rootfs/', 'disk-image/rootfs/', 'home-skeleton/'] as const

/** Whether a link, followed without anything of the host, climbs above the top. */
const climbsOut = (path: string, target: string): boolean => {
  const names = target.startsWith('/')
    ? []
    : parentOf(path)
        .split('/')
        .filter((name) => name !== '')
  let depth = names.length
  for (const name of target.split('/')) {
    if (name === '..') depth -= 1
    else if (name !== '' && name !== '.') depth += 1
    if (depth < 0) return true
  }
  return false
}

const checkLink = ({ tree, report }: Check, path: string): void => {
  const target = orElse(
    () => tree.target(path),
    () => '',
  )
  const isAbsolute = target.startsWith('/') && !OWN_ROOTS.some((root) => path.startsWith(root))
  if (isAbsolute || climbsOut(path, target))
    report(TPL['TPL-05'], path, `is a link to '${target}', which is outside of the template`)
}

/** Three short lines: version, oid, size. */
const POINTER_SIZES = { least: 100, most: 200 } as const
const POINTER = 'version https://git-lfs.github.com/spec/'

const checkPointer = ({ tree, report }: Check, path: string, { size }: Entry): void => {
  if (size < POINTER_SIZES.least || size > POINTER_SIZES.most) return
  const text = orElse(
    () => tree.text(path, POINTER_SIZES.most),
    () => undefined,
  )
  if (text?.startsWith(POINTER) === true)
    report(TPL['TPL-05'], path, 'is a pointer of git-lfs, and not the file itself', { hint: 'git lfs pull' })
}

const KEPT_MODES: Readonly<Partial<Record<Entry['kind'], readonly number[]>>> = {
  file: [0o644, 0o755],
  directory: [0o755],
}

/** With another umask a checkout has other bits for group and others, and none of them is meant. */
const isFromUmask = (mode: number): boolean =>
  (mode & 0o7000) === 0 && (mode & 0o700) !== 0 && [0o775, 0o664].includes(mode)

const KEEPS: readonly string[] = ['.gitkeep', '.keep', '.placeholder']

/** What the rules ask for themselves, so that an instantiation makes it again. */
const RESTORED = [
  /^(?:disk-image\/)?rootfs(?:\/(?:boot|dev|efi|etc|mnt|proc|root|run|srv|sys|tmp|usr|var|var\/tmp))?$/,
  /^(?:disk-image\/)?rootfs\/(?:etc\/extension-release\.d|etc\/systemd\/(?:system|network)|usr\/lib\/systemd\/system)$/,
  /^rootfs\/(?:usr\/lib\/bitbuilder\/lib|var\/lib|var\/lib\/infra|(?:etc|usr\/lib)\/systemd\/system\/multi-user\.target\.wants)$/,
  /^disk-image\/(?:boot|efi)$/,
  /^home-skeleton\/(?:\.config|\.config\/systemd|\.config\/systemd\/user|\.local|\.local\/bin|\.local\/share|\.ssh)$/,
  /^home-skeleton\/\.ssh\/authorized_keys[^/]*$/,
] as const

const checkKept = ({ tree, report }: Check, path: string, { kind, mode, name }: Entry): void => {
  const rule = TPL['TPL-06']
  if (RESTORED.some((pattern) => pattern.test(path))) return
  if (kind === 'fifo' || kind === 'socket' || kind === 'device')
    report(rule, path, `is a ${kind}, which git does not keep`)
  else if (KEPT_MODES[kind]?.includes(mode) === false && !isFromUmask(mode))
    report(rule, path, `has mode ${octal(mode)}, and git keeps ${kind === 'file' ? '0644 and 0755' : '0755'} alone`)
  if (kind === 'directory' && tree.entries(path).length === 0)
    report(rule, path, 'is an empty directory, which git does not keep')
  if (kind === 'file' && KEEPS.includes(name) && tree.entries(parentOf(path)).length === 1)
    report(rule, path, 'only keeps a directory for git, and would be in what is made of the template', {
      fixes: [{ do: 'remove', path }],
    })
}

const checkSubmodule = ({ tree, report }: Check, path: string, { kind, name }: Entry): void => {
  if (kind !== 'directory' && name === '.git')
    report(TPL['TPL-05'], parentOf(path), 'is a submodule, whose files nobody fetches')
  if (path === '.gitmodules' && kind === 'file' && tree.node('.gitmodules')?.size !== 0)
    report(TPL['TPL-05'], path, 'names submodules, whose files nobody fetches')
}

export const checkContents = (check: Check): void => {
  walk(check.tree, '', {
    visit: (path, entry) => {
      if (path === '.git') return false
      if (entry.kind === 'link') checkLink(check, path)
      else if (entry.kind === 'file') checkPointer(check, path, entry)
      checkSubmodule(check, path, entry)
      if (check.mode === 'source') checkKept(check, path, entry)
      return true
    },
    giveUp: (path, what) => check.report(TPL['TPL-05'], path, what),
  })
}
