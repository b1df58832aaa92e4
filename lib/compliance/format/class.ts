import { RELEASE_DIR } from '../../extensions/release.ts'
import type { ExtensionClass } from '../../layout/paths.ts'
import { resolve } from '../resolve.ts'
import type { Tree } from '../tree.ts'

/** By the name alone; undefined where it does not say. */
export const classByName = (name: string): ExtensionClass | undefined => {
  const plain = name.replace(/\.v$/, '').replace(/\.raw$/, '')
  return plain.endsWith('.sysext') ? 'sysext' : plain.endsWith('.confext') ? 'confext' : undefined
}

const hasRelease = (tree: Tree, kind: ExtensionClass): boolean => {
  const found = resolve(tree, RELEASE_DIR[kind])
  return found.state === 'found' && tree.entries(found.path).some(({ name }) => name.startsWith('extension-release.'))
}

/** By the release files in it; where it has those of both, `first`. */
export const classByContents = (tree: Tree, first: ExtensionClass = 'sysext'): ExtensionClass | undefined => {
  const second = first === 'sysext' ? 'confext' : 'sysext'
  return hasRelease(tree, first) ? first : hasRelease(tree, second) ? second : undefined
}
