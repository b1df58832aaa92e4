import type { Check, More } from '../check.ts'
import { octal } from '../mode.ts'
import { below, type Entry } from '../tree.ts'
import { type Json, type JsonFile, member } from './json.ts'
import { checkUserRecord, readJsonFile, recordCheck } from './record.ts'
import { checkPrivileged } from './record-sections.ts'
import { HOME } from './rules.ts'

/** Static records of users and groups, nss-systemd(8): HOME-17. */

const PLACES = ['etc/userdb', 'run/userdb', 'run/host/userdb', 'usr/lib/userdb'] as const

const RULE = HOME['HOME-17']
const SECRET_MODE = 0o600
const NUMBER = /^(?:0|[1-9]\d*)$/
const NAME = /^(.+)\.(user|group|user-privileged|group-privileged|membership)$/

type Suffix = 'user' | 'group' | 'user-privileged' | 'group-privileged' | 'membership'

/** Of a user or a group. */
const KEYS = {
  user: { name: 'userName', id: 'uid', others: 'memberOf' },
  group: { name: 'groupName', id: 'gid', others: 'members' },
}

interface Directory {
  readonly check: Check
  readonly path: string
  /** By their names. */
  readonly entries: ReadonlyMap<string, Entry>
}

const report = ({ check, path }: Directory, name: string, message: string, more: More = {}): void =>
  check.report(RULE, below(path, name), message, more)

const textOf = (value: Json | undefined): string | undefined => (value?.kind === 'text' ? value.value : undefined)

const numberOf = (value: Json | undefined): string | undefined => (value?.kind === 'number' ? value.text : undefined)

/** `1000.user`, by which the record is found from its number. */
const checkNumberLink = (directory: Directory, name: string, id: string, suffix: string): void => {
  const { check, path, entries } = directory
  const link = `${id}.${suffix}`
  const target = `${name}.${suffix}`
  const found = entries.get(link)
  const fixes = [{ do: 'link', path: below(path, link), target }] as const
  if (found === undefined) report(directory, link, `is missing, a link to '${target}'`, { fixes })
  else if (found.kind !== 'link') report(directory, link, `is a ${found.kind}, expected a link to '${target}'`)
  else if (check.tree.target(below(path, link)) !== target)
    report(directory, link, `leads to '${check.tree.target(below(path, link))}', expected '${target}'`, { fixes })
}

const checkMemberships = (directory: Directory, kind: 'user' | 'group', name: string, root: Json): void => {
  const others = member(root, KEYS[kind].others)
  for (const item of others?.kind === 'list' ? others.items : []) {
    const other = textOf(item)
    if (other === undefined || other === '' || other.includes('/')) continue
    const file = `${kind === 'user' ? `${name}:${other}` : `${other}:${name}`}.membership`
    if (directory.entries.has(file)) continue
    report(
      directory,
      file,
      `is missing, which says that ${kind === 'user' ? `'${name}' is in '${other}'` : `'${other}' is in '${name}'`}`,
      {
        fixes: [{ do: 'write', path: below(directory.path, file), text: '', mode: 0o644 }],
      },
    )
  }
}

const checkPrivilegedFile = (directory: Directory, name: string, kind: 'user' | 'group'): void => {
  const { check, path, entries } = directory
  const whole = below(path, name)
  const { mode = 0 } = entries.get(name) ?? {}
  if (mode !== SECRET_MODE)
    report(directory, name, `has mode ${octal(mode)}, expected 0600`, {
      isLost: true,
      fixes: [{ do: 'chmod', path: whole, mode: SECRET_MODE }],
    })
  const public_ = name.replace(/-privileged$/, '')
  if (!entries.has(public_)) report(directory, name, `is there without '${public_}'`)
  const file = readJsonFile(check, whole)
  const section = file === undefined ? undefined : member(file.root, 'privileged')
  if (file === undefined) return
  if (section === undefined) report(directory, name, "has no object 'privileged'")
  else if (kind === 'user') checkPrivileged(recordCheck(check, whole, file, 'drop-in'), section)
}

const recordOf = ({ check, path }: Directory, name: string, kind: 'user' | 'group'): JsonFile | undefined => {
  const whole = below(path, name)
  return kind === 'user' ? checkUserRecord(check, whole, 'drop-in') : readJsonFile(check, whole)
}

const checkRecord = (directory: Directory, name: string, kind: 'user' | 'group'): void => {
  const file = `${name}.${kind}`
  const record = recordOf(directory, file, kind)
  if (record === undefined) return
  const { root } = record
  const said = textOf(member(root, KEYS[kind].name))
  const id = numberOf(member(root, KEYS[kind].id))
  if (said !== name) report(directory, file, `is of ${KEYS[kind].name} '${said ?? ''}', expected '${name}' by its name`)
  if (member(root, 'privileged') !== undefined)
    report(directory, file, `has a section 'privileged', which everybody can read`, {
      hint: `put it into ${file}-privileged`,
    })
  if (id === undefined) report(directory, file, `has no ${KEYS[kind].id}`)
  else {
    checkNumberLink(directory, name, id, kind)
    if (directory.entries.has(`${file}-privileged`)) checkNumberLink(directory, name, id, `${kind}-privileged`)
  }
  checkMemberships(directory, kind, name, root)
}

/** `1000.user` leads to a record, which looks whether it is its own. */
const checkNumbered = (directory: Directory, entry: Entry): void => {
  const { check, path, entries } = directory
  if (entry.kind !== 'link') {
    report(directory, entry.name, `is a ${entry.kind}, expected a link to the record of that number`)
    return
  }
  const target = check.tree.target(below(path, entry.name))
  if (!entries.has(target)) report(directory, entry.name, `leads to '${target}', which is not there`)
}

const checkEntry = (directory: Directory, entry: Entry): void => {
  const [, name = '', suffix] = (NAME.exec(entry.name) ?? []) as readonly [string?, string?, Suffix?]
  if (suffix === undefined)
    report(directory, entry.name, 'is called like no record, it is ignored', { severity: 'warning' })
  else if (suffix === 'membership') {
    if (!/^[^:]+:[^:]+$/.test(name)) report(directory, entry.name, "expected 'USER:GROUP.membership'")
  } else if (NUMBER.test(name)) checkNumbered(directory, entry)
  else if (entry.kind !== 'file') report(directory, entry.name, `is a ${entry.kind}, expected a file`)
  else if (suffix === 'user' || suffix === 'group') checkRecord(directory, name, suffix)
  else checkPrivilegedFile(directory, entry.name, suffix === 'user-privileged' ? 'user' : 'group')
}

/** Of nobody who keeps users in files. */
const MOST_ENTRIES = 10_000

export const checkUserdb = (check: Check): void => {
  for (const path of PLACES) {
    if (check.tree.node(path)?.kind !== 'directory') continue
    const list = check.tree.entries(path)
    const directory = { check, path, entries: new Map(list.map((entry) => [entry.name, entry])) }
    for (const entry of list.slice(0, MOST_ENTRIES)) checkEntry(directory, entry)
    if (list.length > MOST_ENTRIES)
      check.report(RULE, path, `has more than ${MOST_ENTRIES} files, not looking at the rest`)
  }
}
