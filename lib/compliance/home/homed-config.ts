import type { Check } from '../check.ts'
import { oneOf } from './expect.ts'
import { readJsonFile } from './record.ts'
import { shown } from './record-fields.ts'
import { HOME } from './rules.ts'

/** homed.conf(5), [Home]. */
const KEYS = {
  DefaultStorage: oneOf('luks', 'fscrypt', 'directory', 'subvolume', 'cifs'),
  DefaultFileSystemType: oneOf('btrfs', 'ext4', 'xfs'),
}

const isKey = (key: string): key is keyof typeof KEYS => Object.hasOwn(KEYS, key)

/** HOME-23 of `config/homed-config.json`, which becomes homed.conf. */
export const checkHomedConfig = (check: Check, path: string): void => {
  const file = readJsonFile(check, path, HOME['HOME-23'])
  if (file === undefined) return
  const report = (at: number, message: string, hint?: string): void => {
    const { line, column } = file.placeOf(at)
    check.report(HOME['HOME-23'], path, message, { line, column, ...(hint === undefined ? {} : { hint }) })
  }
  const { root } = file
  if (root.kind !== 'object') {
    report(root.at, `expected an object, got ${shown(root)}`)
    return
  }
  const seen = new Set<string>()
  for (const { key, at, value } of root.members) {
    if (seen.has(key)) report(at, `has '${key.slice(0, 60)}' twice`)
    seen.add(key)
    const expected = isKey(key) ? KEYS[key](value) : undefined
    if (!isKey(key)) report(at, `'${key.slice(0, 60)}' is not known`, `known are ${Object.keys(KEYS).join(', ')}`)
    else if (expected !== undefined) report(value.at, `${key}: expected ${expected}, got ${shown(value)}`)
  }
}
