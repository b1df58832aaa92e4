import { orElse } from '../../host/host.ts'
import type { Check } from '../check.ts'
import { lastOf, type Setting } from '../ini.ts'
import { octal } from '../mode.ts'
import { resolve } from '../resolve.ts'
import { nameOf } from '../tree.ts'
import type { NetworkFile } from './file.ts'
import { NETT } from './rules.ts'

/** What files of one set say of each other. */

const YES = /^(?:1|yes|y|true|t|on)$/i

const place = ({ line, column }: Setting) => ({ line, column })

const values = (files: readonly NetworkFile[], section: string, key: string): readonly string[] =>
  files.flatMap(({ ini }) =>
    ini.settings.filter((one) => one.section === section && one.key === key).flatMap(({ value }) => value.split(/\s+/)),
  )

/** Devices that exist on another one, and where that one's file names them. */
const STACKED: Readonly<Record<string, { readonly key: string; readonly section: string }>> = {
  vlan: { key: 'VLAN', section: 'VLAN' },
  vxlan: { key: 'VXLAN', section: 'VXLAN' },
  macvlan: { key: 'MACVLAN', section: 'MACVLAN' },
  ipvlan: { key: 'IPVLAN', section: 'IPVLAN' },
}

const checkStacked = ({ report }: Check, file: NetworkFile, files: readonly NetworkFile[]): void => {
  const kind = lastOf(file.ini, 'NetDev', 'Kind')?.value ?? ''
  const name = lastOf(file.ini, 'NetDev', 'Name')
  const stacked = Object.hasOwn(STACKED, kind) ? STACKED[kind] : undefined
  if (stacked === undefined || name === undefined) return
  if (YES.test(lastOf(file.ini, stacked.section, 'Independent')?.value ?? '')) return
  const users = files.filter(({ type }) => type === 'network')
  if (!values(users, 'Network', stacked.key).includes(name.value))
    report(
      NETT['NETT-07'],
      file.path,
      `${name.value} is made when the .network file of another interface says ${stacked.key}=${name.value}, and none does`,
      place(name),
    )
}

/** Sections of .network files that do nothing unless [Network] switches them on. */
const SWITCHES: Readonly<Record<string, string>> = {
  DHCPServer: 'DHCPServer',
  IPv6SendRA: 'IPv6SendRA',
  DHCPRelay: 'DHCPRelay',
}

const checkSwitches = ({ report }: Check, { path, ini }: NetworkFile): void => {
  for (const { name, line } of ini.sections) {
    const key = Object.hasOwn(SWITCHES, name) ? SWITCHES[name] : undefined
    const value = key === undefined ? '' : (lastOf(ini, 'Network', key)?.value ?? '')
    if (key !== undefined && (value === '' || /^(?:0|no|n|false|f|off)$/i.test(value)))
      report(NETT['NETT-07'], path, `[${name}] has no effect without ${key}=yes in [Network]`, { line, column: 1 })
  }
}

const checkBridgeVlan = ({ report }: Check, { path, ini }: NetworkFile, files: readonly NetworkFile[]): void => {
  const section = ini.sections.find(({ name }) => name === 'BridgeVLAN')
  if (section === undefined) return
  const bridge = lastOf(ini, 'Network', 'Bridge')?.value ?? lastOf(ini, 'Match', 'Name')?.value
  const netdev = files.find((one) => one.type === 'netdev' && lastOf(one.ini, 'NetDev', 'Name')?.value === bridge)
  if (!YES.test(netdev === undefined ? '' : (lastOf(netdev.ini, 'Bridge', 'VLANFiltering')?.value ?? '')))
    report(
      NETT['NETT-07'],
      path,
      `[BridgeVLAN] has no effect without VLANFiltering=yes of the bridge ${bridge ?? ''}`.trimEnd(),
      {
        line: section.line,
        column: 1,
      },
    )
}

const PREFIX = /^\d\d-./

const stem = (path: string): string => nameOf(path).replace(/\.[a-z]+$/, '')

const checkNames = ({ report }: Check, file: NetworkFile, files: readonly NetworkFile[]): void => {
  if (!PREFIX.test(nameOf(file.path)))
    report(NETT['NETT-08'], file.path, 'has no number in front of its name, so that its place among others is chance', {
      hint: `call it 50-${nameOf(file.path)}`,
    })
  const name = file.type === 'netdev' ? lastOf(file.ini, 'NetDev', 'Name')?.value : undefined
  const partner = files.find(
    (one) => one.type === 'network' && name !== undefined && lastOf(one.ini, 'Match', 'Name')?.value === name,
  )
  if (partner !== undefined && stem(partner.path) !== stem(file.path))
    report(NETT['NETT-08'], file.path, `makes ${name}, which ${nameOf(partner.path)} is about: a pair has one name`)
}

/** Where it is in the tree it has to be networkd's alone; where it is not, it is made later. */
const checkKeyFiles = ({ tree, report }: Check, { path, ini }: NetworkFile): void => {
  for (const setting of ini.settings) {
    if (!['PrivateKeyFile', 'PresharedKeyFile'].includes(setting.key) || !setting.value.startsWith('/')) continue
    const found = orElse(
      () => resolve(tree, setting.value),
      () => undefined,
    )
    if (found?.state !== 'found') continue
    const { mode } = found.node
    if ((mode & 0o037) !== 0)
      report(
        NETT['NETT-08'],
        path,
        `${setting.value} has mode ${octal(mode)}, expected 0640 of root and systemd-network`,
        place(setting),
      )
  }
}

/** `isWhole`: nothing else makes interfaces on the host that these files are for. */
const checkBridges = ({ report }: Check, file: NetworkFile, files: readonly NetworkFile[]): void => {
  const bridge = lastOf(file.ini, 'Network', 'Bridge')
  const defined = files.some(
    ({ type, ini }) =>
      type === 'netdev' &&
      lastOf(ini, 'NetDev', 'Name')?.value === bridge?.value &&
      lastOf(ini, 'NetDev', 'Kind')?.value === 'bridge',
  )
  if (bridge !== undefined && bridge.value !== '' && !defined)
    report(
      NETT['NETT-09'],
      file.path,
      `Bridge=${bridge.value}: no .netdev file here makes such a bridge`,
      place(bridge),
    )
}

/** `files`: all that one host reads. */
export const checkNetworkSet = (check: Check, files: readonly NetworkFile[]): void => {
  for (const file of files) {
    checkNames(check, file, files)
    checkKeyFiles(check, file)
    if (file.type === 'netdev') checkStacked(check, file, files)
    if (file.type !== 'network') continue
    checkSwitches(check, file)
    checkBridgeVlan(check, file, files)
    checkBridges(check, file, files)
  }
}
