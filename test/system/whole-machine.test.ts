/**
 * BitBuilder in a whole virtual machine: with a kernel of its own, so that a tenant's limits are in force, with udev, and with
 * a /var on a disk of its own, mounted long after the generators have run. Two boots: what is there must be there again.
 */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { debFile } from './product.ts'
import type { Answers, Link } from './vm/answers.ts'
import { WholeMachine } from './vm/machine.ts'
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

/** Counted from 0. */
const answers = (boot: number): Answers => {
  const found = used.boots[boot]
  if (found === undefined) throw new Error(`there was no boot ${boot + 1}`)
  return found
}

const ipv4 = (link: Link | undefined): string | undefined => {
  const found = link?.addr_info?.find(({ family }) => family === 'inet')
  return found && `${found.local}/${found.prefixlen}`
}

const address = (boot: number, name: string): string | undefined => ipv4(answers(boot).link('addresses', name))

describe.each([
  ['the first boot', 0],
  ['the boot after a reboot', 1],
])('%s', (name, boot) => {
  const its = () => answers(boot)

  // Once for each boot is enough, and what the kernel has to say is not about us.
  let isShown = false
  afterEach(({ task }) => {
    if (isShown || task.result?.state !== 'fail' || used.boots[boot] === undefined) return
    isShown = true
    console.error(its().journalWithoutKernel())
  })

  it('reaches local-fs.target and multi-user.target, has every tenant active in the end, and no unit fails', () => {
    expect(its().answer('settled')).toEqual({ status: 0, output: '' })
    expect(its().properties('local-fs').ActiveState).toBe('active')
    expect(its().properties('multi-user').ActiveState).toBe('active')
    expect(its().output('failed')).toBe('')
    expect(its().output('state')).toBe('running')
  })

  it('finds no ordering cycle and deletes no job', () => {
    expect(its().journal(/ordering cycle|Job \S+ deleted|deleted to break/i)).toEqual([])
  })

  it('has nothing to complain about in either generator', () => {
    expect(its().journal(/(?:tenant|mount)-generator/)).toEqual([])
    const [start, finish] = ['Start', 'Finish'].map((end) =>
      its().time('manager', `Generators${end}TimestampMonotonic`),
    )
    const milliseconds = Math.round(((finish ?? 0) - (start ?? 0)) / 1000)
    console.log(
      `${name}: all generators ${milliseconds} ms\n${its().output('boot-time')}\n${its().output('generator-times')}`,
    )
  })

  it('has /var on a disk of its own, mounted after the generators were done', () => {
    expect(its().properties('var').SourcePath).toBe('/etc/fstab')
    expect(its().time('var')).toBeGreaterThan(its().time('manager', 'GeneratorsFinishTimestampMonotonic'))
  })

  it('starts the tenant of /etc before the boot is over', () => {
    expect(its().properties('early-at-boot')).toMatchObject({ ActiveState: 'active', Result: 'success' })
    expect(its().properties('early')).toMatchObject({ ActiveState: 'active', Result: 'success' })
    expect(its().time('early')).toBeLessThan(its().time('multi-user'))
  })

  it.each(['late-one', 'layered'])('starts %s of /var after the boot is over', (id) => {
    expect(its().properties(`${id}-at-boot`)).toMatchObject({ ActiveState: 'inactive', DropInPaths: '' })
    expect(its().properties(id)).toMatchObject({ ActiveState: 'active', Result: 'success' })
    expect(its().time(id)).toBeGreaterThan(its().time('var'))
    expect(its().time(id)).toBeGreaterThan(its().time('manager', 'FinishTimestampMonotonic'))
  })

  it('reloads systemd once for that, after the boot, and leaves no process behind', () => {
    const requests = its().journal(/systemd\[1\]: Reload(?:ing)? requested/)
    expect(requests).toHaveLength(1)
    expect(requests[0]).toContain('bitbuilder-late.service')
    const [reload] = its().journal(/systemd\[1\]: Reloading\.\.\./)
    const seconds = Number(/^\[ *([0-9.]+)\]/.exec(reload ?? '')?.[1])
    expect(seconds * 1e6).toBeGreaterThan(its().time('manager', 'FinishTimestampMonotonic'))
    expect(its().properties('late-service')).toEqual({
      ActiveState: 'inactive',
      Result: 'success',
      ExecMainStatus: '0',
    })
  })

  it("keeps the tenant's limits in force", () => {
    expect(its().output('memory.max')).toBe(String(256 << 20))
    expect(its().output('cpu.max')).toBe('50000 100000')
    expect(its().output('pids.max')).toBe('200')
  })

  it('says that a limit of storage does not hold on this file system, and how it would', () => {
    expect(its().output('storage')).toMatch(
      /tenants\.json.*resources\.storage: does not hold, \/var\/lib\/tenants\/late-one is on ext4 without project quotas/,
    )
    expect(its().output('storage')).toMatch(/hint: .*mount it with the option prjquota/)
  })

  it('lays a tree and a squashfs image over /usr', () => {
    expect(its().properties('overlay')).toMatchObject({
      ActiveState: 'active',
      SubState: 'mounted',
      Result: 'success',
    })
    expect(its().output('overlay-type')).toBe('overlay')
    expect(its().output('image-type')).toBe('squashfs')
    expect(its().output('tree')).toBe('from the tree')
    expect(its().output('image')).toBe('from the image')
    expect(its().output('base')).toBe('from the base')
  })

  it.each(TENANTS)('has the bridge of %s up, with its address and its second name', (id) => {
    const bridge = its().link('links', `br-${id}`)
    expect(bridge?.linkinfo?.info_kind).toBe('bridge')
    expect(bridge?.flags).toContain('UP')
    expect(address(boot, `br-${id}`)).toMatch(/^10\.[1-3]\.0\.1\/24$/)
    expect(its().output('udev')).toContain(`ID_NET_LINK_FILE=/run/systemd/network/50-${id}-bridge.link`)
    expect(bridge?.altnames).toEqual([`br-tenant-${id}`])
  })

  it('has the tunnel of a tenant up with its key, and its namespace on its bridge', () => {
    const [rights, written, used] = its().output('tunnel').split('\n')
    expect(rights).toBe('640 root:systemd-network')
    expect(used).toBe(written)
    const bridge = address(boot, 'br-early') ?? ''
    expect(ipv4(its().link('namespace', 'host0'))).toBe(bridge.replace('.1/', '.2/'))
  })

  it('had the originals generate nothing, which saw no tenant until BitBuilder reloaded', () => {
    expect(its().output('originals').split('\n').map(Number)).toEqual([0, ORIGINAL_FILES])
  })
})

/** Three services for each of two tenants in tenants.json, two mounts for each of three directories. */
const ORIGINAL_FILES = 12

it('gives each tenant an address of its own, and the same one after a reboot', () => {
  const [first, second] = [0, 1].map((boot) => TENANTS.map((id) => address(boot, `br-${id}`)))
  expect(new Set(first).size).toBe(TENANTS.length)
  expect(second).toEqual(first)
})

it('keeps numbers and keys over a reboot', () => {
  for (const name of ['numbers', 'tunnel']) expect(answers(1).output(name)).toBe(answers(0).output(name))
})
