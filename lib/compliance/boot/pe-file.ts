import type { ReadAt } from '../../formats/bytes.ts'
import { EFI_APPLICATION, EFI_MACHINES, type Pe, parsePe } from '../../formats/pe.ts'
import { type Check, guarded } from '../check.ts'
import type { Rule } from '../rule.ts'
import type { Tree } from '../tree.ts'

/** The file at `path`, read where it is. */
export const readerOf =
  (tree: Tree, path: string): ReadAt =>
  (offset, length) =>
    tree.bytes(path, offset, length)

/** What kind of EFI program it is, as `bootctl kernel-identify` tells them apart. */
export type PeKind = 'uki' | 'addon' | 'pe'

const ADDON_SECTIONS = ['.cmdline', '.dtb', '.dtbauto', '.ucode', '.initrd', '.hwids', '.efifw', '.fwauto']

export const hasSection = ({ sections }: Pe, name: string): boolean => sections.some((one) => one.name === name)

export const peKind = (pe: Pe): PeKind => {
  if (pe.subsystem !== EFI_APPLICATION) return 'pe'
  if (hasSection(pe, '.linux')) return hasSection(pe, '.osrel') ? 'uki' : 'pe'
  return ADDON_SECTIONS.some((name) => hasSection(pe, name)) ? 'addon' : 'pe'
}

/** The file as an EFI application; what is wrong with it is a finding of `rule`, and where nothing can be said, undefined. */
export const readPe = (check: Check, rule: Rule, path: string): Pe | undefined => {
  const { tree, report } = check
  const node = tree.node(path)
  if (node?.kind !== 'file') return undefined
  const pe = guarded(check, rule, path, () => parsePe(readerOf(tree, path), node.size))
  if (pe === undefined) {
    report(
      rule,
      path,
      'is no PE file',
      isPointer(tree, path) ? { hint: 'it is a pointer of git-lfs: fetch the file itself' } : {},
    )
    return undefined
  }
  for (const problem of pe.problems) report(rule, path, problem)
  if (pe.subsystem !== EFI_APPLICATION)
    report(rule, path, `is a program for subsystem ${pe.subsystem}, expected ${EFI_APPLICATION}, an EFI application`)
  return pe
}

const isPointer = (tree: Tree, path: string): boolean => String.fromCharCode(...tree.bytes(path, 0, 7)) === 'version'

/** `name` is EFI's for the machine that the file should be for, upper case. */
export const checkMachine = ({ report }: Check, rule: Rule, path: string, pe: Pe, name: string): void => {
  const wanted = EFI_MACHINES.get(name)
  if (wanted === undefined) report(rule, path, `is called after '${name}', which is no machine of EFI`)
  else if (pe.machine !== wanted) {
    const actual = [...EFI_MACHINES].find(([, machine]) => machine === pe.machine)?.[0].toLowerCase()
    report(
      rule,
      path,
      `is a program for ${actual ?? `machine 0x${pe.machine.toString(16)}`}, its name says ${name.toLowerCase()}`,
    )
  }
}
