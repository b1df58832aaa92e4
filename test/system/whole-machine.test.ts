/**
 * BitBuilder in a whole virtual machine: with a kernel of its own, so that a tenant's limits are in force, with udev, and with
 * a /var on a disk of its own, mounted long after the generators have run. Two boots: what is there must be there again.
 */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { debFile } from './product.ts'
import { type Answers, WholeMachine } from './vm/machine.ts'
import { AFTER, BEFORE, FILES, PREPARE, TENANTS } from './vm/scene.ts'

/** Two boots under emulation, and the image when it is not there yet. Milliseconds. */
const PATIENCE = 1_200_000

const used: { machine?: WholeMachine; readonly boots: Answers[] } = { boots: [] }

beforeAll(async () => {
  used.machine = new WholeMachine({ deb: debFile(), files: FILES, prepare: PREPARE, before: BEFORE, after: AFTER })
  used.boots.push(await used.machine.boot())
  used.boots.push(await used.machine.boot())
}, PATIENCE)

afterAll(() => used.machine?.remove())

const output = (boot: number, name: string): string => {
  const answer = used.boots[boot]?.[name]
  if (answer === undefined) throw new Error(`boot ${boot + 1} has no answer to ${name}`)
  return answer.output
}

/** `systemctl show`: names and values. */
const properties = (boot: number, name: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    output(boot, name)
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )

/** Microseconds since the kernel started. */
const time = (boot: number, name: string, property = 'ActiveEnterTimestampMonotonic'): number => {
  const value = Number(properties(boot, name)[property])
  if (!(value > 0)) throw new Error(`boot ${boot + 1}: ${name} has no ${property}: ${output(boot, name)}`)
  return value
}

const matches = (boot: number, pattern: RegExp): readonly string[] =>
  output(boot, 'journal')
    .split('\n')
    .filter((line) => pattern.test(line))

interface Link {
  readonly ifname: string
  readonly flags: readonly string[]
  readonly altnames?: readonly string[]
  readonly linkinfo?: { readonly info_kind?: string }
  readonly addr_info?: readonly { readonly family: string; readonly local: string; readonly prefixlen: number }[]
}

const link = (boot: number, name: string): Link | undefined =>
  (JSON.parse(output(boot, 'links')) as readonly Link[]).find(({ ifname }) => ifname === name)

const address = (boot: number, name: string): string | undefined => {
  const found = (JSON.parse(output(boot, 'addresses')) as readonly Link[]).find(({ ifname }) => ifname === name)
  const ipv4 = found?.addr_info?.find(({ family }) => family === 'inet')
  return ipv4 && `${ipv4.local}/${ipv4.prefixlen}`
}

describe.each([
  ['the first boot', 0],
  ['the boot after a reboot', 1],
])('%s', (name, boot) => {
  // Once for each boot is enough, and what the kernel has to say is not about us.
  let isShown = false
  afterEach(({ task }) => {
    if (isShown || task.result?.state !== 'fail' || used.boots[boot] === undefined) return
    isShown = true
    const lines = output(boot, 'journal').split('\n')
    console.error(lines.filter((line) => !/ kernel: /.test(line)).join('\n'))
  })

  it('reaches local-fs.target and multi-user.target, has every tenant active in the end, and no unit fails', () => {
    expect(used.boots[boot]?.settled).toEqual({ status: 0, output: '' })
    expect(properties(boot, 'local-fs').ActiveState).toBe('active')
    expect(properties(boot, 'multi-user').ActiveState).toBe('active')
    expect(output(boot, 'failed')).toBe('')
    expect(output(boot, 'state')).toBe('running')
  })

  it('finds no ordering cycle and deletes no job', () => {
    expect(matches(boot, /ordering cycle|Job \S+ deleted|deleted to break/i)).toEqual([])
  })

  it('has nothing to complain about in either generator', () => {
    expect(matches(boot, /(?:tenant|mount)-generator/)).toEqual([])
    const [start, finish] = ['Start', 'Finish'].map((end) =>
      time(boot, 'manager', `Generators${end}TimestampMonotonic`),
    )
    const milliseconds = Math.round(((finish ?? 0) - (start ?? 0)) / 1000)
    console.log(
      `${name}: all generators ${milliseconds} ms\n${output(boot, 'boot-time')}\n${output(boot, 'generator-times')}`,
    )
  })

  it('has /var on a disk of its own, mounted after the generators were done', () => {
    expect(properties(boot, 'var').SourcePath).toBe('/etc/fstab')
    expect(time(boot, 'var')).toBeGreaterThan(time(boot, 'manager', 'GeneratorsFinishTimestampMonotonic'))
  })

  it('starts the tenant of /etc before the boot is over', () => {
    expect(properties(boot, 'early-at-boot')).toMatchObject({ ActiveState: 'active', Result: 'success' })
    expect(properties(boot, 'early')).toMatchObject({ ActiveState: 'active', Result: 'success' })
    expect(time(boot, 'early')).toBeLessThan(time(boot, 'multi-user'))
  })

  it.each(['late-one', 'layered'])('starts %s of /var after the boot is over', (id) => {
    expect(properties(boot, `${id}-at-boot`)).toMatchObject({ ActiveState: 'inactive', DropInPaths: '' })
    expect(properties(boot, id)).toMatchObject({ ActiveState: 'active', Result: 'success' })
    expect(time(boot, id)).toBeGreaterThan(time(boot, 'var'))
    expect(time(boot, id)).toBeGreaterThan(time(boot, 'manager', 'FinishTimestampMonotonic'))
  })

  it('reloads systemd once for that, after the boot, and leaves no process behind', () => {
    const requests = matches(boot, /systemd\[1\]: Reload(?:ing)? requested/)
    expect(requests).toHaveLength(1)
    expect(requests[0]).toContain('bitbuilder-late.service')
    const [reload] = matches(boot, /systemd\[1\]: Reloading\.\.\./)
    const seconds = Number(/^\[ *([0-9.]+)\]/.exec(reload ?? '')?.[1])
    expect(seconds * 1e6).toBeGreaterThan(time(boot, 'manager', 'FinishTimestampMonotonic'))
    expect(properties(boot, 'late-service')).toEqual({
      ActiveState: 'inactive',
      Result: 'success',
      ExecMainStatus: '0',
    })
  })

  it("keeps the tenant's limits in force", () => {
    expect(output(boot, 'memory.max')).toBe(String(256 << 20))
    expect(output(boot, 'cpu.max')).toBe('50000 100000')
    expect(output(boot, 'pids.max')).toBe('200')
  })

  it('lays a tree and a squashfs image over /usr', () => {
    expect(properties(boot, 'overlay')).toMatchObject({ ActiveState: 'active', SubState: 'mounted', Result: 'success' })
    expect(output(boot, 'overlay-type')).toBe('overlay')
    expect(output(boot, 'image-type')).toBe('squashfs')
    expect(output(boot, 'tree')).toBe('from the tree')
    expect(output(boot, 'image')).toBe('from the image')
    expect(output(boot, 'base')).toBe('from the base')
  })

  it.each(TENANTS)('has the bridge of %s up, with its address and its second name', (id) => {
    const bridge = link(boot, `br-${id}`)
    expect(bridge?.linkinfo?.info_kind).toBe('bridge')
    expect(bridge?.flags).toContain('UP')
    expect(address(boot, `br-${id}`)).toMatch(/^10\.[1-3]\.0\.1\/24$/)
    expect(output(boot, 'udev')).toContain(`ID_NET_LINK_FILE=/run/systemd/network/50-${id}-bridge.link`)
    expect(bridge?.altnames).toEqual([`br-tenant-${id}`])
  })

  it('had the originals generate nothing, which saw no tenant until BitBuilder reloaded', () => {
    expect(output(boot, 'originals').split('\n').map(Number)).toEqual([0, ORIGINAL_FILES])
  })
})

/** Three services for each of two tenants in tenants.json, two mounts for each of three directories. */
const ORIGINAL_FILES = 12

it('gives each tenant an address of its own, and the same one after a reboot', () => {
  const [first, second] = [0, 1].map((boot) => TENANTS.map((id) => address(boot, `br-${id}`)))
  expect(new Set(first).size).toBe(TENANTS.length)
  expect(second).toEqual(first)
})
