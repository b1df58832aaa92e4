import type { Check } from '../check.ts'
import { type IniText, lastOf, type Setting } from '../ini.ts'
import type { NetworkFile } from './file.ts'
import { isInterfaceName } from './interface-name.ts'
import { NETDEV_KINDS } from './kinds.ts'
import { NETT } from './rules.ts'

/** Without what a file, or a section of it, is ignored altogether. */

/** `line` is where to look; the file's first one when nothing is there. */
type Say = (message: string, at?: { readonly line: number; readonly column?: number }) => void

/** 0 as well as 16777215 are taken; what is larger is not. */
const LARGEST_VNI = 16_777_215

const isVni = ({ value }: Setting): boolean => /^[0-9]+$/.test(value) && Number(value) <= LARGEST_VNI

const isSet = (setting: Setting | undefined): setting is Setting => setting !== undefined && setting.value !== ''

const checkNeeds = (ini: IniText, kind: string, say: Say): void => {
  const needs = NETDEV_KINDS[kind]?.needs ?? []
  const given = needs
    .map((need) => need.split('.') as [string, string])
    .map(([section, key]) => lastOf(ini, section, key))
  if (needs.length > 0 && !given.some(isSet)) {
    const words = needs.map((need) => need.replace(/^(.*)\.(.*)$/, '$2= in [$1]')).join(' or ')
    say(`a device of kind ${kind} needs ${words}, the file is ignored`)
  }
  const vni = kind === 'vxlan' ? given.find(isSet) : undefined
  if (vni !== undefined && vni.key !== 'External' && !/\{\{|%|\$/.test(vni.value) && !isVni(vni))
    say(`${vni.key}=${vni.value}: expected a number from 1 to ${LARGEST_VNI}, the file is ignored`, vni)
}

const checkNetdev = ({ ini }: NetworkFile, say: Say): void => {
  const [name, kind] = ['Name', 'Kind'].map((key) => lastOf(ini, 'NetDev', key))
  if (name === undefined) say('has no Name= in [NetDev], it is ignored')
  if (kind === undefined) say('has no Kind= in [NetDev], it is ignored')
  else if (!Object.hasOwn(NETDEV_KINDS, kind.value)) say(`Kind=${kind.value} is not known, the file is ignored`, kind)
  else checkNeeds(ini, kind.value, say)
}

/** Whether a value of [Match] is one; names are looked at by themselves. */
const matches = ({ key, value }: Setting): boolean =>
  value !== '' &&
  (key !== 'Name' ||
    value.split(/\s+/).some((word) => isInterfaceName(word.replace(/^!/, ''), { alternative: true, patterns: true })))

const checkMatch = ({ ini, type }: NetworkFile, say: Say): void => {
  const settings = ini.settings.filter(({ section }) => section === 'Match')
  if (settings.some(matches) || settings.some(({ value }) => /\{\{|%[iI]|\$\{/.test(value))) return
  say(
    `has nothing in [Match], ${type === 'network' ? 'it is ignored' : 'it matches nothing'}`,
    ini.sections.find(({ name }) => name === 'Match'),
  )
}

/** Sections that mean nothing without one of these keys. */
const SECTION_NEEDS: Readonly<Record<string, readonly string[]>> = {
  Address: ['Address'],
  Route: ['Destination', 'Gateway', 'Source', 'PreferredSource', 'MultiPathRoute', 'NextHop'],
}

/** Each section by itself: the settings after its header. */
const checkParts = ({ ini }: NetworkFile, say: Say): void => {
  for (const [index, { name, line }] of ini.sections.entries()) {
    const needs = Object.hasOwn(SECTION_NEEDS, name) ? SECTION_NEEDS[name] : undefined
    const end = ini.sections[index + 1]?.line ?? Number.POSITIVE_INFINITY
    const keys = ini.settings.filter((one) => one.line > line && one.line < end).map(({ key }) => key)
    if (needs !== undefined && !needs.some((need) => keys.includes(need)))
      say(`[${name}] without ${needs.map((need) => `${need}=`).join(' or ')} is ignored`, { line })
  }
}

export const checkStructure = ({ report }: Check, file: NetworkFile): void => {
  const say: Say = (message, at) =>
    report(NETT['NETT-04'], file.path, message, at === undefined ? {} : { line: at.line, column: at.column ?? 1 })
  if (file.ini.mistakes.some(({ isFatal }) => isFatal)) return
  if (file.type === 'netdev') checkNetdev(file, say)
  else checkMatch(file, say)
  if (file.type === 'network') checkParts(file, say)
}
