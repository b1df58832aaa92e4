import { orElse } from '../../host/host.ts'
import type { Check } from '../check.ts'
import type { Entry } from '../tree.ts'
import { CONFEXT } from './rules.ts'

const LARGEST = 256 << 10

/** Files of sections and assignments, systemd.syntax(7), but those that NETT is about. */
const SECTIONED =
  /^etc\/systemd\/(?:system|user|nspawn|[a-z-]+\.conf\.d)\/.*\.(?:service|socket|timer|path|target|mount|automount|slice|swap|nspawn|conf)$/

const ASSIGNMENTS = /^etc\/sysctl\.d\/[^/]+\.conf$/

/** The first line that is none, from 1, and what is wrong with it. */
const wrongLine = (text: string, isSectioned: boolean): readonly [line: number, message: string] | undefined => {
  let [hasSection, continues] = [!isSectioned, false]
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    const isContinued = continues
    continues = isSectioned && line.endsWith('\\')
    if (isContinued || line === '' || /^[#;]/.test(line)) continue
    if (isSectioned && /^\[[^\]]+\]$/.test(line)) hasSection = true
    else if (!line.includes('=') && !(line.startsWith('-') && !isSectioned))
      return [index + 1, `'${line.slice(0, 60)}' is no assignment`]
    else if (!hasSection) return [index + 1, 'is an assignment outside of any section']
  }
  return undefined
}

/** CONFEXT-11: what can be said of a file without knowing its keys. */
export const checkContents = ({ tree, report }: Check, path: string, { kind }: Entry): void => {
  const isSectioned = SECTIONED.test(path)
  if (kind !== 'file' || !(isSectioned || ASSIGNMENTS.test(path))) return
  const text = orElse(
    () => tree.text(path, LARGEST),
    ({ reason }) => {
      report(CONFEXT['CONFEXT-11'], path, reason)
      return undefined
    },
  )
  const wrong = text === undefined ? undefined : wrongLine(text, isSectioned)
  if (wrong !== undefined) report(CONFEXT['CONFEXT-11'], path, wrong[1], { line: wrong[0], column: 1 })
}

/** CONFEXT-10: what would write to /etc after it has become read-only. */
export const checkWriters = ({ tree, report }: Check, path: string, { kind }: Entry): void => {
  const say = (why: string): void => report(CONFEXT['CONFEXT-10'], path, why)
  if (/^etc\/sysusers\.d\/[^/]+\.conf$/.test(path)) say('makes users, and /etc/passwd is read-only once this is merged')
  else if (
    /^etc\/systemd\/system\/[^/]+\.(?:wants|requires)\/systemd-(?:firstboot|sysusers|machine-id-commit)\.service$/.test(
      path,
    )
  )
    say('is started to write to /etc, which is read-only once this is merged')
  else if (kind === 'file' && /^etc\/tmpfiles\.d\/[^/]+\.conf$/.test(path)) {
    const text = orElse(
      () => tree.text(path, LARGEST) ?? '',
      () => '',
    )
    const line = text.split('\n').findIndex((one) => /^\s*[a-zA-Z][+!\-=~^$]*\s+"?\/etc\//.test(one))
    if (line >= 0)
      report(CONFEXT['CONFEXT-10'], path, 'makes something in /etc, which is read-only once this is merged', {
        line: line + 1,
        column: 1,
      })
  }
}
