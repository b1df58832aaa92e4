import { isProblem } from '../../report/problem.ts'
import { type Check, guarded } from '../check.ts'
import type { Rule } from '../rule.ts'
import { nameOf } from '../tree.ts'
import { isBeyondIntegers } from './expect.ts'
import { FIELDS } from './fields.ts'
import { type Json, type JsonFile, readJson } from './json.ts'
import type { RecordCheck, RecordForm } from './record-check.ts'
import { checkField, checkSection, checkUnknown, shown } from './record-fields.ts'
import { checkPerMachine, checkPrivileged } from './record-sections.ts'
import { HOME } from './rules.ts'

/** Bytes of a record; a hundred times what a real one has. */
const LONGEST = 1 << 18

/** NUL, and halves of a character: systemd takes neither. */
const BAD_TEXT = /\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

const checkText = ({ report }: RecordCheck, text: string, at: number): void => {
  if (BAD_TEXT.test(text)) report('HOME-01', at, 'holds a character that nobody reads, \\u0000 or half of one')
}

/** All of it, whatever it means: what readers of JSON disagree on. */
const checkValues = (check: RecordCheck, top: Json): void => {
  const pending: Json[] = [top]
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (value.kind === 'text') checkText(check, value.value, value.at)
    else if (value.kind === 'list') for (const item of value.items) pending.push(item)
    else if (value.kind === 'object') {
      const keys = new Set<string>()
      for (const { key, at, value: inner } of value.members) {
        if (keys.has(key)) check.report('HOME-01', at, `has '${key.slice(0, 60)}' twice`)
        keys.add(key)
        checkText(check, key, at)
        pending.push(inner)
      }
    } else if (isBeyondIntegers(value)) check.report('HOME-01', value.at, `${shown(value)} is beyond what readers have`)
  }
}

const checkRecord = (check: RecordCheck, root: Json): void => {
  if (root.kind !== 'object') {
    check.report('HOME-01', root.at, `expected an object, got ${shown(root)}`)
    return
  }
  checkValues(check, root)
  if (!root.members.some(({ key }) => key === 'userName')) check.report('HOME-02', root.at, 'has no userName')
  for (const member of root.members) {
    const { key, value } = member
    if (!FIELDS.has(key)) checkUnknown(check, member)
    checkField(check, member)
    checkSection(check, member)
    if (key === 'privileged') checkPrivileged(check, value)
    else if (key === 'perMachine') checkPerMachine(check, value)
  }
}

/** JSON of a file in the tree; what keeps it from being read is a finding of `rule`, and undefined. */
export const readJsonFile = (check: Check, path: string, rule: Rule = HOME['HOME-01']): JsonFile | undefined => {
  const text = guarded(check, rule, path, () => check.tree.text(path, LONGEST))
  if (text === undefined) return undefined
  const file = readJson(path, text)
  if (!isProblem(file)) return file
  const { at, message, hint } = file
  check.report(rule, path, message, {
    line: at.line,
    column: at.column,
    ...(hint === undefined ? {} : { hint }),
  })
  return undefined
}

/** A check of the JSON in `path`, whose findings have places. */
export const recordCheck = (
  check: Check,
  path: string,
  file: JsonFile,
  form: RecordForm,
  isRendered = false,
): RecordCheck => ({
  form,
  isRendered,
  report: (rule, offset, message, more = {}) => {
    const { line, column } = file.placeOf(offset)
    check.report(HOME[rule], path, message, { line, column, ...more })
  },
})

/** HOME-01 to HOME-16 of the regular file `path`; what is in it, if it can be read. */
export const checkUserRecord = (
  check: Check,
  path: string,
  form: RecordForm,
  isRendered = false,
): JsonFile | undefined => {
  const file = readJsonFile(check, path)
  if (file !== undefined) checkRecord(recordCheck(check, path, file, form, isRendered), file.root)
  return file
}

const formOf = (name: string): RecordForm => {
  if (name.endsWith('.user')) return 'drop-in'
  return name.endsWith('.identity') ? 'identity' : 'template'
}

/** `subject` is the file. */
export const checkUserRecordFile = (check: Check): void => {
  checkUserRecord(check, check.subject, formOf(nameOf(check.subject)))
}

export const isUserRecordFile = (subject: string): boolean =>
  /(?:^|\/)user-record\.json$|\.user$|\.identity$/.test(subject)
