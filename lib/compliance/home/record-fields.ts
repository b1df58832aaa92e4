import { show } from '../../report/json-value.ts'
import { isBeyondIntegers } from './expect.ts'
import { FIELDS, STRICT_NAME } from './fields.ts'
import type { Json, Member } from './json.ts'
import { isOpen, type RecordCheck } from './record-check.ts'

/** A value as a message shows it. */
export const shown = (value: Json): string => {
  if (value.kind === 'object') return 'an object'
  if (value.kind === 'list') return 'a list'
  if (value.kind === 'number') return value.text.slice(0, 40)
  return show(value.kind === 'null' ? null : value.value)
}

/** What is inside of a list or an object is wrong, and not that it is one. */
export const refusal = (key: string, expected: string, value: Json): string => {
  const isInside = (value.kind === 'list' || value.kind === 'object') && expected.startsWith(`${shown(value)} `)
  return `${key}: expected ${expected}${isInside ? '' : `, got ${shown(value)}`}`
}

/** For systemd-homed. */
const [LEAST_UID, MOST_UID] = [60001, 60513]
const NOBODYS = '65535'

const checkId = ({ form, report }: RecordCheck, { key, value }: Member): void => {
  if (value.kind !== 'number') return
  if (value.text === NOBODYS) report('HOME-06', value.at, `${key}: ${NOBODYS} is no id, it stands for none in 16 bits`)
  else if (form !== 'drop-in' && !(Number(value.text) >= LEAST_UID && Number(value.text) <= MOST_UID))
    report('HOME-06', value.at, `${key}: ${value.text} is not between ${LEAST_UID} and ${MOST_UID}`, {
      severity: 'warning',
      hint: 'leave it out, systemd-homed finds one',
    })
}

const checkName = ({ report }: RecordCheck, { value }: Member): void => {
  if (value.kind === 'text' && !STRICT_NAME.test(value.value))
    report('HOME-02', value.at, `userName: expected a-z, then a-z, 0-9 and -, got ${shown(value)}`)
}

/** What systemd-homed does not do for a user. */
const checkMeaning = (check: RecordCheck, member: Member): void => {
  const { key, value } = member
  if (key === 'uid' || key === 'gid') checkId(check, member)
  else if (key === 'userName') checkName(check, member)
  else if (key === 'disposition' && check.form === 'template' && value.kind === 'text' && value.value !== 'regular')
    check.report('HOME-04', value.at, `disposition: expected 'regular' of a template, got ${shown(value)}`)
  else if (key === 'storage' && check.form !== 'drop-in' && value.kind === 'text' && value.value === 'classic')
    check.report('HOME-05', value.at, "storage: 'classic' is for users without systemd-homed")
}

/** Fields that are filled in when a record is made. */
const OF_MANAGER = ['lastChangeUSec', 'lastPasswordChangeUSec', 'service']

/** A known field; `key` as it is to be called in messages. */
export const checkField = (check: RecordCheck, member: Member): void => {
  const { key, value } = member
  const field = FIELDS.get(key)
  // Integers that no reader has are found by HOME-01.
  if (field === undefined || isOpen(check, value) || isBeyondIntegers(value)) return
  const expected = field.expect(value)
  if (expected !== undefined) {
    const unit = field.rule === 'HOME-10' ? { hint: 'sizes are in bytes: 2147483648 is 2G' } : {}
    check.report(field.rule, value.at, refusal(key, expected, value), unit)
    return
  }
  checkMeaning(check, member)
  if (check.form === 'template' && OF_MANAGER.includes(key))
    check.report('HOME-03', member.at, `${key}: is set by who manages the record, leave it out`)
}

const SECTIONS: Readonly<Record<RecordCheck['form'], readonly string[]>> = {
  template: ['binding', 'status', 'signature', 'secret'],
  'drop-in': ['status', 'secret'],
  identity: ['binding', 'status', 'secret'],
}

export const checkSection = ({ form, report }: RecordCheck, { key, at }: Member): void => {
  if (!SECTIONS[form].includes(key)) return
  const why = key === 'secret' ? 'is never stored' : 'is added by who manages the record'
  report('HOME-03', at, `${key}: ${why}, leave it out`)
}

/** One word, with which everybody could have begun. */
const UNPREFIXED = /^[a-z]+$/

const simplified = (key: string): string => key.toLowerCase().replace(/[^a-z0-9]/g, '')

const KNOWN: ReadonlyMap<string, string> = new Map([...FIELDS.keys()].map((key) => [simplified(key), key]))

export const checkUnknown = ({ report }: RecordCheck, { key, at }: Member): void => {
  const meant = KNOWN.get(simplified(key))
  if (meant !== undefined)
    report('HOME-16', at, `${shown({ kind: 'text', at, value: key })} is not known, it means nothing`, {
      hint: `did you mean '${meant}'?`,
    })
  else if (UNPREFIXED.test(key))
    report('HOME-16', at, `'${key.slice(0, 60)}' is not known, and could be anybody's`, {
      hint: 'begin it with the name of the project, exampleFavorite',
    })
}
