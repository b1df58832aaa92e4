import type { Checked, Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import { tallyOf } from '../report/tally.ts'
import { isLongerThan } from '../systemd/escape.ts'

/** One line of git-ls-tree(1). */
export interface Entry {
  readonly kind: 'file' | 'executable' | 'link' | 'tree'
  readonly id: string
  /** In bytes; 0 of a tree. */
  readonly size: number
  readonly path: string
}

export interface ListingLimits {
  readonly files: number
  /** Of all files together, in bytes. */
  readonly size: number
}

/** Of one name, as every file system has it; of a path, so that it fits the kernel's 4096 with what comes before it. */
const LONGEST_NAME = 255
const LONGEST_PATH = 3072
const DEEPEST = 64

const KINDS: Readonly<Record<string, Entry['kind']>> = {
  '100644': 'file',
  // Of old repositories; git itself takes it for the former.
  '100664': 'file',
  '100755': 'executable',
  '120000': 'link',
  '040000': 'tree',
}

/** U+FFFD is what bytes that are no UTF-8 have become. */
const UNREADABLE = /[\u0000-\u001f\u007f\ufffd]/

/** HFS+ and NTFS would take more for it, and nobody needs a name like these. */
const DOT_GIT = /^\.git$/i

const wrongName = (name: string): string | undefined => {
  if (name === '') return 'has an empty name in it'
  if (name === '.' || name === '..') return `has '${name}' in it`
  if (DOT_GIT.test(name)) return "has '.git' in it"
  if (isLongerThan(name, LONGEST_NAME)) return `has a name longer than ${LONGEST_NAME} bytes in it`
  return undefined
}

/** What is wrong with a path of a repository; undefined when nothing is. */
const wrongPath = (path: string): string | undefined => {
  if (UNREADABLE.test(path)) return 'has control characters, or is not UTF-8'
  if (isLongerThan(path, LONGEST_PATH)) return `is longer than ${LONGEST_PATH} bytes`
  const names = path.split('/')
  if (names.length > DEEPEST) return `is deeper than ${DEEPEST} directories`
  for (const name of names) {
    const why = wrongName(name)
    if (why !== undefined) return why
  }
  return undefined
}

/** `MODE TYPE ID SIZE\tPATH` of `git ls-tree -r -t -l`. A string is what is wrong with it. */
const parseEntry = (record: string): Entry | { readonly path: string; readonly why: string } => {
  const tab = record.indexOf('\t')
  const [mode = '', type, id = '', size = ''] = record.slice(0, tab).split(/ +/)
  const path = record.slice(tab + 1)
  const kind = KINDS[mode]
  const why = wrongPath(path)
  if (why !== undefined) return { path, why }
  if (mode === '160000') return { path, why: 'is a submodule, and those are not fetched' }
  if (kind === undefined || (kind === 'tree') !== (type === 'tree')) return { path, why: `has the mode ${mode}` }
  return { kind, id, size: kind === 'tree' ? 0 : Number(size), path }
}

/** A path that may be very long, in a message. */
const shown = (path: string): string => (path.length > 200 ? `${path.slice(0, 200)}…` : path)

/** `COMMIT:PATH`, as git spells it: `git show` takes it. */
export const inCommit = (commit: string, path: string): string => `${commit.slice(0, 12)}:${shown(path)}`

const refusal = (file: string, message: string): Checked<readonly Entry[]> => ({
  value: [],
  problems: [{ severity: 'error', at: wholeFile(file), message }],
})

/**
 * Parses what `git ls-tree -r -t -l -z` says of a tree, which its author made by hand if it suited them: nothing of it is
 * written anywhere before this found no errors. `place` makes of a path what a message says.
 */
export const checkListing = (
  text: string,
  place: (path: string) => string,
  limits: ListingLimits,
): Checked<readonly Entry[]> => {
  const records = text.split('\0')
  // It ends in one.
  records.pop()
  if (records.length > limits.files)
    return refusal(place(''), `has more files and directories than MaxFiles=${limits.files}`)
  const tally = tallyOf(place(''))
  const seen = new Set<string>()
  const entries: Entry[] = []
  let size = 0
  for (const record of records) {
    const entry = parseEntry(record)
    const why = 'why' in entry ? entry.why : seen.has(entry.path) ? 'is there twice' : undefined
    if (why !== undefined)
      tally.add((): Problem => ({ severity: 'error', at: wholeFile(place(entry.path)), message: why }))
    if ('why' in entry) continue
    seen.add(entry.path)
    size += entry.size
    entries.push(entry)
  }
  if (size > limits.size)
    tally.add(() => ({
      severity: 'error',
      at: wholeFile(place('')),
      message: `has ${size} bytes of files, more than MaxRepositorySize=, ${limits.size} bytes`,
    }))
  return { value: entries, problems: tally.problems() }
}
