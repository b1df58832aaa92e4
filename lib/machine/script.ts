import type { Reader } from '../host/host.ts'
import { inConfig, tenantDir } from '../layout/paths.ts'
import type { MachinePlace } from './place.ts'

/**
 * Scripts of the repository that a machine runs inside of itself. The host hands them in and never runs them. One in the
 * directory of the machine comes before the one of all.
 */
const SCRIPTS = { infra: 'scripts/provision.sh', container: 'scripts/container-init.sh', vm: undefined } as const

/** A credential of a VM goes through its firmware tables, which have 64 KiB for all. */
const LARGEST = 24 << 10

const SCRIPT_CREDENTIAL = 'tenant.script'

/** The last one that ran to its end; what is the same is not run again. */
const DONE = '/var/lib/tenant-script/done'

const UNIT = `[Unit]
Description=Script of the tenant
Documentation=man:tenant@.service(8)
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ImportCredential=${SCRIPT_CREDENTIAL}
StateDirectory=tenant-script
RuntimeDirectory=tenant-script
ExecCondition=/bin/sh -c '! [ "$$(cat ${DONE} 2>/dev/null)" = "$$(cat %d/${SCRIPT_CREDENTIAL})" ]'
ExecStartPre=/bin/sh -c 'cat %d/${SCRIPT_CREDENTIAL} >%t/tenant-script/script && chmod 0700 %t/tenant-script/script'
ExecStart=%t/tenant-script/script
ExecStartPost=/bin/sh -c 'cat %d/${SCRIPT_CREDENTIAL} >${DONE}'
TimeoutStartSec=infinity
`

const SERVICE = 'tenant-script.service'

/** What the repository wants to be run in a machine; undefined where there is nothing. Throws HostError for one that is too long. */
export const readScript = (reader: Reader, { kind, id, source }: MachinePlace): string | undefined => {
  const path = SCRIPTS[kind]
  if (path === undefined) return undefined
  const read = (one: string): string | undefined => reader.readFileInside(tenantDir(id), inConfig(one), LARGEST)?.text
  return read(`${source}/${path}`) ?? read(path)
}

/**
 * Credentials that bring the script and what starts it, systemd.system-credentials(7). A machine without systemd has the
 * script in its credentials and may do with it what it likes.
 */
export const scriptCredentials = (script: string | undefined): Readonly<Record<string, string>> =>
  script === undefined
    ? {}
    : {
        [SCRIPT_CREDENTIAL]: script,
        [`systemd.extra-unit.${SERVICE}`]: UNIT,
        'systemd.unit-dropin.multi-user.target~tenant': `[Unit]\nWants=${SERVICE}\n`,
      }
