import { type Check, guarded } from '../check.ts'
import { below } from '../tree.ts'
import { ROOT } from './rules.ts'

/** Whether /var can be made from /usr, tmpfiles.d(5). */

const LARGEST = 1 << 20

/** Paths that lines of tmpfiles.d speak of; the rest of a line is nothing to us. */
const pathsOf = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => {
    const [kind, path] = line.trim().split(/\s+/)
    return kind === undefined || kind.startsWith('#') || path === undefined ? [] : [path.replace(/^"|"$/g, '')]
  })

const madeByTmpfiles = (check: Check): ReadonlySet<string> => {
  const made = new Set<string>()
  const directory = 'usr/lib/tmpfiles.d'
  for (const { name, kind } of check.tree.entries(directory)) {
    const path = below(directory, name)
    if (kind !== 'file' || !name.endsWith('.conf')) continue
    const text = guarded(check, ROOT['ROOT-21'], path, () => check.tree.text(path, LARGEST)) ?? ''
    // Which directory of /var/lib is what we ask.
    for (const one of pathsOf(text)) made.add(one.split('/').slice(0, 4).join('/'))
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
    if (made.has(`/${path}`) || tree.node(`usr/share/factory/${path}`) !== undefined) continue
    if (kind !== 'directory' || hasFile(check, path))
      report(ROOT['ROOT-21'], path, 'has files that nothing in usr/lib/tmpfiles.d or usr/share/factory makes again')
  }
}
