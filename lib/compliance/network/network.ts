import type { Check } from '../check.ts'
import type { Template } from '../template/view.ts'
import { below, type Entry, nameOf, parentOf, type Tree } from '../tree.ts'
import { walk } from '../walk.ts'
import { checkNetworkFile, type NetworkFile, typeOf } from './file.ts'
import { parameterFixes } from './parameters.ts'
import { NETT } from './rules.ts'
import { checkNetworkSet } from './set.ts'

/** Where networkd and udev look, systemd.network(5). */
const DIRECTORIES = ['etc', 'run', 'usr/local/lib', 'usr/lib'].map((top) => `${top}/systemd/network`)

const isFile = ({ kind }: Entry): boolean => kind === 'file'

const filesIn = (check: Check, directory: string): readonly NetworkFile[] =>
  check.tree
    .entries(directory)
    .filter((entry) => isFile(entry) && typeOf(entry.name) !== undefined)
    .flatMap(({ name }) => {
      const file = checkNetworkFile(check, below(directory, name))
      return file === undefined ? [] : [file]
    })

/** All network files of a root file system, or of an extension, that are where they are read. */
export const checkNetworkFiles = (check: Check): void => {
  checkNetworkSet(
    check,
    DIRECTORIES.flatMap((directory) => filesIn(check, directory)),
  )
}

/** A file alone, or all in a directory. */
export const checkNetworkPath = (check: Check): void => {
  if (check.subject !== '') checkNetworkFile(check, check.subject)
  else checkNetworkSet(check, filesIn(check, ''))
}

export const isNetworkPath = (tree: Tree, subject: string): boolean =>
  subject === ''
    ? tree.entries('').some(({ name, kind }) => kind === 'file' && typeOf(name) !== undefined)
    : typeOf(subject) !== undefined

const UNIT = /\.(?:service|socket|target|timer|mount|slice|path|automount|swap)$/

const UNIT_DIRECTORIES = ['etc', 'run', 'usr/local/lib', 'usr/lib'].flatMap((top) => [
  `${top}/systemd/system`,
  `${top}/systemd/user`,
])

/** The same of /etc or /usr/lib where a path begins so, else of /usr/lib. */
const moved = (path: string, kind: 'network' | 'system'): string =>
  below(`${path.startsWith('etc/') ? 'etc' : 'usr/lib'}/systemd/${kind}`, nameOf(path))

const checkPlace = ({ tree, report }: Check, path: string): void => {
  const isNetwork = typeOf(path) !== undefined
  if (!isNetwork && !UNIT.test(path)) return
  const allowed = isNetwork ? DIRECTORIES : UNIT_DIRECTORIES
  const directory = parentOf(path)
  if (allowed.includes(directory) || (!isNetwork && /\.(?:wants|requires|upholds|d)$/.test(directory))) return
  const to = moved(path, isNetwork ? 'network' : 'system')
  report(
    NETT['NETT-01'],
    path,
    `is in ${directory === '' ? 'no directory' : directory}, where ${isNetwork ? 'networkd' : 'systemd'} does not look`,
    {
      fixes: tree.node(to) === undefined ? [{ do: 'rename', path, to }] : [],
      hint: `move it to ${parentOf(to)}`,
    },
  )
}

/** All below the top that a template of networks may have, with the files of networkd that nobody reads where they are. */
const checkPlaces = (check: Check): readonly NetworkFile[] => {
  const misplaced: NetworkFile[] = []
  for (const top of ['etc', 'run', 'usr', 'network'])
    walk(check.tree, top, {
      visit: (path, entry) => {
        if (!isFile(entry)) return true
        checkPlace(check, path)
        if (typeOf(path) === undefined || DIRECTORIES.includes(parentOf(path))) return true
        const file = checkNetworkFile(check, path)
        if (file !== undefined) misplaced.push(file)
        return true
      },
      giveUp: (path, what) => check.report(NETT['NETT-01'], path, what),
    })
  return misplaced
}

/** What nothing replaces becomes a parameter; in a file that is moved, after that. */
const withParameters = (check: Check, template: Template): Check => {
  const placed = DIRECTORIES.flatMap((directory) =>
    check.tree.entries(directory).flatMap((entry) => (isFile(entry) ? [below(directory, entry.name)] : [])),
  )
  const fixesOf = parameterFixes(
    template,
    placed.filter((path) => typeOf(path) !== undefined),
  )
  return {
    ...check,
    report: (rule, path, message, more = {}) =>
      check.report(rule, path, message, rule.id === 'NETT-03' ? { ...more, fixes: fixesOf(path) } : more),
  }
}

/** A template of network files: a tree that is laid over a host's. */
export const checkNetworkTemplate = (check: Check, template: Template): void => {
  const fixing = withParameters(check, template)
  const misplaced = checkPlaces(fixing)
  checkNetworkSet(check, [...DIRECTORIES.flatMap((directory) => filesIn(fixing, directory)), ...misplaced])
}
