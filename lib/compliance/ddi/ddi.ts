import { type Gpt, hasGpt, parseGpt, parseMbr } from '../../formats/gpt.ts'
import { isFat12, type Superblock } from '../../formats/superblock.ts'
import { readerOf } from '../boot/pe-file.ts'
import { BOOT } from '../boot/rules.ts'
import { type Check, guarded } from '../check.ts'
import type { Rule } from '../rule.ts'
import type { Tree } from '../tree.ts'
import { isData, isSystem, isUsed, type Slot, slotsOf } from './image.ts'
import { DDI } from './rules.ts'
import { checkVerity } from './verity.ts'

/** What an image is for. `initrd`: an extension that systemd-stub(7) gives to the initrd. */
export type Purpose = 'sysext' | 'confext' | 'system' | 'unknown'

export const purposeOf = (name: string): Purpose =>
  /\.sysext\.raw$/.test(name) ? 'sysext' : /\.confext\.raw$/.test(name) ? 'confext' : 'unknown'

const isExtension = (purpose: Purpose): boolean => purpose === 'sysext' || purpose === 'confext'

type Report = (rule: Rule, message: string, severity?: 'error' | 'warning') => void

/** Why there would be content, were it not ignored. */
const IGNORED = { 'no-auto': ['DDI-09', 'is flagged no-auto'], _empty: ['DDI-10', 'is called _empty'] } as const

/** DDI-03, DDI-04, and what of DDI-09 and DDI-10 leaves nothing. */
const checkContent = (slots: readonly Slot[], purpose: Purpose, report: Report): void => {
  const data = slots.filter((slot) => isData(slot) && isSystem(slot))
  const generic = slots.filter(({ type, ignored }) => type.role === 'linux-generic' && ignored === undefined)
  const used = data.filter(isUsed)
  const isEnough = purpose === 'confext' ? used.some(({ type }) => type.role === 'root') : used.length > 0
  if (isEnough || (used.length === 0 && generic.length === 1)) return
  const [lost] = data.filter(({ ignored }) => ignored !== undefined)
  const rule = DDI[isExtension(purpose) ? 'DDI-03' : 'DDI-04']
  if (used.length > 0) report(rule, 'has only a usr partition, of which nothing is taken in a confext')
  else if (lost?.ignored !== undefined) {
    const [id, why] = IGNORED[lost.ignored]
    report(DDI[id], `${lost.words} ${why}, so that there is nothing to mount`, 'error')
  } else if (generic.length > 1)
    report(rule, `has ${generic.length} linux-generic partitions, and neither root nor usr`)
  else report(rule, 'has neither a root nor a usr partition')
}

const checkArchitectures = (slots: readonly Slot[], report: Report): void => {
  const found = [...new Set(slots.filter(isUsed).flatMap(({ type }) => type.architecture ?? []))]
  if (found.length > 1) report(DDI['DDI-12'], `has partitions for ${found.join(' and ')}`)
}

const READ_ONLY: readonly Superblock[] = ['squashfs', 'erofs']

const checkFlags = (slot: Slot, isNeeded: boolean, report: Report): void => {
  const { words, type, content, partition } = slot
  const { readOnly, growFs, noAuto } = partition.flags
  const cannotBeWritten = type.part !== 'data' || content.some((one) => READ_ONLY.includes(one))
  if (cannotBeWritten && !readOnly) report(DDI['DDI-09'], `${words} cannot be written and is not flagged read-only`)
  if (growFs && readOnly) report(DDI['DDI-09'], `${words} is flagged to be grown and read-only`)
  if (noAuto && slot.ignored === 'no-auto' && !isNeeded)
    report(DDI['DDI-09'], `${words} is flagged no-auto and ignored`)
}

const VERSIONED = /^[^_]+_[A-Za-z0-9.~^-]+$/

const checkLabel = ({ words, type, partition, ignored }: Slot, report: Report): void => {
  const { label } = partition
  if (/^(?:PRT|PND)#/.test(label))
    report(DDI['DDI-10'], `${words} is called '${label}', which says that it is unfinished`)
  else if (ignored !== '_empty' && (type.role === 'root' || type.role === 'usr') && !VERSIONED.test(label))
    report(DDI['DDI-11'], `${words} is called '${label}', expected NAME_VERSION`)
}

const MOUNTED: readonly Superblock[] = ['btrfs', 'erofs', 'ext4', 'f2fs', 'squashfs', 'vfat', 'xfs', 'luks']
const NOT_MOUNTED = new Set(['swap'])

const checkFileSystem = ({ words, type, content, ignored }: Slot, report: Report): void => {
  if (type.part !== 'data' || ignored !== undefined || NOT_MOUNTED.has(type.role)) return
  const isBoot = type.role === 'esp' || type.role === 'xbootldr'
  const allowed = isBoot ? (['vfat'] as const) : MOUNTED
  const found = content.length === 0 ? 'no file system that is known' : content.join(' and ')
  if (content.length !== 1 || !content.every((one) => (allowed as readonly Superblock[]).includes(one)))
    report(DDI['DDI-13'], `${words} has ${found}, expected ${isBoot ? 'vfat' : `one of ${MOUNTED.join(', ')}`}`)
}

const GIB = 2 ** 30

/** ESP and XBOOTLDR: DDI-14 and BOOT-28. */
const checkBootPartitions = (slots: readonly Slot[], report: Report): void => {
  const of = (role: string): readonly Slot[] => slots.filter(({ type }) => type.role === role)
  const [esp, xbootldr] = [of('esp'), of('xbootldr')]
  for (const several of [esp, xbootldr])
    if (several.length > 1)
      report(DDI['DDI-14'], `has ${several.length} partitions ${several[0]?.type.role}, expected one`)
  if (xbootldr.length > 0 && esp.length === 0) report(DDI['DDI-14'], 'has an xbootldr partition and no esp')
  const boot = xbootldr[0] ?? esp[0]
  if (boot !== undefined && boot.size < GIB)
    report(BOOT['BOOT-28'], `${boot.words} has ${Math.floor(boot.size / 2 ** 20)} MiB, at least 1 GiB is suggested`)
  for (const { words, read } of [...esp, ...xbootldr])
    if (isFat12(read)) report(BOOT['BOOT-28'], `${words} is FAT12, expected FAT16 or FAT32`)
}

const BELONGS_TO_NO_EXTENSION = new Set(['home', 'srv', 'swap', 'tmp', 'var', 'user-home'])

const checkSurplus = (slots: readonly Slot[], purpose: Purpose, report: Report): void => {
  for (const { words, type, size } of slots) {
    if (isExtension(purpose) && BELONGS_TO_NO_EXTENSION.has(type.role))
      report(DDI['DDI-16'], `${words} has no place in an extension and is ignored`)
    else if (type.role === 'var') report(DDI['DDI-15'], `${words} is only used on the machine that its UUID is of`)
    if (size % 4096 !== 0) report(DDI['DDI-16'], `${words} has ${size} bytes, expected a multiple of 4096`)
  }
}

const checkProtection = (slots: readonly Slot[], purpose: Purpose, isForInitrd: boolean, report: Report): void => {
  if (!isExtension(purpose)) return
  const has = (part: string): boolean => slots.some((slot) => isUsed(slot) && slot.type.part === part)
  const missing = ['verity', 'verity-sig'].filter((part) => !has(part))
  if (missing.length > 0)
    report(DDI['DDI-08'], `has no ${missing.join(' and no ')} partition`, isForInitrd ? 'error' : 'warning')
}

const checkTable = (check: Check, gpt: Gpt, slots: readonly Slot[], { purpose, isForInitrd }: DdiOptions): void => {
  const report: Report = (rule, message, severity) =>
    check.report(rule, check.subject, message, severity === undefined ? {} : { severity })
  for (const problem of gpt.problems) report(DDI['DDI-01'], problem)
  const known = new Set(slots.map(({ partition }) => partition.number))
  for (const { number, type } of gpt.partitions)
    if (!known.has(number))
      report(DDI['DDI-02'], `partition ${number} has type ${type}, which systemd ignores`, 'warning')
  const lost = slots.filter((slot) => isData(slot) && isSystem(slot))
  const isLost = lost.every(({ ignored }) => ignored !== undefined)
  checkContent(slots, purpose, report)
  for (const slot of slots) {
    checkFlags(slot, isLost && lost[0] === slot, report)
    checkLabel(slot, report)
    checkFileSystem(slot, report)
  }
  checkVerity(check, slots)
  checkArchitectures(slots, report)
  checkBootPartitions(slots, report)
  checkSurplus(slots, purpose, report)
  checkProtection(slots, purpose, isForInitrd, report)
}

export interface DdiOptions {
  readonly purpose: Purpose
  readonly isForInitrd: boolean
}

/**
 * The image that is the check's subject, as far as its partition table and superblocks say. Returns its partitions; undefined
 * where it has no GPT, with that reported.
 */
export const checkDdi = (check: Check, options: DdiOptions): readonly Slot[] | undefined => {
  const { tree, subject, report } = check
  const size = tree.node(subject)?.size ?? 0
  const read = readerOf(tree, subject)
  return guarded(check, DDI['DDI-01'], subject, () => {
    const gpt = parseGpt(read, size)
    if (gpt !== undefined && gpt.partitions.length === 0 && gpt.problems.length > 0) {
      for (const problem of gpt.problems) report(DDI['DDI-01'], subject, problem)
      return undefined
    }
    if (gpt !== undefined) {
      const slots = slotsOf(gpt, read)
      checkTable(check, gpt, slots, options)
      return slots
    }
    if (parseMbr(read) === undefined) report(DDI['DDI-01'], subject, 'has no GUID partition table')
    else report(DDI['DDI-17'], subject, 'has an MBR, expected a GUID partition table')
    return undefined
  })
}

/** Whether a file has a partition table at all. Only looks. */
export const isPartitioned = (tree: Tree, path: string): boolean => {
  const node = tree.node(path)
  if (node?.kind !== 'file') return false
  const read = readerOf(tree, path)
  return hasGpt(read) || (parseMbr(read)?.length ?? 0) > 0
}
