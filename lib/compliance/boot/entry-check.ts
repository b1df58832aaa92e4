import { type Check, guarded } from '../check.ts'
import { nameOf } from '../tree.ts'
import { type EntryLine, filesOf, KNOWN_KEYS, MAY_BE_EMPTY, parseEntry, STARTS } from './entry.ts'
import { checkEntryName } from './names.ts'
import { findInsensitively } from './partition.ts'
import { BOOT } from './rules.ts'

/** In bytes; one of some lines. */
const LARGEST_ENTRY = 256 << 10

export interface EntryFile {
  readonly key: string
  /** In the tree of the partition. */
  readonly path: string
}

/** A file that is not there yet and is going to be, by its path on the partition. */
export type IsSupplied = (path: string) => boolean

type Report = (rule: (typeof BOOT)['BOOT-01'], message: string, more?: { hint?: string; severity?: 'warning' }) => void

const checkKey = ({ key, value }: EntryLine, report: Report): void => {
  if (!KNOWN_KEYS.has(key)) report(BOOT['BOOT-07'], `unknown key '${key}', it is ignored`, { severity: 'warning' })
  else if (value === '' && !MAY_BE_EMPTY.has(key))
    report(BOOT['BOOT-07'], `${key} has no value, the line is ignored`, { severity: 'warning' })
}

/** `IMAGE_FILE_MACHINE_*` as the UEFI specification calls them in file names. */
const ARCHITECTURES = /^(?:ia32|x64|ia64|arm|aa64|riscv32|riscv64|riscv128|loongarch32|loongarch64)$/i

const VERSION = /^[A-Za-z0-9.~^_+-]+$/
const EXTRAS = /\.(?:confext\.raw|sysext\.raw|cred|addon\.efi)$/i

/** What a value has to look like; undefined: nothing to say of it. */
const VALUES: Readonly<Record<string, (value: string, report: Report, lines: readonly EntryLine[]) => void>> = {
  'machine-id': (value, report) => {
    if (!/^[0-9a-f]{32}$/.test(value))
      report(BOOT['BOOT-10'], `machine-id is '${value}', expected 32 lower-case hexadecimal digits`)
    else
      report(BOOT['BOOT-10'], 'is bound to one machine by its machine-id', {
        severity: 'warning',
        hint: 'leave machine-id out: a template has none',
      })
  },
  architecture: (value, report) => {
    if (!ARCHITECTURES.test(value))
      report(
        BOOT['BOOT-11'],
        `architecture is '${value}', expected x64, aa64, ia32, arm, riscv64 or another name of EFI`,
      )
  },
  version: (value, report) => {
    if (!VERSION.test(value)) report(BOOT['BOOT-12'], `version is '${value}', which is no version of UAPI.10`)
  },
  'sort-key': (value, report) => {
    if (!/^[A-Za-z0-9._-]+$/.test(value))
      report(BOOT['BOOT-12'], `sort-key is '${value}', expected letters, digits, ., _ and -`)
  },
  extra: (value, report) => {
    for (const file of value.split(/[ \t]+/))
      if (!EXTRAS.test(file))
        report(BOOT['BOOT-13'], `extra names '${file}', expected *.sysext.raw, *.confext.raw, *.cred or *.addon.efi`)
  },
  profile: (value, report, lines) => {
    if (!/^[0-9]+$/.test(value))
      report(BOOT['BOOT-14'], `profile is '${value}', expected a number: the entry is left out`)
    else if (!lines.some(({ key }) => key === 'uki' || key === 'uki-url'))
      report(BOOT['BOOT-14'], 'profile has no sense without uki or uki-url', { severity: 'warning' })
  },
}

const checkLines = (lines: readonly EntryLine[], reportAt: (line: number) => Report): void => {
  for (const one of lines) {
    checkKey(one, reportAt(one.line))
    if (one.value !== '') VALUES[one.key]?.(one.value, reportAt(one.line), lines)
  }
  const report = reportAt(0)
  const starts = lines.filter(({ key, value }) => STARTS.has(key) && value !== '')
  if (starts.length !== 1) {
    const found = starts.length === 0 ? 'none' : starts.map(({ key, line }) => `${key} in line ${line}`).join(', ')
    report(BOOT['BOOT-08'], `expected exactly one of linux, efi, uki and uki-url, found ${found}`)
  }
  if (!lines.some(({ key, value }) => key === 'title' && value !== '')) report(BOOT['BOOT-12'], 'has no title')
}

/** `/a//b`, `./b`, `a/../b`, `b/`. */
const isNormal = (path: string): boolean =>
  path
    .replace(/^\//, '')
    .split('/')
    .every((name) => name !== '' && name !== '.' && name !== '..')

/** The file of an entry as the tree has it, or undefined with what is wrong reported. */
const findFile = ({ tree, mode }: Check, named: string, isSupplied: IsSupplied, report: Report): string | undefined => {
  if (!isNormal(named)) {
    report(BOOT['BOOT-09'], `'${named}' is no normalised path`, {
      hint: 'write it without ., .., // and without / at the end',
    })
    return undefined
  }
  const path = named.replace(/^\//, '')
  const kind = tree.node(path)?.kind
  if (kind === 'file') return path
  if (isSupplied(path)) return undefined
  const other = findInsensitively(tree, path)
  if (kind !== undefined) report(BOOT['BOOT-09'], `'${named}' is no file`)
  else if (other !== undefined) report(BOOT['BOOT-09'], `'${named}' is called '/${other}', in another case`)
  else
    report(BOOT['BOOT-09'], `'${named}' is not there`, {
      hint: 'paths begin at the root of the partition that the entry is on',
      ...(mode === 'source' ? { severity: 'warning' } : {}),
    })
  return undefined
}

/** CR before the newline, and what else no text has. */
const checkText = (text: string, reportAt: (line: number) => Report): void => {
  const at = text.search(/[\u0000-\u0008\u000b-\u001f\u007f]/)
  if (at < 0) return
  const line = text.slice(0, at).split('\n').length
  const what = text[at] === '\r' ? 'a carriage return' : 'a control character'
  reportAt(line)(BOOT['BOOT-07'], `has ${what}, expected lines of text ended by newlines alone`)
}

/**
 * An entry of type 1; `check` is of its partition, `path` the file. Returns the files that it names and that are there.
 * Without `files` nobody knows where the partition begins.
 */
export const checkEntry = (
  check: Check,
  path: string,
  { files, isSupplied }: { readonly files: boolean; readonly isSupplied: IsSupplied },
): readonly EntryFile[] => {
  checkEntryName(check, BOOT['BOOT-05'], path, '.conf')
  const text = guarded(check, BOOT['BOOT-07'], path, () => check.tree.text(path, LARGEST_ENTRY))
  if (text === undefined) return []
  const reportAt =
    (line: number): Report =>
    (rule, message, more = {}) =>
      check.report(rule, path, message, { ...more, ...(line === 0 ? {} : { line, column: 1 }) })
  checkText(text, reportAt)
  const lines = parseEntry(text)
  checkLines(lines, reportAt)
  if (!files) return []
  return lines.flatMap((line) =>
    filesOf(line).flatMap((named) => {
      const found = findFile(check, named, isSupplied, reportAt(line.line))
      return found === undefined ? [] : [{ key: line.key, path: found }]
    }),
  )
}

export const isEntry = (path: string): boolean => /\.conf$/i.test(nameOf(path))
