import type { Check } from '../check.ts'
import type { Fix } from '../finding.ts'
import { octal } from '../mode.ts'
import { resolve } from '../resolve.ts'
import type { Entry } from '../tree.ts'
import { ROOT } from './rules.ts'

/** The directories in / and what belongs to the very top. */

const SKELETON = ['etc', 'usr', 'var', 'proc', 'sys', 'dev', 'run', 'tmp'] as const
const MOUNT_POINTS = ['dev', 'proc', 'sys', 'run'] as const
const STICKY = 0o1777

const KNOWN = new Set(
  'bin boot dev efi etc home lib media mnt opt proc root run sbin srv sys tmp usr var lost+found'.split(' '),
)

/** Links of the time before /usr was merged, with where each may lead. */
const MERGED: ReadonlyMap<string, readonly string[]> = new Map([
  ['bin', ['usr/bin']],
  ['sbin', ['usr/sbin', 'usr/bin']],
  ['lib', ['usr/lib']],
  ['lib32', ['usr/lib32', 'usr/lib']],
  ['libx32', ['usr/libx32', 'usr/lib']],
  ['lib64', ['usr/lib64', 'usr/lib']],
])

const PLACEHOLDERS = new Set(['.gitkeep', '.gitignore', '.keep', '.placeholder'])

const checkDirectories = ({ tree, report }: Check): void => {
  for (const name of SKELETON) {
    const node = tree.node(name)
    const fixes: readonly Fix[] = [{ do: 'mkdir', path: name, mode: name === 'tmp' ? STICKY : 0o755 }]
    if (node === undefined) report(ROOT['ROOT-02'], name, 'is missing', { isLost: true, fixes })
    else if (node.kind !== 'directory') report(ROOT['ROOT-02'], name, `is a ${node.kind}, expected a directory`)
  }
}

const checkSticky = ({ tree, report }: Check): void => {
  for (const [path, rule] of [
    ['tmp', ROOT['ROOT-03']],
    ['var/tmp', ROOT['ROOT-04']],
  ] as const) {
    const node = tree.node(path)
    if (path === 'var/tmp' && node?.kind === 'link') {
      const found = resolve(tree, path)
      if (found.state === 'loop' || found.climbs) report(rule, path, 'is a link that leads out of the tree')
    }
    if (node?.kind === 'directory' && node.mode !== STICKY)
      report(rule, path, `has mode ${octal(node.mode)}, expected ${octal(STICKY)}`, {
        isLost: true,
        fixes: [{ do: 'chmod', path, mode: STICKY }],
      })
  }
}

const checkMountPoints = ({ tree, mode, report }: Check): void => {
  for (const name of MOUNT_POINTS) {
    const inner = tree.node(name)?.kind === 'directory' ? tree.entries(name) : []
    const [first] = inner
    if (first === undefined) continue
    const isHeld = inner.every((entry) => PLACEHOLDERS.has(entry.name))
    const words =
      inner.length === 1 ? `has '${first.name}' in it` : `has '${first.name}' and ${inner.length - 1} more in it`
    report(ROOT['ROOT-05'], name, `${words}, expected an empty directory`, {
      ...(isHeld && mode === 'source' ? { severity: 'warning' } : {}),
      ...(isHeld ? { fixes: inner.map((entry): Fix => ({ do: 'remove', path: `${name}/${entry.name}` })) } : {}),
    })
  }
}

const checkCompatibility = (check: Check, name: string, allowed: readonly string[]): void => {
  const { tree, report } = check
  const target = tree.target(name)
  const plain = target.replace(/^\/+|\/+$/g, '')
  const found = resolve(tree, name)
  const isElsewhere = !allowed.includes(plain) && !(found.state === 'found' && allowed.includes(found.path))
  if (isElsewhere) report(ROOT['ROOT-09'], name, `leads to ${target}, expected ${allowed.join(' or ')}`)
  else if (found.state === 'missing') report(ROOT['ROOT-07'], name, `leads to ${target}, which is not there`)
  if (target.startsWith('/') && !isElsewhere)
    report(ROOT['ROOT-10'], name, `leads to ${target}`, { fixes: [{ do: 'link', path: name, target: plain }] })
}

const checkTopLink = (check: Check, { name }: Entry): void => {
  const allowed = MERGED.get(name)
  if (allowed !== undefined) checkCompatibility(check, name, allowed)
  else if (!SKELETON.some((one) => one === name))
    check.report(ROOT['ROOT-07'], name, `is a link to ${check.tree.target(name)}, where nobody expects one`)
}

const checkTop = (check: Check): void => {
  const { tree, report } = check
  const isInitrd = tree.node('etc/initrd-release') !== undefined
  for (const entry of tree.entries('')) {
    const { name, kind } = entry
    if (kind === 'file') {
      if (!(name === 'init' && isInitrd)) report(ROOT['ROOT-06'], name, 'is a file in /')
    } else if (kind === 'link') checkTopLink(check, entry)
    else if (kind === 'directory') {
      if (MERGED.has(name)) report(ROOT['ROOT-09'], name, 'is a directory, expected a link into usr')
      else if (!KNOWN.has(name) && !/^lib[a-z0-9]+$/.test(name) && name !== '.git')
        report(ROOT['ROOT-08'], name, 'is a directory that nobody expects in /')
    }
  }
}

const checkOldPlaces = ({ tree, report }: Check): void => {
  const sbin = tree.node('usr/sbin')
  if (sbin !== undefined && (sbin.kind !== 'link' || !/^(?:\/usr\/)?bin\/?$/.test(tree.target('usr/sbin'))))
    report(
      ROOT['ROOT-11'],
      'usr/sbin',
      `${sbin.kind === 'link' ? `leads to ${tree.target('usr/sbin')}` : `is a ${sbin.kind}`}, expected a link to bin`,
    )
  const run = tree.node('var/run')
  const isLink = run?.kind === 'link' && /^(?:\/run|\.\.\/run)\/?$/.test(tree.target('var/run'))
  if (run !== undefined && !isLink) {
    const isEmpty = run.kind === 'directory' && tree.entries('var/run').length === 0
    report(ROOT['ROOT-12'], 'var/run', `is a ${run.kind}, expected a link to ../run`, {
      ...(isEmpty
        ? {
            fixes: [
              { do: 'remove', path: 'var/run' },
              { do: 'link', path: 'var/run', target: '../run' },
            ],
          }
        : {}),
    })
  }
  for (const path of ['usr/libexec', 'opt', 'etc/opt', 'var/opt'])
    if (tree.entries(path).length > 0) report(ROOT['ROOT-25'], path, 'is used, which the specification advises against')
}

/** `isPartitioned`: an ESP or XBOOTLDR is mounted on them. */
const checkBootPoints = ({ tree, report }: Check, isPartitioned: boolean): void => {
  for (const name of ['boot', 'efi'] as const) {
    const node = tree.node(name)
    if (node !== undefined && node.kind !== 'directory')
      report(ROOT['ROOT-13'], name, `is a ${node.kind}, expected a directory`)
    else if (isPartitioned && node === undefined)
      report(ROOT['ROOT-13'], name, 'is missing', { isLost: true, fixes: [{ do: 'mkdir', path: name, mode: 0o755 }] })
    else if (isPartitioned && tree.entries(name).some((entry) => !PLACEHOLDERS.has(entry.name)))
      report(ROOT['ROOT-13'], name, 'is not empty, so that nothing is mounted there by itself')
  }
}

export const checkSkeleton = (check: Check, isPartitioned: boolean): void => {
  checkDirectories(check)
  checkSticky(check)
  checkMountPoints(check)
  checkTop(check)
  checkOldPlaces(check)
  checkBootPoints(check, isPartitioned)
}
