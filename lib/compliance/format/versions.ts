import { type ExtensionName, pickVersion } from '../../extensions/name.ts'
import { orElse } from '../../host/host.ts'
import { compareVersions } from '../../systemd/versions.ts'
import type { Check } from '../check.ts'
import { resolve } from '../resolve.ts'
import type { Entry } from '../tree.ts'
import { NAME } from './rules.ts'
import { wrongVersion } from './versioned-name.ts'

const NO_TRIES = /\+0(?:-\d+)?$/

/** What stands between the name and the ending; undefined where it has others. */
const stemOf = (file: string, { name, suffix }: ExtensionName): string | undefined =>
  file.startsWith(`${name}_`) && file.endsWith(suffix)
    ? file.slice(name.length + 1, file.length - suffix.length)
    : undefined

const checkEntry = ({ report }: Check, name: ExtensionName, entry: Entry): string | undefined => {
  const stem = stemOf(entry.name, name)
  const wanted = `${name.name}_VERSION${name.suffix}`
  if (stem === undefined) {
    const isExtension = entry.kind === 'directory' || entry.name.endsWith('.raw')
    if (isExtension) report(NAME['NAME-05'], entry.name, `is never picked, expected ${wanted}`)
    else report(NAME['NAME-06'], entry.name, `is never picked, expected ${wanted}`)
    return undefined
  }
  const wrong = wrongVersion(stem)
  if (wrong !== undefined) {
    report(wrong[0], entry.name, wrong[1])
    return undefined
  }
  const expected = name.form === 'image' ? 'file' : 'directory'
  if (entry.kind === expected) return stem
  report(NAME['NAME-05'], entry.name, `is a ${entry.kind}, expected a ${expected}`)
  return undefined
}

const versionOf = (stem: string): string => stem.replace(/\+.*$/, '').split('_')[0] as string

const checkTwins = ({ report }: Check, good: readonly (readonly [file: string, stem: string])[]): void => {
  for (const [index, [file, stem]] of good.entries()) {
    const [a, rest] = [versionOf(stem), good.slice(0, index)]
    const twin = rest.find(([, other]) => versionOf(other) !== a && compareVersions(versionOf(other), a) === 0)
    if (twin !== undefined)
      report(NAME['NAME-07'], file, `is the same version as ${twin[0]}: which one is picked is a matter of spelling`)
  }
}

const checkPick = ({ host, report }: Check, name: ExtensionName, entries: readonly Entry[]): void => {
  const architecture = host.architecture()
  const picked = pickVersion(entries, name, architecture)
  if (picked === undefined)
    report(
      NAME['NAME-06'],
      '',
      `has nothing that can be picked on ${architecture}, expected ${name.name}_VERSION${name.suffix}`,
    )
  else if (NO_TRIES.test(stemOf(picked.name, name) ?? ''))
    report(NAME['NAME-06'], '', `has nothing with tries left: ${picked.name} is picked, which has none`)
}

/** With links as what they lead to: systemd follows them. */
const followed = ({ tree }: Check): readonly Entry[] =>
  tree.entries('').map((entry) => {
    if (entry.kind !== 'link') return entry
    const found = orElse(
      () => resolve(tree, entry.name),
      () => undefined,
    )
    return found?.state === 'found' ? { ...entry, ...found.node } : entry
  })

/** A `.v` directory, the whole of the tree: NAME-01 to NAME-03 and NAME-05 to NAME-07. What can be picked from it. */
export const checkVersions = (check: Check, name: ExtensionName): readonly Entry[] => {
  if (check.tree.node('')?.kind !== 'directory') {
    check.report(NAME['NAME-05'], '', 'is no directory of versions')
    return []
  }
  const entries = followed(check)
  const good = entries.flatMap((entry) => {
    const stem = checkEntry(check, name, entry)
    return stem === undefined ? [] : [{ entry, stem }]
  })
  checkTwins(
    check,
    good.map(({ entry, stem }) => [entry.name, stem] as const),
  )
  checkPick(check, name, entries)
  return good.map(({ entry }) => entry)
}
