/** Two tenants of the same shape, each from a git repository in the machine: an infrastructure VM and one container. */

import { networkdScript, REGISTRY, registry } from './fixtures.ts'
import { KERNEL } from './guests.ts'
import type { Machine, MachineOptions } from './machine.ts'
import { until } from './run.ts'
import { INITRD, makeInitrd, makeRepository, SHELL_PORT } from './tiny.ts'
import type { Addresses, Asker } from './world.ts'

export const TWINS = ['acme', 'globex'] as const
export type Twin = (typeof TWINS)[number]

/** A machine for them: with networkd, and IPv6 for tenants. */
export const TWINS_MACHINE: MachineOptions = {
  installed: true,
  prepare: networkdScript,
  files: { '/etc/bitbuilder/bitbuilder.conf.d/test.conf': '[Network]\nPool6=fd42::/32\n' },
}

/** Where the repository of a tenant is, and its files with it. */
export const repositoryOf = (id: string): string => `/srv/git/${id}`

const GIT = 'git -c user.name=Test -c user.email=test@example.org -c init.defaultBranch=main'

/** Everything that lies in the repository becomes its next commit, whose id is returned. */
export const commit = (machine: Machine, id: string, message: string): string =>
  machine.must(`cd ${repositoryOf(id)} && git init --quiet -b main . && git add --all &&
    ${GIT} commit --quiet --message='${message}' && git rev-parse HEAD`)

const plantRepository = (machine: Machine, id: string): string => {
  const root = repositoryOf(id)
  makeRepository(machine, root, id)
  machine.write(`${root}/infrastructure/rootfs/usr/lib/os-release`, 'ID=tiny\n')
  machine.write(`${root}/infrastructure/rootfs/etc/owner`, `${id}\n`)
  machine.must(`cp ${KERNEL} ${root}/infrastructure/vmlinuz && cp ${INITRD} ${root}/infrastructure/initrd`)
  return commit(machine, id, 'First')
}

export const entryOf = (id: string): object => ({
  id,
  repository: { url: `file://${repositoryOf(id)}`, ref: 'main' },
  resources: { memory: '1G', tasks: 512 },
  infra: { cpu: 1, memory: '192M' },
})

/** The repositories, an initrd, and the registry. The ids of the commits by tenant. */
export const plantTwins = (machine: Machine): Readonly<Record<Twin, string>> => {
  makeInitrd(machine)
  const commits = { acme: plantRepository(machine, 'acme'), globex: plantRepository(machine, 'globex') }
  machine.write(REGISTRY, registry(...TWINS.map((id) => entryOf(id))))
  return commits
}

export interface Guest extends Asker, Addresses {
  /** `infra.acme` */
  readonly name: string
}

export const INFRA = (id: string): string => `tenant-infra@${id}.service`
export const WEB = (id: string): string => `tenant-container@${id}:web.service`

/** The last address that a guest has said at its console since its unit was started. */
const leaseOf = (machine: Machine, unit: string, name: string): Promise<string> =>
  until(`${name} to have an address`, 120, () => {
    const { InvocationID: id = '' } = machine.show(unit, 'InvocationID')
    if (id === '') return undefined
    const lines = machine.journal('--output=cat', `_SYSTEMD_INVOCATION_ID=${id}`)
    return [...lines.matchAll(/(\S+) has (\S+)/g)].filter(([, who]) => who === name).at(-1)?.[2]
  })

const globalAddress = (name: string, asker: Asker): Promise<string> =>
  until(`${name} to have an IPv6 address`, 30, () => {
    const { stdout } = asker.run('busybox ip -6 address show scope global')
    // Until nobody has objected to it, it is no source for what goes out.
    return /inet6 ([0-9a-f:]+)\/64 scope global (?!tentative)/.exec(stdout)?.[1]
  })

/** Its shell listens on its only interface; busybox's nc ends with the connection. */
const vmShell =
  (machine: Machine, address: string): Asker['run'] =>
  (line) => {
    const input = `{ ${line}\n} 2>&1; echo "STATUS $?"; exit\n`
    const { stdout } = machine.run(['busybox', 'nc', '-w', '20', address, String(SHELL_PORT)], { input })
    const status = /STATUS (\d+)\s*$/.exec(stdout)
    return { status: Number(status?.[1] ?? 255), stdout: stdout.slice(0, status?.index) }
  }

export const leaderOf = (machine: Machine, name: string): string =>
  machine.must(['machinectl', 'show', name, '--property=Leader', '--value'])

/** A command in all namespaces of a container, as its root. */
export const inContainer = (machine: Machine, name: string): Asker['run'] => {
  const leader = leaderOf(machine, name)
  return (line) => machine.run(['nsenter', '--target', leader, '--all', '--', '/bin/busybox', 'sh', '-c', line])
}

/** Waits until it is up and has its addresses. */
export const webOf = async (machine: Machine, id: string): Promise<Guest> => {
  const name = `web.${id}`
  const ipv4 = await leaseOf(machine, WEB(id), name)
  const run = inContainer(machine, name)
  return { name, ipv4, ipv6: await globalAddress(name, { run }), run }
}

export const infraOf = async (machine: Machine, id: string): Promise<Guest> => {
  const name = `infra.${id}`
  const ipv4 = await leaseOf(machine, INFRA(id), name)
  const run = vmShell(machine, ipv4)
  return { name, ipv4, ipv6: await globalAddress(name, { run }), run }
}
