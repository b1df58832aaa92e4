/** What every host needs, and how it looks. */

import { LATE_SERVICE } from '../layout/names.ts'
import { GENERATOR_DIR, TENANTS_DIR } from '../layout/paths.ts'
import { fileSystemOf } from '../storage/file-system.ts'
import type { Check, Context, Finding } from './check.ts'
import { ask, kindAt, missing, ok, textOf, worse } from './look.ts'

/** The oldest that has what the units use, and the one that the tests boot. */
const OLDEST_SYSTEMD = 257
const TESTED_SYSTEMD = 262

const systemd = ({ host }: Context): Finding => {
  const version = Number(/^systemd (\d+)/.exec(ask(host, 'systemctl', '--version') ?? '')?.[1])
  if (!(version >= OLDEST_SYSTEMD))
    return missing(`version ${version || 'unknown'}, ${OLDEST_SYSTEMD} is the oldest that will do`)
  if (kindAt(host, '/run/systemd/system') === undefined)
    return missing(`${version}, and this host is not booted with it`)
  if (version >= TESTED_SYSTEMD) return ok(String(version))
  return worse(`${version}, ${TESTED_SYSTEMD} is what is tested`, 'a newer systemd')
}

const GENERATORS = ['tenant-generator', 'mount-generator'] as const
const GENERATOR_DIRS = ['/run', '/etc', '/usr/local/lib', '/usr/lib'] as const

/** systemd.generator(7): a file or link of the same name in an earlier directory counts in place of the later ones. */
const generators = ({ host }: Context): Finding => {
  for (const name of GENERATORS) {
    const paths = GENERATOR_DIRS.map((dir) => `${dir}/systemd/system-generators/${name}`)
    const path = paths.find((one) => kindAt(host, one) !== undefined)
    if (path === undefined) return missing(`there is no ${name}`, 'install bitbuilder again')
    if (ask(host, 'test', '-f', path, '-a', '-x', path) === undefined)
      return missing(
        `${path} cannot be executed`,
        path.startsWith('/usr/lib/') ? 'install bitbuilder again' : `rm ${path}`,
      )
  }
  return ok(GENERATORS.join(', '))
}

const var_ = ({ host }: Context): Finding => {
  if (kindAt(host, `${GENERATOR_DIR}/multi-user.target.wants/${LATE_SERVICE}`) !== undefined)
    return ok('was mounted late in this boot, its tenants start after it')
  const type = fileSystemOf(host, TENANTS_DIR)?.type
  return type === 'overlay'
    ? worse(
        `${TENANTS_DIR} is on an overlay, where no tenant's extensions can be written to`,
        'another file system for it',
      )
    : ok(type === undefined ? TENANTS_DIR : `${TENANTS_DIR} on ${type}`)
}

const CONTROLLERS = ['cpu', 'memory', 'pids', 'io'] as const

const cgroup = ({ host }: Context): Finding => {
  const file = '/sys/fs/cgroup/cgroup.controllers'
  if (kindAt(host, file) === undefined)
    return missing('no cgroup v2', 'boot without systemd.unified_cgroup_hierarchy=0')
  const there = textOf(host, file).trim().split(' ')
  const absent = CONTROLLERS.filter((one) => !there.includes(one))
  return absent.length === 0
    ? ok(`v2 with ${CONTROLLERS.join(', ')}`)
    : missing(
        `v2 without ${absent.join(', ')}: limits of resources do not hold`,
        'cgroup_no_v1=all on the kernel command line',
      )
}

const userNamespaces = ({ host }: Context): Finding => {
  const text = textOf(host, '/proc/sys/user/max_user_namespaces').trim()
  return Number(text) > 0
    ? ok(`up to ${text}`)
    : missing('there are none', 'sysctl user.max_user_namespaces, or a kernel that has them')
}

/** Certificates of git servers, and signatures, are judged by the time. */
const time = ({ host }: Context): Finding =>
  ask(host, 'timedatectl', 'show', '--property=NTPSynchronized', '--value') === 'yes'
    ? ok('synchronized')
    : worse('is not synchronized', 'timedatectl set-ntp true')

export const BASE: readonly Check[] = [
  { name: 'systemd', neededFor: ['tenants'], packages: 'systemd', look: systemd },
  { name: 'generators', neededFor: ['tenants'], look: generators },
  { name: '/var', neededFor: ['tenants'], look: var_ },
  { name: 'cgroups', neededFor: ['limits'], look: cgroup },
  { name: 'user namespaces', neededFor: ['container'], look: userNamespaces },
  { name: 'time', neededFor: ['repository'], look: time },
]
