import type { Host } from '../lib/host/host.ts'
import { HostError } from '../lib/host/host.ts'
import { bridgeName, INFRA_MACHINE, isMachineName, isTenantId, machineName } from '../lib/layout/names.ts'
import {
  emulatorMark,
  MACHINES_RUN_DIR,
  machineEnvironment,
  machinePart,
  machineRunDir,
  machineView,
  machineViewDir,
  NSPAWN_DIR,
  nspawnSettings,
  startedFile,
} from '../lib/layout/paths.ts'
import { composeInfra } from '../lib/machine/compose.ts'
import { machineFingerprint, renderFingerprint, wantedTree } from '../lib/machine/fingerprint.ts'
import { findPlace, type MachinePlace, type PlaceKind } from '../lib/machine/place.ts'
import { type MachineStart, planStart } from '../lib/machine/start.ts'
import { convergeTree } from '../lib/machine/tree.ts'
import { hasInterface } from '../lib/network/networkd.ts'
import { logProblems } from '../lib/program/generator.ts'
import type { Main } from '../lib/program/main.ts'
import { header } from '../lib/systemd/unit.ts'
import { readDisk } from '../lib/tenant/disk.ts'
import { tenantToRun } from '../lib/tenant/one.ts'
import type { Tenant } from '../lib/tenant/tenant.ts'

const KINDS: readonly string[] = ['infra', 'vm', 'container'] satisfies readonly PlaceKind[]

interface Call {
  readonly kind: PlaceKind
  readonly id: string
  readonly name: string
}

/** `infra ID`, `vm ID:NAME` or `container ID:NAME`: a kind, and the instance of its template. */
const callOf = ([kind = '', instance = '', ...more]: readonly string[]): Call | undefined => {
  const [id = '', name = '', ...rest] = kind === 'infra' ? [instance, INFRA_MACHINE] : instance.split(':')
  const isWhole = KINDS.includes(kind) && isTenantId(id) && isMachineName(name) && rest.length + more.length === 0
  return isWhole ? { kind: kind as PlaceKind, id, name } : undefined
}

/** A machine without the bridge that it belongs to would be somewhere else, and that is never an answer. */
const requireBridge = (host: Host, { id, network }: Tenant): void => {
  if (network.mode === 'none' || hasInterface(host, bridgeName(id))) return
  throw new HostError(`interface ${bridgeName(id)}`, `is not there: systemctl restart tenant-network@${id}.service`)
}

/** Nothing in them needs quoting but the spaces between them. */
const environmentText = (options: readonly string[]): string =>
  `${header('tenant-machine')}MACHINE_OPTIONS="${options.join(' ')}"\n`

/** Where its unit finds what it binds. */
const linkParts = (host: Host, { machine, path, form }: MachinePlace, { boot }: MachineStart): void => {
  host.symlink(path, machinePart(machine, form === 'image' ? 'image' : 'tree'))
  if (boot === undefined) return
  host.symlink(boot.kernel, machinePart(machine, 'kernel'))
  if (boot.initrd !== undefined) host.symlink(boot.initrd, machinePart(machine, 'initrd'))
}

const writeCredentials = (host: Host, machine: string, credentials: MachineStart['credentials']): readonly string[] => {
  const dir = machinePart(machine, 'credentials')
  host.makeDirMode(dir, 0o700)
  for (const [name, text] of Object.entries(credentials)) host.replaceFile(`${dir}/${name}`, text, 0o600)
  return Object.keys(credentials).map(
    (name) => `--load-credential=${name}:${machineView(machine, 'credentials')}/${name}`,
  )
}

const writeStart = (host: Host, place: MachinePlace, start: MachineStart): void => {
  const { machine } = place
  linkParts(host, place, start)
  const loaded = writeCredentials(host, machine, start.credentials)
  host.replaceFile(machineEnvironment(machine), environmentText([...start.options, ...loaded]), 0o600)
  if (start.settings === undefined) return
  host.makeDir(NSPAWN_DIR)
  host.replaceFile(nspawnSettings(machine), header('tenant-machine') + start.settings, 0o644)
}

const clear = (host: Host, machine: string): void => {
  host.remove(machineRunDir(machine))
  host.remove(nspawnSettings(machine))
}

const PATIENCE = 10

/** A machined that was restarted takes a machine for running as long as its service comes back. */
const unregister = (host: Host, machine: string): void => {
  const manager = ['org.freedesktop.machine1', '/org/freedesktop/machine1', 'org.freedesktop.machine1.Manager']
  host.run(['busctl', 'call', '--auto-start=no', ...manager, 'UnregisterMachine', 's', machine], PATIENCE)
}

/**
 * What the unit had its parts bound to. systemd takes it away as well, unless the drop-in that names it is gone: then the entry
 * went while the machine ran. Only what is empty, and nothing that is mounted: behind one of these names was the tree.
 */
const clearView = (host: Host, machine: string): void => {
  const view = machineViewDir(machine)
  if (host.stat(view) !== undefined) host.run(['find', view, '-xdev', '-depth', '-empty', '-delete'], PATIENCE)
}

/** What is left of a machine. Its monitor ends well even when the emulator was killed: that is told here. */
const stop = (host: Host, { id, name }: Call): number => {
  const machine = machineName(id, name)
  const isKilled = host.stat(emulatorMark(machine)) !== undefined
  unregister(host, machine)
  clear(host, machine)
  clearView(host, machine)
  if (isKilled) host.log('error', `tenant-machine: the emulator of ${machine} did not end by itself`)
  return isKilled ? 1 : 0
}

const start = (host: Host, { kind, id, name }: Call): void => {
  const tenant = tenantToRun(host, id)
  const place = findPlace(id, kind, name, readDisk(host, id).value)
  requireBridge(host, tenant)
  clear(host, place.machine)
  host.makeDir(MACHINES_RUN_DIR)
  host.makeDirMode(machineRunDir(place.machine), 0o700)
  convergeTree(host, place, wantedTree(host, place))
  if (kind === 'infra') composeInfra(host, tenant, place)
  const planned = planStart(host, tenant, place)
  logProblems(host, '', planned.problems)
  writeStart(host, place, planned)
  host.replaceFile(startedFile(place.machine), renderFingerprint(machineFingerprint(host, tenant, kind, name)), 0o600)
}

/** tenant-machine(8): everything that a machine needs before it starts, and what is left when it has stopped. */
export const tenantMachine: Main = (host, args) => {
  const isStop = args[0] === '--stop'
  const call = callOf(isStop ? args.slice(1) : args)
  if (call === undefined) {
    host.log('error', 'usage: tenant-machine [--stop] infra ID, or vm or container ID:NAME')
    return 2
  }
  if (isStop) return stop(host, call)
  start(host, call)
  return 0
}
