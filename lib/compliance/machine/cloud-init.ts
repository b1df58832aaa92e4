import { parseYaml } from '../../formats/yaml.ts'
import { type Check, guarded } from '../check.ts'
import { isDirectory } from '../resolve.ts'
import { MACH } from './rules.ts'

const TOP = 'config/cloud-init'
const LARGEST = 256 << 10

/** What cloud-init tells kinds of user data by. */
const STARTS = [
  '#cloud-config',
  '#cloud-config-archive',
  '#cloud-boothook',
  '#include',
  '#include-once',
  '#part-handler',
  '## template: jinja',
  '#!',
  'Content-Type: multipart/',
] as const

const checkYaml = ({ report }: Check, path: string, text: string): void => {
  const parsed = parseYaml(text)
  if ('value' in parsed) return
  report(MACH['MACH-05'], path, `is no YAML: ${parsed.reason}`, { line: parsed.line, column: parsed.column })
}

const textOf = (check: Check, name: string): string | undefined => {
  const path = `${TOP}/${name}`
  const text = guarded(check, MACH['MACH-05'], path, () => check.tree.text(path, LARGEST))
  if (text === undefined && check.tree.node(path) === undefined)
    check.report(MACH['MACH-05'], path, `is missing, cloud-init takes user-data and meta-data together`)
  return text
}

/** Both files, if there is a directory for them. In a source `{{NAME}}` may stand in them, which is no YAML before it is replaced. */
export const checkCloudInit = (check: Check): void => {
  if (!isDirectory(check.tree, TOP)) return
  const [user, meta] = [textOf(check, 'user-data'), textOf(check, 'meta-data')]
  if (user !== undefined && !STARTS.some((start) => user.startsWith(start)))
    check.report(
      MACH['MACH-05'],
      `${TOP}/user-data`,
      "begins with nothing that cloud-init knows, expected '#cloud-config' or '#!'",
      {
        line: 1,
        column: 1,
      },
    )
  const isFilled = (text: string): boolean => check.mode === 'instance' || !text.includes('{{')
  if (user !== undefined && /^#cloud-config(?:-archive)?\s/.test(user) && isFilled(user))
    checkYaml(check, `${TOP}/user-data`, user)
  if (meta !== undefined && meta.trim() !== '' && isFilled(meta)) checkYaml(check, `${TOP}/meta-data`, meta)
}
