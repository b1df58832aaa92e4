import { type Check, guarded } from '../check.ts'
import { below } from '../tree.ts'
import { ROOT } from './rules.ts'

/** Whether /var can be made from /usr, tmpfiles.d(5). */

const LARGEST = 1 << 20

/** Directories of /var/lib that lines of tmpfiles.d speak of; the rest of a line is nothing to us. */
const STATE = '/var/lib/'

const namesOf = (text: string): readonly string[] => {
  const names: string[] = []
  for (let at = text.indexOf(STATE); at >= 0; at = text.indexOf(STATE, at + 1)) {
    const line = text.slice(text.lastIndexOf('\n', at) + 1, at)
    // The kind of a line stands before its path: no comment, and not the target of a link.
    if (/^\s*[^#\s]\S*\s+"?$/.test(line)) names.push(/^[^/\s"]*/.exec(text.slice(at + STATE.length))?.[0] ?? '')
  }
  return names
}

const madeByTmpfiles = (check: Check): ReadonlySet<string> => {
  const made = new Set<string>()
  const directory = 'usr/lib/tmpfiles.d'
  for (const { name, kind } of check.tree.entries(directory)) {
    const path = below(directory, name)
    if (kind !== 'file' || !name.endsWith('.conf')) continue
    const text = guarded(check, ROOT['ROOT-21'], path, () => check.tree.text(path, LARGEST)) ?? ''
    for (const one of namesOf(text)) made.add(one)
  }
  return made
}

const hasFile = ({ tree }: Check, top: string): boolean => {
  const pending = [top]
  let looked = 0
  for (let path = pending.pop(); path !== undefined && looked < 10_000; path = pending.pop())
    for (const { name, kind } of tree.entries(path)) {
      looked += 1
      if (kind === 'directory') pending.push(below(path, name))
      else return true
    }
  return false
}

export const checkState = (check: Check): void => {
  const { tree, report } = check
  const made = madeByTmpfiles(check)
  for (const { name, kind } of tree.entries('var/lib')) {
    const path = `var/lib/${name}`
    if (made.has(name) || tree.node(`usr/share/factory/${path}`) !== undefined) continue
    if (kind !== 'directory' || hasFile(check, path))
      report(ROOT['ROOT-21'], path, 'has files that nothing in usr/lib/tmpfiles.d or usr/share/factory makes again')
  }
}
