import { findOutdated } from '../converge/actual.ts'
import { reloadTogether } from '../converge/execute.ts'
import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { installImages } from '../images/install.ts'
import { type Listed, listImages } from '../images/list.ts'
import { rollBackImage } from '../images/rollback.ts'
import { tenantService } from '../layout/names.ts'
import { isRunning, showUnits } from '../program/systemctl.ts'
import { tenantFiles } from '../program/tenant-files.ts'
import { loadOne, tenantToRun } from '../tenant/one.ts'
import { findEntry, loadEntries } from './entries.ts'
import { CLASS_OPTION, classAsked } from './image-class.ts'
import { paint, printJson, problemText, table, type Verb } from './verb.ts'

/** What an administrator does next: what is mounted stays until then. */
const nextStep = (host: Host, id: string): string => {
  const isUp = orElse(
    () => showUnits(host, [tenantService(id)], ['ActiveState']).some(({ ActiveState: state }) => isRunning(state)),
    () => false,
  )
  return isUp
    ? `${tenantService(id)} runs with what it has: systemctl reload tenant@${id}; bitbuilder plan ${id} says what that does\n`
    : ''
}

/** A loaded mount unit may name a file that has been renamed, and the tenant could not be restarted. */
const reloadUnits = (host: Host, id: string): void => {
  const { loaded } = loadOne(host, id)
  if (loaded?.state !== 'here' || host.stat('/run/systemd/system') === undefined) return
  const outdated = (): string | undefined => findOutdated(host, id, tenantFiles(host, loaded).files)
  if (outdated() !== undefined) reloadTogether(host, outdated)
}

export const imageInstall: Verb = {
  name: 'image install',
  operand: { name: 'ID', required: true },
  further: { name: 'FILE', required: true, many: true },
  summary: 'give a tenant an extension image, as a version among others',
  options: [CLASS_OPTION],
  isLive: true,
  run: ({ host, operand: id = '', operands, json, options }) => {
    const tenant = tenantToRun(host, id)
    const { installed, problems } = installImages(host, tenant, operands.slice(1), classAsked(options))
    if (json) printJson(host, { installed, problems })
    else {
      for (const problem of problems) host.print(`${problemText(host, problem)}\n`)
      for (const { class: kind, name, version, isNew, current, before } of installed) {
        const now = current === version ? 'is taken' : `${current} is taken`
        const change = current === before ? now : `${now}, before ${before ?? 'none'}`
        host.print(`${id}: ${kind} ${name} ${version} ${isNew ? 'installed' : 'was there'}, ${change}\n`)
      }
      if (installed.length > 0) host.print(nextStep(host, id))
    }
    return installed.length === 0 ? 1 : 0
  },
}

export const imageRollback: Verb = {
  name: 'image rollback',
  operand: { name: 'ID', required: true },
  further: { name: 'NAME', required: true },
  third: { name: 'VERSION', required: false },
  summary: 'let a tenant take another version of an extension: the one before',
  options: [CLASS_OPTION],
  isLive: true,
  run: ({ host, operand: id = '', further: name = '', operands: [, , version], json, options }) => {
    tenantToRun(host, id)
    const done = rollBackImage(host, id, name, version, classAsked(options))
    reloadUnits(host, id)
    if (json) printJson(host, done)
    else {
      const { current, before } = done
      host.print(`${id}: ${done.class} ${name} ${current} is taken${current === before ? '' : `, before ${before}`}\n`)
      host.print(nextStep(host, id))
    }
    return 0
  },
}

const COLOUR = { current: 'green', kept: 'grey', bad: 'yellow', foreign: 'grey', 'left out': 'red' } as const

const KIBIBYTE = 1024

const cellsOf = (one: Listed): readonly string[] => [
  one.tenant,
  one.class,
  one.name,
  one.version ?? '-',
  one.tries === undefined ? one.state : `${one.state} +${one.tries.left}-${one.tries.done}`,
  one.verity === undefined ? one.format : `${one.format}, ${one.verity}`,
  one.size === undefined ? '-' : `${Math.ceil(one.size / KIBIBYTE)}K`,
  one.from,
  one.why ?? '',
]

const HEAD = ['TENANT', 'CLASS', 'NAME', 'VERSION', 'STATE', 'FORMAT', 'SIZE', 'FROM', ''] as const

export const imageList: Verb = {
  name: 'image list',
  operand: { name: 'ID', required: false },
  summary: 'list extensions of tenants with their versions',
  run: ({ host, operand, json }) => {
    const entries = loadEntries(host)
    const chosen = operand === undefined ? entries.loaded : [findEntry(entries, operand)]
    const rows = chosen.flatMap((one) =>
      one.state === 'here' && entries.provisioned.has(one.id) ? listImages(host, one.tenant) : [],
    )
    if (json) printJson(host, rows)
    else if (rows.length > 0) {
      const [head = '', ...lines] = table([HEAD, ...rows.map(cellsOf)]).split('\n')
      const painted = lines.map((line, index) => {
        const { state } = rows[index] as Listed
        return line.replace(`  ${state} `, `  ${paint(host, COLOUR[state], state)} `)
      })
      host.print(`${[paint(host, 'bold', head), ...painted].join('\n')}\n`)
    }
    return 0
  },
}
