import { parseExtensionName } from '../../extensions/name.ts'
import type { ExtensionClass } from '../../layout/paths.ts'
import { compareVersions } from '../../systemd/versions.ts'
import { type Check, inside } from '../check.ts'
import { resolve } from '../resolve.ts'
import { SYSEXT } from '../sysext/rules.ts'
import { type Entry, nameOf, type Tree } from '../tree.ts'
import { BESIDE, checkAlone } from './beside.ts'
import { classByName } from './class.ts'
import { checkTreeIn, checkVersionsTree } from './extension.ts'
import { checkImageIn, IMAGE_LIKE } from './image.ts'
import { FMT, NAME } from './rules.ts'

/** What a directory of extensions has, by the names that systemd gives it, and where each is. */
export type Found = Map<string, string>

/** Undefined where systemd skips it, which is said. */
const targetOf = ({ tree, report }: Check, entry: Entry): { path: string; kind: Entry['kind'] } | undefined => {
  if (entry.kind !== 'link') return { path: entry.name, kind: entry.kind }
  const found = resolve(tree, entry.name)
  if (found.state === 'found') return { path: found.path, kind: found.node.kind }
  if (found.state === 'loop') {
    report(FMT['FMT-01'], entry.name, 'is a loop of links: with it no extension at all is merged')
    return undefined
  }
  if (tree.target(entry.name) === '/dev/null')
    report(NAME['NAME-08'], entry.name, 'masks nothing: only an empty directory of this name does')
  else
    report(FMT['FMT-01'], entry.name, 'is a link that leads nowhere in this tree, and is skipped', {
      severity: 'warning',
    })
  return undefined
}

const checkFile = (check: Check, file: string, path: string, kind: ExtensionClass): boolean => {
  const { report } = check
  if (file.endsWith('.raw')) {
    const other = classByName(file)
    if (other !== undefined && other !== kind)
      report(FMT['FMT-04'], file, `is called a ${other} and is among ${kind}s: with it none of them is merged`)
    else checkImageIn(check, path, kind, parseExtensionName(file, kind)?.name)
    return true
  }
  if (IMAGE_LIKE.test(file))
    report(FMT['FMT-02'], file, 'is ignored, an image has to end in .raw', {
      hint: `mv ${file} ${file.replace(IMAGE_LIKE, '.raw')}`,
    })
  else if (BESIDE.test(file)) checkAlone(check, file)
  else report(SYSEXT['SYSEXT-17'], file, 'is ignored: it is no directory and does not end in .raw')
  return false
}

/** Whether it is an extension. */
const checkEntry = (check: Check, entry: Entry, kind: ExtensionClass): boolean => {
  const { report } = check
  const { name } = entry
  if (name === 'lost+found') return false
  if (name.startsWith('.#') || name.startsWith('.sysupdate.')) {
    report(SYSEXT['SYSEXT-17'], name, 'is ignored because of how its name begins')
    return false
  }
  const target = targetOf(check, entry)
  if (target === undefined) return false
  if (target.kind === 'file') return checkFile(check, name, target.path, kind)
  if (target.kind === 'device') return true
  if (target.kind !== 'directory') {
    report(FMT['FMT-01'], name, `is a ${target.kind}, and is skipped`, { severity: 'warning' })
    return false
  }
  if (name.endsWith('.mstack')) {
    report(FMT['FMT-01'], name, 'is an .mstack directory: with it no extension at all is merged')
    return false
  }
  const own = inside(check, target.path)
  if (name.endsWith('.v')) checkVersionsTree(own, name, kind)
  // An empty directory is a mask.
  else if (check.tree.entries(target.path).length > 0)
    checkTreeIn(check, target.path, kind, parseExtensionName(name, kind)?.name)
  return true
}

const checkOrder = ({ report }: Check, names: readonly string[]): void => {
  const byText = [...names].sort()
  const byVersion = [...names].sort((a, b) => compareVersions(a, b) || (a < b ? -1 : 1))
  const at = byText.findIndex((name, index) => name !== byVersion[index])
  if (at >= 0)
    report(NAME['NAME-09'], '', `${byText[at]} lies over ${byVersion[at]}, though a list has it the other way round`, {
      hint: `from the lowest to the topmost: ${byVersion.join(' ')}`,
    })
}

/** A directory in which systemd looks for extensions of a class, the whole tree. `found`: what those before it have. */
export const checkSearchDirectory = (check: Check, kind: ExtensionClass, found: Found = new Map()): void => {
  const { tree, report } = check
  const own: string[] = []
  for (const entry of tree.entries('')) {
    if (!checkEntry(check, entry, kind)) continue
    const name = parseExtensionName(entry.name, kind)?.name
    if (name === undefined) continue
    const other = found.get(name)
    if (other !== undefined) report(NAME['NAME-08'], entry.name, `is another extension '${name}': ${other} comes first`)
    else {
      found.set(name, `${tree.name}/${entry.name}`)
      own.push(name)
    }
  }
  checkOrder(check, own)
}

/** Of a directory of extensions by its own name; undefined where it is none. */
export const searchedClass = (tree: Tree): ExtensionClass | undefined => {
  const name = nameOf(tree.name)
  if (name === 'extensions' || name === 'sysext') return 'sysext'
  return name === 'confexts' || name === 'confext' ? 'confext' : undefined
}
