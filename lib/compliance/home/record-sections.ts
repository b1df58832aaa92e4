import { authorizedKeyOf } from '../keys/ssh.ts'
import { anyText, boolean, type Expect, either, listOf, oneOf, text, textThat } from './expect.ts'
import { base64, FIELDS, hostname, MATCHES, machineId, pkcs11Uri } from './fields.ts'
import type { Json, Member } from './json.ts'
import { isOpen, type RecordCheck } from './record-check.ts'
import { checkField, refusal, shown } from './record-fields.ts'

/** The sections `privileged` and `perMachine` of a user record. */

/** `$y$…`, crypt(5); `!` and `*` in front of it, or alone, lock. */
const HASH = /^[!*]{0,4}(?:\$[a-z0-9-]{1,16}\$[!-9;-~]+)?$/
const REAL_HASH = /^\$/

const hash = textThat('a hash as of crypt(5)', (value) => value !== '' && HASH.test(value))

const shape =
  (words: string, keys: Readonly<Record<string, Expect>>, required: readonly string[]): Expect =>
  (value) => {
    if (value.kind !== 'object') return words
    const known = value.members.every(
      ({ key, value: one }) => Object.hasOwn(keys, key) && keys[key]?.(one) === undefined,
    )
    return known && required.every((key) => value.members.some((member) => member.key === key)) ? undefined : words
  }

const PRIVILEGED: Readonly<Record<string, Expect>> = {
  passwordHint: text,
  hashedPassword: listOf(hash),
  sshAuthorizedKeys: listOf(anyText),
  pkcs11EncryptedKey: listOf(
    shape('an object of uri, data and hashedPassword', { uri: pkcs11Uri, data: base64, hashedPassword: hash }, [
      'uri',
      'data',
      'hashedPassword',
    ]),
  ),
  fido2HmacSalt: listOf(
    shape(
      'an object of credential, salt and hashedPassword',
      { credential: base64, salt: base64, hashedPassword: hash, up: boolean, uv: boolean, clientPin: boolean },
      ['credential', 'salt', 'hashedPassword'],
    ),
  ),
  recoveryKey: listOf(
    shape("an object of type 'modhex64' and hashedPassword", { type: oneOf('modhex64'), hashedPassword: hash }, [
      'type',
      'hashedPassword',
    ]),
  ),
}

const checkKeys = (check: RecordCheck, value: Json): void => {
  for (const item of value.kind === 'list' ? value.items : []) {
    if (item.kind !== 'text' || isOpen(check, item)) continue
    const key = authorizedKeyOf(item.value)
    if (typeof key === 'string') check.report('HOME-14', item.at, `sshAuthorizedKeys: ${key}`)
  }
}

const checkHashes = ({ form, report }: RecordCheck, value: Json): void => {
  const real =
    value.kind === 'list' ? value.items.find((item) => item.kind === 'text' && REAL_HASH.test(item.value)) : undefined
  if (form === 'template' && real !== undefined)
    report('HOME-14', real.at, 'hashedPassword: a template should not bring a password', { severity: 'warning' })
}

export const checkPrivileged = (check: RecordCheck, section: Json): void => {
  for (const { key, at, value } of section.kind === 'object' ? section.members : []) {
    if (!Object.hasOwn(PRIVILEGED, key)) {
      check.report('HOME-14', at, `privileged: '${key.slice(0, 60)}' is not known there`)
      continue
    }
    const expected = PRIVILEGED[key]?.(value)
    if (expected !== undefined) check.report('HOME-14', value.at, refusal(key, expected, value))
    else if (key === 'sshAuthorizedKeys') checkKeys(check, value)
    else if (key === 'hashedPassword') checkHashes(check, value)
  }
}

const orList = (each: Expect): Expect => either(each, listOf(each))

const MATCHERS: ReadonlyMap<string, Expect> = new Map(
  MATCHES.map((key) => [key, orList(key.endsWith('MachineId') ? machineId : hostname)]),
)

const checkLocal = (check: RecordCheck, member: Member): void => {
  const { key, at, value } = member
  const matcher = MATCHERS.get(key)
  const expected = isOpen(check, value) ? undefined : matcher?.(value)
  if (expected !== undefined) check.report('HOME-15', value.at, refusal(key, expected, value))
  if (matcher !== undefined) return
  if (FIELDS.get(key)?.isLocal !== true)
    check.report('HOME-15', at, `perMachine: '${key.slice(0, 60)}' cannot be set there`)
  else checkField(check, member)
}

export const checkPerMachine = (check: RecordCheck, section: Json): void => {
  for (const item of section.kind === 'list' ? section.items : []) {
    if (item.kind !== 'object') {
      check.report('HOME-15', item.at, `perMachine: expected objects in the list, got ${shown(item)}`)
      continue
    }
    if (!item.members.some(({ key }) => MATCHERS.has(key)))
      check.report('HOME-15', item.at, 'perMachine: does not say which machines it is for, it is for none', {
        hint: `set one of ${MATCHES.join(', ')}`,
      })
    for (const member of item.members) checkLocal(check, member)
  }
}
