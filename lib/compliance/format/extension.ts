import { parseExtensionName } from '../../extensions/name.ts'
import type { ExtensionClass } from '../../layout/paths.ts'
import { type Check, inside } from '../check.ts'
import { checkConfext } from '../confext/confext.ts'
import { CONFEXT } from '../confext/rules.ts'
import { calledBy, type Extension, newExtension } from '../extension-release/extension.ts'
import { resolve } from '../resolve.ts'
import { SYSEXT } from '../sysext/rules.ts'
import { checkSysext } from '../sysext/sysext.ts'
import { nameOf, type Tree } from '../tree.ts'
import { classByContents, classByName } from './class.ts'
import { checkImageIn } from './image.ts'
import { checkVersions } from './versions.ts'

/** Where systemd does not look, though one would think so. */
const MISPLACED = /(?:^|\/)(?:(usr\/(?:local\/)?lib\/extensions)|(etc\/confexts))(?:\/|$)/

/** SYSEXT-14 and CONFEXT-08, by the path of what is looked at. */
const checkPlace = ({ tree, report }: Check): void => {
  const place = MISPLACED.exec(tree.name)
  if (place === null) return
  const hint = place[1] === undefined ? '/var/lib/confexts' : '/var/lib/extensions'
  const rule = place[1] === undefined ? CONFEXT['CONFEXT-08'] : SYSEXT['SYSEXT-14']
  report(rule, '', `is in /${place[1] ?? place[2]}, where systemd does not look`, { hint: `move it to ${hint}` })
}

const checkExtension = (check: Check, extension: Extension): void =>
  extension.kind === 'sysext' ? checkSysext(check, extension) : checkConfext(check, extension)

/** The whole tree is one. */
export const checkExtensionTree = (check: Check, kind: ExtensionClass): void => {
  checkPlace(check)
  checkExtension(check, newExtension(check, kind, calledBy(check), 'tree'))
}

/** A directory `file` of a tree of others, named as one. */
export const checkTreeIn = (check: Check, file: string, kind: ExtensionClass, name: string | undefined): void => {
  const own = inside(check, file)
  const extension = newExtension(own, kind, nameOf(file), 'tree')
  checkExtension(own, name === undefined ? extension : { ...extension, name })
}

/** The whole tree is a `.v` directory `file`; what is in it is looked at. */
export const checkVersionsTree = (check: Check, file: string, kind: ExtensionClass): void => {
  const name = parseExtensionName(file, kind)
  if (name === undefined) {
    newExtension(check, kind, file, 'tree')
    return
  }
  for (const entry of checkVersions(check, name)) {
    const found = resolve(check.tree, entry.name)
    if (found.state !== 'found') continue
    if (name.form === 'image') checkImageIn(check, found.path, kind, name.name)
    else checkTreeIn(check, found.path, kind, name.name)
  }
}

/** The whole tree is a `.v` directory, and nothing else is known of it. */
export const checkVersionsPath = (check: Check): void => {
  checkPlace(check)
  const file = calledBy(check) ?? ''
  checkVersionsTree(check, file, classByName(file) ?? 'sysext')
}

/** Whether the tree looks like one and like no operating system. */
export const looksLikeExtension = (tree: Tree, kind: ExtensionClass): boolean => {
  const byName = classByName(nameOf(tree.name))
  if (byName !== undefined) return byName === kind && !tree.name.endsWith('.v')
  const isSystem = ['var', 'proc', 'dev'].some((name) => tree.node(name) !== undefined)
  return !isSystem && classByContents(tree) === kind
}
