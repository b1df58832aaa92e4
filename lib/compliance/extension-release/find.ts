import { releaseNames } from '../../extensions/name.ts'
import { RELEASE_DIR } from '../../extensions/release.ts'
import { orElse } from '../../host/host.ts'
import { type OsRelease, parseOsRelease } from '../../systemd/os-release.ts'
import { type Check, guarded } from '../check.ts'
import { CONFEXT } from '../confext/rules.ts'
import { FMT, NAME } from '../format/rules.ts'
import { parseRelease } from '../os-release/grammar.ts'
import { resolve } from '../resolve.ts'
import type { Rule } from '../rule.ts'
import { SYSEXT } from '../sysext/rules.ts'
import { below, type Tree } from '../tree.ts'
import type { Extension } from './extension.ts'
import { EXTREL } from './rules.ts'

/** An extension-release file that counts, and what is in it. */
export interface Release {
  /** Without links. */
  readonly path: string
  readonly text: string
  readonly values: OsRelease
}

const LARGEST = 64 << 10

const PREFIX = 'extension-release.'

interface Candidate {
  readonly path: string
  /** What follows the prefix. */
  readonly ending: string
  readonly isFile: boolean
}

const candidatesIn = (tree: Tree, dir: string): readonly Candidate[] => {
  const found = resolve(tree, dir)
  if (found.state !== 'found' || found.node.kind !== 'directory') return []
  return tree
    .entries(found.path)
    .filter(({ name }) => name.startsWith(PREFIX))
    .map(({ name, kind }) => ({
      path: below(found.path, name),
      ending: name.slice(PREFIX.length),
      isFile: kind === 'file',
    }))
}

/** As systemd reads a boolean that is false. */
const FALSE = /^(?:0|no|n|false|f|off)$/i

/** Whether its attribute says that the name does not matter; what keeps that from being told. */
const isLax = (tree: Tree, { path }: Candidate): boolean | string =>
  orElse<boolean | string>(
    () => FALSE.test(tree.attributes(path).get('user.extension-release.strict') ?? ''),
    ({ reason }) => reason,
  )

const isReadable = (tree: Tree, path: string): string | undefined => {
  const found = resolve(tree, path)
  if (found.state === 'loop') return 'is a loop of links'
  if (found.state === 'missing') return 'is a link that leads nowhere inside the extension'
  return found.node.kind === 'file' ? undefined : `is a ${found.node.kind}, expected a file`
}

/** Where there is none: which rule that breaks depends on how near it is. */
const missingRule = ({ kind, form, name = '' }: Extension, candidates: readonly Candidate[]): Rule => {
  // NAME-1.2 of NAME: the version is behind a dash.
  if (
    candidates.some(
      ({ ending, isFile }) => isFile && /^-v?[0-9]/.test(name.slice(ending.length)) && name.startsWith(ending),
    )
  )
    return NAME['NAME-04']
  if (form === 'image') return FMT['FMT-07']
  if (candidates.length > 0) return EXTREL['EXTREL-02']
  return kind === 'sysext' ? SYSEXT['SYSEXT-03'] : CONFEXT['CONFEXT-02']
}

const reportMissing = (
  { tree, report }: Check,
  extension: Extension,
  candidates: readonly Candidate[],
  doubts: readonly string[],
): void => {
  const dir = RELEASE_DIR[extension.kind]
  const other = RELEASE_DIR[extension.kind === 'sysext' ? 'confext' : 'sysext']
  const elsewhere = candidatesIn(tree, other).length > 0 ? `${other} does not count for a ${extension.kind}` : undefined
  const near = candidates.find(({ isFile }) => isFile)
  const rename = near === undefined ? elsewhere : `mv ${near.path} ${dir}/${PREFIX}${extension.name}`
  const hint =
    doubts[0] === undefined ? rename : `whether its attributes allow another name cannot be told: ${doubts[0]}`
  report(missingRule(extension, candidates), '', `has no ${dir}/${PREFIX}${extension.name}`, {
    ...(hint === undefined ? {} : { hint }),
  })
}

const standIn = (check: Check, extension: Extension, candidates: readonly Candidate[]): Candidate | undefined => {
  const bare = releaseNames(extension.name ?? '', extension.kind).at(-1)
  const laxities = candidates.map((one) => (one.isFile && one.ending !== bare ? isLax(check.tree, one) : false))
  const fitting = candidates.filter(
    ({ isFile, ending }, index) => isFile && (ending === bare || laxities[index] === true),
  )
  const [first] = fitting
  if (first === undefined) {
    const doubts = laxities.filter((one) => typeof one === 'string')
    reportMissing(check, extension, candidates, doubts)
    return undefined
  }
  if (fitting.length > 1) {
    const names = fitting.map(({ ending }) => PREFIX + ending).join(' and ')
    check.report(
      EXTREL['EXTREL-03'],
      RELEASE_DIR[extension.kind],
      `${names} could both stand in for ${PREFIX}${extension.name}`,
    )
    return undefined
  }
  if (first.ending !== bare)
    check.report(EXTREL['EXTREL-04'], first.path, `stands in for ${PREFIX}${extension.name} by its attribute alone`, {
      hint: `mv ${first.path} ${RELEASE_DIR[extension.kind]}/${PREFIX}${extension.name}`,
    })
  return first
}

const choose = (check: Check, extension: Extension): Candidate | undefined => {
  const { tree, report } = check
  const candidates = candidatesIn(tree, RELEASE_DIR[extension.kind])
  if (candidates.length > 1) {
    const names = candidates.map(({ ending }) => PREFIX + ending).join(', ')
    report(EXTREL['EXTREL-05'], RELEASE_DIR[extension.kind], `has more than one of them: ${names}`)
  }
  if (extension.name === undefined && candidates.length === 1) return candidates[0]
  const own = candidates.find(({ ending }) => ending === extension.name)
  if (own === undefined) return standIn(check, extension, candidates)
  const why = isReadable(tree, own.path)
  if (why === undefined) return own
  report(extension.form === 'image' ? FMT['FMT-07'] : EXTREL['EXTREL-02'], own.path, why)
  return undefined
}

/** The contents of an extension-release file, EXTREL-06. */
export const readRelease = (check: Check, path: string): Release | undefined => {
  const rule = EXTREL['EXTREL-06']
  const found = resolve(check.tree, path)
  if (found.state !== 'found') return undefined
  const text = guarded(check, rule, path, () => check.tree.text(found.path, LARGEST))
  if (text === undefined) return undefined
  const { flaws } = parseRelease(text)
  for (const { line, column, message, weight } of flaws)
    check.report(rule, path, message, { line, column, ...(weight === 'warning' ? { severity: 'warning' } : {}) })
  const parsed = parseOsRelease(text)
  if ('error' in parsed) {
    if (flaws.length === 0) check.report(rule, path, parsed.error, { line: parsed.line, column: 1 })
    return undefined
  }
  if (parsed.values.size === 0) {
    check.report(rule, path, 'is empty', { hint: 'ID=_any is the least that it can say' })
    return undefined
  }
  return { path: found.path, text, values: parsed.values }
}

/** The file that makes a tree an extension, as systemd looks for it: EXTREL-02 to EXTREL-06. */
export const findRelease = (check: Check, extension: Extension): Release | undefined => {
  const chosen = choose(check, extension)
  return chosen === undefined ? undefined : readRelease(check, chosen.path)
}
