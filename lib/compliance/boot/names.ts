import type { Check } from '../check.ts'
import { below, nameOf, parentOf } from '../tree.ts'
import { parseCounter } from './entry.ts'
import { BOOT } from './rules.ts'

const LONGEST_NAME = 255
const CHARACTERS = /^[A-Za-z0-9+_.-]+$/

/** Names of entries and unified kernel images, BOOT-05, BOOT-06 and BOOT-18. */
export const checkEntryName = (
  { report }: Check,
  rule: (typeof BOOT)['BOOT-05'],
  path: string,
  suffix: '.conf' | '.efi',
): void => {
  const name = nameOf(path)
  const characters = name.replaceAll('@', '')
  if (!CHARACTERS.test(characters))
    report(rule, path, `has a name with other characters than letters, digits, +, -, _ and .`)
  else if (characters !== name)
    report(rule, path, `has @ in its name, which systemd takes and the specification does not`)
  if (name.length > LONGEST_NAME) report(rule, path, `has a name of ${name.length} characters, expected at most 255`)
  const counter = parseCounter(name, suffix)
  if (counter === undefined || counter.left.length === counter.done?.length) return
  const { stem, left, done = '0' } = counter
  const width = Math.max(left.length, done.length)
  const to = `${stem}+${left.padStart(width, '0')}-${done.padStart(width, '0')}${suffix}`
  report(BOOT['BOOT-06'], path, `has counters of different width, expected ${to}`, {
    fixes: [{ do: 'rename', path, to: below(parentOf(path), to) }],
  })
}
