import { orElse } from '../../host/host.ts'
import type { Check } from '../check.ts'
import { type IniText, lastOf, parseIni } from '../ini.ts'
import { nameOf } from '../tree.ts'
import { INFRA } from './rules.ts'

/** Units and what pulls them in. */

const DIRECTORIES = ['etc/systemd/system', 'usr/lib/systemd/system'] as const
const TARGET = 'multi-user.target'
const LARGEST = 256 << 10

const readUnit = ({ tree }: Check, path: string): IniText | undefined => {
  const text = orElse(
    () => tree.text(path, LARGEST),
    () => undefined,
  )
  return text === undefined ? undefined : parseIni(text)
}

const wantedBy = (unit: IniText): readonly string[] =>
  unit.settings
    .filter(({ section, key }) => section === 'Install' && key === 'WantedBy')
    .flatMap(({ value }) => value.split(/\s+/))

const wantedIn = ({ tree }: Check): ReadonlySet<string> =>
  new Set(DIRECTORIES.flatMap((directory) => tree.entries(`${directory}/${TARGET}.wants`).map(({ name }) => name)))

const checkTimer = ({ report }: Check, path: string, unit: IniText, names: ReadonlySet<string>): void => {
  const service = lastOf(unit, 'Timer', 'Unit')?.value ?? nameOf(path).replace(/\.timer$/, '.service')
  if (!names.has(service)) report(INFRA['INFRA-07'], path, `starts ${service}, which is not there`)
}

/** `tree` is the root file system. `isTaken`: whether a unit is not the template's own, and need not be started. */
export const checkUnits = (check: Check, isTaken: (path: string) => boolean): void => {
  const { tree, report } = check
  const wanted = wantedIn(check)
  const units = DIRECTORIES.flatMap((directory) =>
    tree.entries(directory).flatMap(({ name, kind }) => (kind === 'file' ? [`${directory}/${name}`] : [])),
  )
  const names = new Set(units.map(nameOf))
  for (const path of units) {
    if (!/\.(?:service|socket|timer|path|target)$/.test(path)) continue
    const unit = readUnit(check, path)
    if (unit === undefined) continue
    if (path.endsWith('.timer')) checkTimer(check, path, unit, names)
    const says = wantedBy(unit).includes(TARGET)
    const is = wanted.has(nameOf(path))
    if (says && !is && !isTaken(path))
      report(INFRA['INFRA-07'], path, `says WantedBy=${TARGET}, and there is no link in ${TARGET}.wants`, {
        hint: 'git keeps links: add it to the template',
      })
    if (is && !says && unit.sections.some(({ name }) => name === 'Install'))
      report(INFRA['INFRA-07'], path, `is wanted by ${TARGET}, and its [Install] does not say so`)
  }
}
