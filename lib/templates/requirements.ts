import type { Check, Context, Packages } from '../doctor/check.ts'
import { installer } from '../doctor/install.ts'
import { ask, both, kindAt, missing, ok, program } from '../doctor/look.ts'
import { MACHINES } from '../doctor/machines.ts'
import type { Host } from '../host/host.ts'
import { parseConstraint, satisfies } from '../systemd/constraint.ts'
import { FEATURES, type TemplateFeature, type TemplateMetadata } from './schema.ts'

/** A requirement that this host does not meet. */
export interface Unmet {
  /** As it is written: `systemd_version`, or a feature. */
  readonly requirement: string
  /** To be read after it and a colon. */
  readonly message: string
  readonly hint?: string
}

/** What the doctor knows already, and what only templates ask for. */
type Look = Pick<Check, 'packages' | 'look'>

const doctors = (name: string): Look => {
  const check = MACHINES.find((one) => one.name === name)
  if (check === undefined) throw new Error(`the doctor has no check '${name}'`)
  return check
}

/** dnf(8) takes a path for the package that has it. */
const tool = (name: string, debian: string): Look => ({
  packages: { debian, fedora: `/usr/bin/${name}` },
  look: program(name),
})

const UNIT_DIRS = ['/etc/systemd/system', '/usr/local/lib/systemd/system', '/usr/lib/systemd/system']

/** By its file: provisioning asks too, and its sandbox lets nobody talk to systemd. */
const unit = (name: string, packages: Packages): Look => ({
  packages,
  look: ({ host }: Context) => {
    const found = UNIT_DIRS.map((dir) => `${dir}/${name}`).find((path) => kindAt(host, path) !== undefined)
    return found === undefined ? missing(`there is no ${name}`) : ok(found)
  },
})

const vmspawn: Look = { packages: 'systemd-container', look: doctors('vmspawn').look }

const LOOKS: Readonly<Record<TemplateFeature, readonly Look[]>> = {
  vmspawn: [vmspawn, doctors('qemu'), doctors('virtiofsd')],
  nspawn: [doctors('nspawn')],
  varlink: [{ packages: 'systemd', look: program('varlinkctl') }],
  networkd: [unit('systemd-networkd.service', { debian: 'systemd', fedora: 'systemd-networkd' })],
  homed: [unit('systemd-homed.service', { debian: 'systemd-homed', fedora: '/usr/bin/homectl' })],
  sysext: [{ packages: 'systemd', look: both(program('systemd-sysext'), doctors('overlay').look) }],
  confext: [{ packages: 'systemd', look: both(program('systemd-confext'), doctors('overlay').look) }],
  portable: [tool('portablectl', 'systemd-container')],
  repart: [tool('systemd-repart', 'systemd-repart')],
  resolved: [unit('systemd-resolved.service', { debian: 'systemd-resolved', fedora: 'systemd-resolved' })],
  boot: [tool('bootctl', 'systemd-boot-tools')],
}

const isFeature = (text: string): text is TemplateFeature => FEATURES.some((one) => one === text)

const unmetFeature = (host: Host, feature: string): readonly Unmet[] => {
  if (!isFeature(feature)) return []
  for (const { look, packages } of LOOKS[feature]) {
    const found = look({ host, tenants: [] })
    if (found.state !== 'missing') continue
    const hint = found.hint ?? (packages === undefined ? undefined : installer(host)(packages))
    return [{ requirement: feature, message: found.detail, ...(hint === undefined ? {} : { hint }) }]
  }
  return []
}

/** `systemd 262 (262-1)`: the number alone is what systemd's own conditions compare. */
const systemdVersion = (host: Host): string | undefined =>
  /^systemd ([0-9][^\s]*)/.exec(ask(host, 'systemctl', '--version') ?? '')?.[1]

const unmetVersion = (
  requirement: string,
  wanted: string | undefined,
  what: string,
  version: () => string | undefined,
): readonly Unmet[] => {
  const constraint = wanted === undefined ? '' : parseConstraint(wanted)
  if (typeof constraint === 'string') return []
  const here = version()
  if (here !== undefined && satisfies(here, constraint)) return []
  const message =
    here === undefined
      ? `${wanted} is required, and there is no ${what} here`
      : `${wanted} is required, this is ${what} ${here}`
  return [{ requirement, message, hint: `another host, or another ${what}` }]
}

/** What of a template's requirements this host does not meet. */
export const unmetRequirements = (host: Host, { requirements }: TemplateMetadata): readonly Unmet[] => {
  const { systemd_version, kernel, features = [] } = requirements ?? {}
  return [
    ...unmetVersion('systemd_version', systemd_version, 'systemd', () => systemdVersion(host)),
    ...unmetVersion('kernel', kernel, 'Linux', () => ask(host, 'uname', '-r')),
    ...features.flatMap((feature) => unmetFeature(host, feature)),
  ]
}
