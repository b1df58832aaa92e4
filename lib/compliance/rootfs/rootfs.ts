import type { Check } from '../check.ts'
import { checkOsRelease } from '../os-release/file.ts'
import { ROOT } from './rules.ts'

const SKELETON = ['etc', 'usr', 'var', 'proc', 'sys', 'dev', 'run', 'tmp'] as const

const STICKY = 0o1777

const octal = (mode: number): string => mode.toString(8).padStart(4, '0')

const checkSkeleton = ({ tree, report }: Check): void => {
  for (const name of SKELETON) {
    const node = tree.node(name)
    const fixes = [{ do: 'mkdir', path: name, mode: name === 'tmp' ? STICKY : 0o755 }] as const
    if (node === undefined) report(ROOT['ROOT-02'], name, 'is missing', { isLost: true, fixes })
    else if (node.kind !== 'directory') report(ROOT['ROOT-02'], name, `is a ${node.kind}, expected a directory`)
  }
}

const checkTmp = ({ tree, report }: Check): void => {
  const node = tree.node('tmp')
  if (node?.kind !== 'directory' || node.mode === STICKY) return
  report(ROOT['ROOT-03'], 'tmp', `has mode ${octal(node.mode)}, expected ${octal(STICKY)}`, {
    isLost: true,
    fixes: [{ do: 'chmod', path: 'tmp', mode: STICKY }],
  })
}

/** All of section a of the rules. */
export const checkRootfs = (check: Check): void => {
  if (check.subject !== '') {
    check.report(ROOT['ROOT-01'], check.subject, 'is no directory')
    return
  }
  checkSkeleton(check)
  checkTmp(check)
  checkOsRelease(check)
}
