/** Entries of the Boot Loader Specification, type 1, as systemd's bootspec.c reads them. */

export interface EntryLine {
  readonly key: string
  /** Empty where the line has none. */
  readonly value: string
  /** From 1. */
  readonly line: number
}

const LINE = /^([^ \t]+)[ \t]*([\s\S]*)$/

/** Lines that say something, with blanks around them taken off. */
export const parseEntry = (text: string): readonly EntryLine[] => {
  const lines: EntryLine[] = []
  let number = 0
  for (const raw of text.split('\n')) {
    number += 1
    const stripped = raw.replace(/^[ \t\r]+|[ \t\r]+$/g, '')
    if (stripped === '' || stripped.startsWith('#')) continue
    const [, key = '', value = ''] = LINE.exec(stripped) ?? []
    lines.push({ key, value, line: number })
  }
  return lines
}

/** Keys that name files, and whether they name several. */
const FILE_KEYS: ReadonlyMap<string, 'one' | 'many'> = new Map([
  ['linux', 'one'],
  ['initrd', 'one'],
  ['efi', 'one'],
  ['uki', 'one'],
  ['devicetree', 'one'],
  ['devicetree-overlay', 'many'],
  ['extra', 'many'],
])

export const KNOWN_KEYS: ReadonlySet<string> = new Set([
  ...FILE_KEYS.keys(),
  'title',
  'version',
  'machine-id',
  'sort-key',
  'uki-url',
  'options',
  'architecture',
  'profile',
])

/** Keys that may be empty. */
export const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['options', 'devicetree-overlay'])

export const STARTS: ReadonlySet<string> = new Set(['linux', 'efi', 'uki', 'uki-url'])

/** The paths that a line names. */
export const filesOf = ({ key, value }: EntryLine): readonly string[] => {
  const count = FILE_KEYS.get(key)
  if (count === undefined || value === '') return []
  return count === 'one' ? [value] : value.split(/[ \t]+/)
}

export interface Counter {
  /** Without counter and suffix. */
  readonly stem: string
  readonly left: string
  /** Undefined where it is not said. */
  readonly done: string | undefined
}

/** `NAME+LEFT-DONE.conf`, "Boot counting"; undefined for a name without. `suffix` with its dot. */
export const parseCounter = (name: string, suffix: string): Counter | undefined => {
  const [, stem = '', left = '', done] = /^(.*)\+([0-9]+)(?:-([0-9]+))?$/s.exec(name.slice(0, -suffix.length)) ?? []
  return left === '' ? undefined : { stem, left, done }
}

/** What a boot loader calls an entry: its file's name without the counter. */
export const entryId = (name: string, suffix: string): string =>
  `${parseCounter(name, suffix)?.stem ?? name.slice(0, -suffix.length)}${suffix}`
