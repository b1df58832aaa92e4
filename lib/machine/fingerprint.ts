/** What a machine was started with, and what it would be started with now: where they differ it has to start again. */

import { readManifest } from '../git/state.ts'
import type { Processes, Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { bridgeName } from '../layout/names.ts'
import { originMark, startedFile, tenantDir, treeMark } from '../layout/paths.ts'
import { isObject } from '../report/json-value.ts'
import { withoutUndefined } from '../report/without-undefined.ts'
import { readDisk } from '../tenant/disk.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { saidBootFiles } from './boot-files.ts'
import { showSettings } from './nspawn-settings.ts'
import { findPlace, type MachinePlace, type PlaceKind, sizeOf } from './place.ts'
import { readScript } from './script.ts'
import { readSettings } from './settings.ts'
import { readMark } from './tree.ts'

/**
 * Only what takes a new start: limits of its cgroup change while it runs, and what all credentials but the script say is
 * found out by DHCP as well. What is not said is not there.
 */
export interface Fingerprint {
  /** Id of the tree of the repository. */
  readonly tree?: string
  readonly kernel?: string
  readonly initrd?: string
  readonly cpu?: string
  readonly memory?: string
  readonly bridge?: string
  /** Of a container, as far as a repository may make them. */
  readonly settings?: string
  readonly script?: string
}

const KEYS = ['tree', 'kernel', 'initrd', 'cpu', 'memory', 'bridge', 'settings', 'script'] as const

const PATIENCE = 60

/** A file of a revision has another path in the next one, where it may be the same. */
const identity = (host: Reader & Processes, id: string, path: string | undefined): string | undefined => {
  if (path === undefined || !path.startsWith(`${tenantDir(id)}/revisions/`)) return path
  return mustRun(host, ['sha256sum', '--', path], PATIENCE).split(' ')[0]
}

/** Of a machine that came from the repository; undefined when it did not, or the repository has no tree for it. */
export const wantedTree = (reader: Reader, { id, home, entry, source }: MachinePlace): string | undefined =>
  reader.stat(originMark(id, home, entry)) === undefined
    ? undefined
    : readManifest(reader, id)?.trees[`${source}/rootfs`]

/** Whether a machine has the tree that it wants; one that is not of the repository has. */
export const isTreeCurrent = (reader: Reader, place: MachinePlace): boolean => {
  const wanted = wantedTree(reader, place)
  return wanted === undefined || readMark(reader, treeMark(place.id, place.home, place.entry)) === wanted
}

/** What a machine would be started with now. Throws HostError when the tenant has no such machine. */
export const machineFingerprint = (
  host: Reader & Processes,
  tenant: Tenant,
  kind: PlaceKind,
  name: string,
): Fingerprint => {
  const { id } = tenant
  const disk = readDisk(host, id).value
  const place = findPlace(id, kind, name, disk)
  const isContainer = kind === 'container'
  const said = sizeOf(place, tenant, disk)
  const boot = isContainer || place.form === 'image' ? undefined : saidBootFiles(host, tenant, place)
  return withoutUndefined({
    tree: wantedTree(host, place),
    kernel: identity(host, id, boot?.kernel),
    initrd: identity(host, id, boot?.initrd),
    // A container's are limits of its cgroup.
    cpu: isContainer || said?.cpu === undefined ? undefined : String(said.cpu),
    memory: isContainer ? undefined : said?.memory,
    bridge: tenant.network.mode === 'none' ? undefined : bridgeName(id),
    settings: isContainer ? showSettings(readSettings(host, place).settings) : undefined,
    script: readScript(host, place),
  })
}

const LARGEST = 256 << 10

const parse = (text: string | undefined): Fingerprint | undefined => {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return isObject(value) ? (value as Fingerprint) : undefined
  } catch {
    return undefined
  }
}

/** What a machine, by machined's name, was started with; undefined when it was not, or nobody can tell any more. */
export const startedFingerprint = (reader: Reader, machine: string): Fingerprint | undefined =>
  orElse(
    () => parse(reader.readFile(startedFile(machine), LARGEST)?.text),
    () => undefined,
  )

export const renderFingerprint = (fingerprint: Fingerprint): string => `${JSON.stringify(fingerprint)}\n`

/** Names of what differs, for people: `tree`, `memory`. Nothing when the machine may go on. */
export const changedSince = (started: Fingerprint, now: Fingerprint): readonly string[] =>
  KEYS.filter((key) => started[key] !== now[key])
