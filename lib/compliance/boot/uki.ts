import type { Pe, Section } from '../../formats/pe.ts'
import { decodeLeniently } from '../../host/utf8.ts'
import type { OsRelease } from '../../systemd/os-release.ts'
import type { Check } from '../check.ts'
import { parseRelease } from '../os-release/grammar.ts'
import { nameOf, parentOf } from '../tree.ts'
import { checkEntryName } from './names.ts'
import { checkPcrSignatures } from './pcr.ts'
import { hasSection, readPe } from './pe-file.ts'
import { BOOT } from './rules.ts'

/** In bytes; of sections that are text. */
const LARGEST_TEXT = 256 << 10

/** Sections that mean something; the others belong to the stub. */
const SINGLETONS = [
  '.linux',
  '.osrel',
  '.cmdline',
  '.initrd',
  '.ucode',
  '.splash',
  '.uname',
  '.sbat',
  '.pcrsig',
  '.pcrpkey',
]

const EXPECTED = ['.cmdline', '.initrd', '.uname', '.sbat']

/** The text of a section, without the NULs at its end; undefined for one that is too large for a text. */
const sectionText = ({ tree }: Check, path: string, { offset, size }: Section): string | undefined =>
  size > LARGEST_TEXT ? undefined : decodeLeniently(tree.bytes(path, offset, size)).replace(/\0+$/, '')

const checkSingletons = ({ report }: Check, path: string, { sections }: Pe): void => {
  let [profile, seen] = ['the base profile', new Set<string>()]
  let count = 0
  for (const { name } of sections) {
    if (name === '.profile') {
      profile = `profile ${count}`
      count += 1
      seen = new Set()
    } else if (seen.has(name) && SINGLETONS.includes(name))
      report(BOOT['BOOT-19'], path, `has more than one section ${name} in ${profile}`)
    seen.add(name)
  }
}

const NAMES = ['PRETTY_NAME', 'IMAGE_ID', 'NAME', 'ID']
const VERSIONS = ['IMAGE_VERSION', 'VERSION', 'VERSION_ID', 'BUILD_ID']
/** What a kernel image and the system that it starts have to agree on. */
const SAME = ['ID', 'VERSION_ID', 'IMAGE_ID', 'IMAGE_VERSION']

const checkRelease = ({ report }: Check, path: string, text: string | undefined, root: OsRelease | undefined): void => {
  const rule = BOOT['BOOT-20']
  const parsed = text === undefined ? undefined : parseRelease(text)
  if (parsed === undefined) report(rule, path, '.osrel is too large for an os-release')
  for (const { line, message, weight } of parsed?.flaws ?? [])
    if (weight !== 'warning') report(rule, path, `.osrel:${line}: ${message}`)
  if (parsed === undefined || parsed.flaws.some(({ weight }) => weight === 'fatal')) return
  const values = new Map([...parsed.values].map(([key, { value }]) => [key, value]))
  checkValues(values, root, (message, more) => report(rule, path, message, more))
}

const checkValues = (
  values: OsRelease,
  root: OsRelease | undefined,
  report: (message: string, more?: { severity: 'warning' }) => void,
): void => {
  for (const [keys, what] of [
    [NAMES, 'name'],
    [VERSIONS, 'version'],
  ] as const)
    if (!keys.some((key) => (values.get(key) ?? '') !== ''))
      report(`.osrel has no ${what}, expected one of ${keys.join(', ')}`)
  for (const key of root === undefined ? [] : SAME)
    if (values.get(key) !== root?.get(key))
      report(`.osrel has ${key}=${values.get(key) ?? ''}, the root file system ${root?.get(key) ?? ''}`, {
        severity: 'warning',
      })
}

const isPem = (text: string): boolean =>
  /^\s*-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\s*$/.test(text)

const checkText = (check: Check, path: string, { name }: Section, text: string | undefined): void => {
  const warn = (message: string): void => check.report(BOOT['BOOT-21'], path, message)
  if (text === undefined) warn(`${name} is too large for a text`)
  else if (name === '.cmdline' && /[\0\n]/.test(text.trimEnd())) warn('.cmdline has a NUL or a newline in its middle')
  else if (name === '.pcrpkey' && !isPem(text)) warn('.pcrpkey is no public key in PEM')
  else if (name === '.pcrsig') checkPcrSignatures(text, warn)
}

/** Sections and what is in them, BOOT-19 to BOOT-21. */
const checkSections = (check: Check, path: string, pe: Pe, release: OsRelease | undefined): void => {
  checkSingletons(check, path, pe)
  for (const name of EXPECTED) if (!hasSection(pe, name)) check.report(BOOT['BOOT-21'], path, `has no section ${name}`)
  for (const section of pe.sections) {
    if (section.name === '.osrel') checkRelease(check, path, sectionText(check, path, section), release)
    else if (['.cmdline', '.pcrpkey', '.pcrsig'].includes(section.name))
      checkText(check, path, section, sectionText(check, path, section))
  }
}

/** A unified kernel image. `release`: of the root file system that it is for. */
export const checkUki = (check: Check, path: string, release?: OsRelease): void => {
  const rule = BOOT['BOOT-18']
  checkEntryName(check, rule, path, '.efi')
  const pe = readPe(check, rule, path)
  if (pe === undefined || pe.sections.length === 0) return
  for (const name of ['.linux', '.osrel']) if (!hasSection(pe, name)) check.report(rule, path, `has no section ${name}`)
  checkSections(check, path, pe, release)
}

const APPLIED = ['.cmdline', '.dtb', '.dtbauto', '.ucode', '.initrd']

const isAddonPlace = (directory: string): boolean =>
  /\.efi\.extra\.d$/i.test(directory) || /(?:^|\/)loader\/addons$/i.test(directory)

/** An addon of one. `directory`: where it is, as far as known. */
export const checkAddon = (check: Check, path: string, directory = parentOf(path)): void => {
  const rule = BOOT['BOOT-22']
  const pe = readPe(check, rule, path)
  if (!isAddonPlace(directory))
    check.report(rule, path, `is not read in ${nameOf(directory) || '/'}, expected loader/addons or NAME.efi.extra.d`)
  if (pe === undefined || pe.sections.length === 0) return
  if (hasSection(pe, '.linux')) check.report(rule, path, 'has a section .linux, which makes it a unified kernel image')
  if (!APPLIED.some((name) => hasSection(pe, name)))
    check.report(rule, path, `adds nothing, expected one of the sections ${APPLIED.join(', ')}`)
}
