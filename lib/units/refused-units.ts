import { REGISTRY_SERVICE, TENANTS_TARGET, tenantService } from '../layout/names.ts'
import { program } from '../layout/paths.ts'
import type { Problem } from '../report/problem.ts'
import { printable, renderHint, renderProblem } from '../report/problem.ts'
import type { Raw } from '../systemd/unit.ts'
import { exec, line, lines, section } from '../systemd/unit.ts'
import type { UnitSet } from '../systemd/unit-set.ts'
import { unitFile, wants } from '../systemd/unit-set.ts'

/** More than anybody reads in `systemctl status`, and few enough that the unit stays small. */
const MOST_LINES = 8

/** A line of a unit file that cannot join the next one to it. */
const oneLine = (text: string): string => printable(text).replace(/\\+$/, '')

/** Each problem is a line in the journal, at the priority of an error. */
const saying = (problems: readonly Problem[]) =>
  problems
    .slice(0, MOST_LINES)
    .flatMap((problem) => [renderProblem(problem), ...renderHint(problem)])
    .concat(problems.length > MOST_LINES ? ['there is more: bitbuilder verify'] : [])
    .map((said) => exec('/usr/bin/echo', `<3>${said}`))

/** A full unit instead of the template, so that nothing the tenant would require is started in vain; what is running can still be stopped. */
const failing = (description: string, source: string, problems: readonly Problem[], stop: Raw | undefined): string =>
  section(
    'Unit',
    line('Description', oneLine(description)) +
      line('Documentation', 'man:tenants.json(5) man:bitbuilder(8)') +
      // A file may have a name that no unit file can hold.
      line('SourcePath', oneLine(source) === source ? source : undefined),
  ) +
  section(
    'Service',
    line('Type', 'oneshot') +
      line('RemainAfterExit', true) +
      lines('ExecStartPre', saying(problems)) +
      line('ExecStart', exec('/usr/bin/false')) +
      line('ExecStop', stop),
  )

/** The unit of a tenant that is refused: it fails at once and says why. */
export const refusedUnits = (
  id: string,
  definedIn: string,
  enabled: boolean,
  problems: readonly Problem[],
): UnitSet => {
  const name = tenantService(id)
  const first = problems[0]
  const reason = first === undefined ? '' : `: ${renderProblem(first)}`
  return [
    unitFile(name, failing(`Tenant ${id}, refused${reason}`, definedIn, problems, exec(program('tenant-cleanup'), id))),
    ...(enabled ? [wants(TENANTS_TARGET, name, `../${name}`)] : []),
  ]
}

/** What is wrong with the registry itself has no tenant's unit to fail; this one does. */
export const registryUnits = (problems: readonly Problem[]): UnitSet => {
  const first = problems[0]
  if (first === undefined) return []
  const unit = failing(`Tenant registry, ${renderProblem(first)}`, first.at.file, problems, undefined)
  return [unitFile(REGISTRY_SERVICE, unit), wants(TENANTS_TARGET, REGISTRY_SERVICE, `../${REGISTRY_SERVICE}`)]
}
