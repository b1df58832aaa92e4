/** How long many tenants without machines take to start in a booted machine, and what they cost once they are up. */

import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { installTree } from '../../build/install.mjs'
import { networkdScript, REGISTRY, registry } from '../system/fixtures.ts'
import type { Machine } from '../system/machine.ts'
import { inProject } from './executables.ts'
import { withMachine } from './installed.ts'
import { median } from './measure.ts'

/** A start of all. Milliseconds, and KiB that a process holds, proc_pid_status(5). */
interface Start {
  /** From `systemctl start` of the target until systemd has nothing left to do. */
  readonly took: number
  /** Of PID 1: since before the daemon-reload that made the units known. */
  readonly manager: number
  /** Of systemd-networkd. */
  readonly networkd: number
}

export interface Many {
  readonly tenants: number
  readonly runs: number
  /** Medians. Each run is a boot of its own, for a process that has freed memory does not give it all back. */
  readonly ours: Start
  /** As many instances of a template with two /usr/bin/true in it, each in a slice of its own, closed as tenant@.service is. */
  readonly closed: Start
  /** Processes in the tenants' slices when all are up. */
  readonly processes: number
}

const CLOSED_UNIT = '/etc/systemd/system/closed@.service'
/** Most of what a start costs is the sandbox: the lines of it, which make the mounts and filters of a unit. */
const SANDBOX = readFileSync(inProject('packaging/systemd/tenant@.service'), 'utf8')
  .split('\n')
  .filter((line) => /^(?:Capability|Lock|NoNew|Private|Proc|Protect|Restrict|SystemCall|UMask)/.test(line))
  .join('\n')

const CLOSED = `[Unit]
PartOf=closed.target

[Service]
Type=oneshot
RemainAfterExit=yes
Slice=closed-%i.slice
ExecStartPre=/usr/bin/true
ExecStart=/usr/bin/true
${SANDBOX}
`

const ids = (tenants: number): readonly string[] => Array.from({ length: tenants }, (_, index) => `t${index + 1}`)

const plantTenants = (machine: Machine, tenants: number): void => {
  machine.write(REGISTRY, registry(...ids(tenants).map((id) => ({ id }))))
}

const plantClosed = (machine: Machine, tenants: number): void => {
  machine.write(CLOSED_UNIT, CLOSED)
  machine.write('/etc/systemd/system/closed.target', '[Unit]\nDescription=Closed services\n')
  const wants = '/etc/systemd/system/closed.target.wants'
  const links = ids(tenants).map((id) => `ln -s ${CLOSED_UNIT} ${wants}/closed@${id}.service`)
  machine.must(['sh', '-e'], { input: [`mkdir -p ${wants}`, ...links].join('\n') })
}

const PROGRAMS = { manager: '1', networkd: '$(pidof systemd-networkd)' } as const

const residentSize = (machine: Machine, program: keyof typeof PROGRAMS): number => {
  const line = machine.must(`grep ^VmRSS: /proc/${PROGRAMS[program]}/status`)
  const size = Number(/(\d+) kB/.exec(line)?.[1])
  if (!(size > 0)) throw new Error(`${program} does not say how much memory it has: ${line}`)
  return size
}

/** Throws unless every instance is up: a start that fails is quick. */
const expectUp = (machine: Machine, pattern: string, tenants: number): void => {
  const list = machine.must(['systemctl', 'list-units', '--plain', '--no-legend', '--state=active', pattern])
  const found = list.split('\n').filter((line) => line !== '').length
  if (found !== tenants) throw new Error(`${found} of ${tenants} ${pattern} are up`)
}

const start = async (machine: Machine, name: 'closed' | 'tenant', tenants: number): Promise<Start> => {
  const target = name === 'closed' ? 'closed.target' : 'tenants.target'
  await machine.reboot()
  if (name === 'closed') plantClosed(machine, tenants)
  else plantTenants(machine, tenants)
  const before = { manager: residentSize(machine, 'manager'), networkd: residentSize(machine, 'networkd') }
  machine.must('systemctl daemon-reload')
  const started = performance.now()
  machine.must(['systemctl', 'start', target], { timeout: 600 })
  machine.must('until [ -z "$(systemctl list-jobs --no-legend)" ]; do sleep 0.05; done', { timeout: 600 })
  const took = performance.now() - started
  expectUp(machine, `${name}@*.service`, tenants)
  return {
    took,
    manager: residentSize(machine, 'manager') - before.manager,
    networkd: residentSize(machine, 'networkd') - before.networkd,
  }
}

const clear = (machine: Machine): void => {
  machine.must(`systemctl stop tenants.target closed.target 2>/dev/null || true
    rm -rf ${REGISTRY} ${CLOSED_UNIT} /etc/systemd/system/closed.target /etc/systemd/system/closed.target.wants`)
}

const medians = (starts: readonly Start[]): Start => ({
  took: median(starts.map(({ took }) => took)),
  manager: median(starts.map(({ manager }) => manager)),
  networkd: median(starts.map(({ networkd }) => networkd)),
})

const processesOf = (machine: Machine): number =>
  Number(machine.must('find /sys/fs/cgroup/tenant.slice -name cgroup.procs -exec cat {} + | wc -l'))

const inMachine = async (machine: Machine, tenants: number, runs: number): Promise<Many> => {
  const [ours, closed]: [Start[], Start[]] = [[], []]
  let processes = 0
  for (let run = 0; run < runs; run += 1) {
    closed.push(await start(machine, 'closed', tenants))
    clear(machine)
    ours.push(await start(machine, 'tenant', tenants))
    processes = Math.max(processes, processesOf(machine))
    clear(machine)
  }
  return { tenants, runs, ours: medians(ours), closed: medians(closed), processes }
}

/** The native executable, as in the packages. Throws when no machine can be booted or not all tenants come up. */
export const measureMany = (tenants: number, runs: number): Promise<Many> =>
  withMachine(
    (machine) => inMachine(machine, tenants, runs),
    (tree) => installTree(tree, { engine: 'native', manPages: false }),
    `systemd-sysusers\n${networkdScript}`,
  )
