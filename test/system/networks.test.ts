/**
 * Networks and limits of tenants in a whole virtual machine, with a kernel that has WireGuard, VLANs, project quotas and all
 * controllers. It hangs on a wire whose other end is a namespace: there are the other hosts, made by hand.
 */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { debFile } from './product.ts'
import type { Answers } from './vm/answers.ts'
import { WholeMachine } from './vm/machine.ts'
import { PROBES, TRAFFIC, WRITTEN } from './vm/networks-probes.ts'
import { BANDWIDTH, FILES, PREPARE, STORAGE, TENANTS } from './vm/networks-scene.ts'
import { FOREIGN, HERONS, INNER_MTU, OWN, WAYS, type Way } from './vm/networks-ways.ts'

/** Milliseconds: a boot under emulation, and the image when it is not there yet. */
const PATIENCE = 900_000

const used: { machine?: WholeMachine; answers?: Answers } = {}

beforeAll(async () => {
  const options = { deb: debFile(), files: FILES, prepare: PREPARE, before: {}, after: PROBES, projectQuota: true }
  used.machine = new WholeMachine(options)
  used.answers = await used.machine.boot()
}, PATIENCE)

afterAll(() => used.machine?.remove())

const its = (): Answers => {
  if (used.answers === undefined) throw new Error('the machine has not answered')
  return used.answers
}

let isShown = false
afterEach(({ task }) => {
  if (isShown || task.result?.state !== 'fail' || used.answers === undefined) return
  isShown = true
  console.error(its().journalWithoutKernel())
})

const sentence = ({ from, to }: Way, isOpen: boolean): string => `${from} ${to} ${isOpen ? 'yes' : 'no'}`

/** What `reach` has to have said, sorted; its order is that of time. */
const expected = (ways: readonly Way[], isOpen = (way: Way): boolean => way.isOpen): readonly string[] =>
  ways.map((way) => sentence(way, isOpen(way))).sort()

const said = (name: string): readonly string[] => its().output(name).split('\n').sort()

describe('networks on a wire', () => {
  it('come up with the boot, for every tenant', () => {
    expect(its().answer('settled')).toEqual({ status: 0, output: '' })
    expect(its().output('failed')).toBe('')
    expect(its().output('state')).toBe('running')
    console.log(its().output('boot-time'))
  })

  it('make neither an ordering cycle nor work for the generators to complain about', () => {
    expect(its().journal(/ordering cycle|Job \S+ deleted|deleted to break/i)).toEqual([])
    expect(its().journal(/(?:tenant|mount)-generator/)).toEqual([])
  })

  it('are what networkd was told: configured, and the ports on their bridges', () => {
    const states = its().output('networkd')
    expect(its().answer('ends').status, its().output('ends')).toBe(0)
    for (const id of ['magpie', 'heron']) {
      expect(states).toMatch(new RegExp(`br-${id} +bridge +routable +configured`))
      expect(states).toMatch(new RegExp(`wg-${id} +wireguard +routable +configured`))
      for (const port of ['vl', 'vx', 'vn'])
        expect(states).toMatch(new RegExp(`${port}-${id} +\\S+ +enslaved +configured`))
    }
  })

  it('give the host no address on a VLAN or in a VXLAN', () => {
    for (const id of TENANTS.filter((name) => name !== 'snail')) {
      for (const port of ['vl', 'vx']) {
        const name = its().link('addresses', `${port}-${id}`.slice(0, 15))
        expect(name?.addr_info, `${port}-${id}`).toEqual([])
      }
    }
  })

  it('carry packets to and from their other ends, and none to another tenant or to an address of the host', () => {
    expect(said('reach')).toEqual(expected(WAYS))
    for (const line of its().output('handshakes').split('\n')) expect(line).toMatch(/\t[1-9]\d*\t[1-9]\d*$/)
  })

  it('would carry the packets to another tenant if it were not for our rules', () => {
    expect(said('no-rules')).toEqual(expected(FOREIGN, () => true))
    expect(said('rules-again')).toEqual(expected(WAYS))
  })

  it('are explained as they are', () => {
    const { status, output } = its().answer('explained')
    expect(status, output).toBe(0)
    expect(output).toMatch(new RegExp(`packets +${INNER_MTU} bytes`))
    for (const name of ['br', 'wg', 'vx', 'vl', 'vn']) expect(output).toMatch(new RegExp(`${name}-magpie +up `))
    expect(output).not.toMatch(/ (?:down|no carrier|absent) |Not set up/)
  })

  it('are made again by a reload when they went with their uplink', () => {
    expect(said('remade')).toEqual(expected(HERONS))
  })

  it('take no packet of another tenant inside of which says so itself', () => {
    expect(its().output('forged')).toBe('4788 1\n4789 0')
  })

  it('keep to a bandwidth, in both directions', () => {
    const rates = (name: string): readonly number[] =>
      its()
        .output(name)
        .split('\n')
        .map((line) => {
          const [bytes, time] = line.split(' ').map(Number)
          expect(bytes, line).toBe(TRAFFIC)
          return ((bytes ?? 0) * 8000) / (time ?? 0)
        })
    console.log(`bits per second: ${rates('slow-traffic')} of ${BANDWIDTH}, unlimited ${rates('traffic')}`)
    for (const rate of rates('slow-traffic')) {
      expect(rate).toBeLessThan(1.3 * BANDWIDTH)
      expect(rate).toBeGreaterThan(0.3 * BANDWIDTH)
    }
    for (const rate of rates('traffic')) expect(rate).toBeGreaterThan(2 * BANDWIDTH)
  })
})

describe('limits in force', () => {
  it('stop a tenant that has all its storage, and nobody else', () => {
    expect(its().output('own-storage')).toContain('Disk quota exceeded')
    expect(Number(its().output('own-storage').split('\n').at(-1))).toBeLessThanOrEqual(STORAGE)
    expect(its().answer('other-storage')).toEqual({ status: 0, output: String(WRITTEN) })
  })

  it('kill what takes more memory than the tenant has', () => {
    expect(its().answer('memory').status).not.toBe(0)
    expect(its().output('memory')).toContain('Finished with result: oom-kill')
  })

  it('start no more tasks than the tenant may have', () => {
    expect(its().output('tasks')).toContain('fork: Resource temporarily unavailable')
  })

  it('give it no more of the CPU than its share', () => {
    const seconds = Number(its().output('cpu').split('\n').at(-1)) / 1e6
    expect(seconds).toBeGreaterThan(0.5)
    expect(seconds).toBeLessThan(0.5 * 4 * 1.3)
  })

  it('set the weight of its input and output', () => {
    expect(its().output('io.weight')).toMatch(/^IOWeight=200$/m)
    expect(its().output('io.weight')).toMatch(/200$/)
  })
})

describe('when a tenant stops', () => {
  it('leaves nothing, and the other one does not notice', () => {
    expect(its().output('stop')).toBe('lost 0%')
  })

  it('keeps its keys as they are, for networkd and root to read', () => {
    expect(its().output('keys')).toMatch(/^magpie\/network\/wireguard\.key 640 root:systemd-network$/m)
    expect(its().output('keys')).toMatch(/^heron\/network\/wireguard\.key 640 root:systemd-network$/m)
    expect(its().output('keys-stopped')).toBe(its().output('keys'))
    expect(its().output('keys-started')).toBe(its().output('keys'))
  })

  it('has the same networks again when it starts', () => {
    expect(said('start')).toEqual(expected(OWN))
  })

  it('leaves the host as it was when it was the last one', () => {
    expect(its().output('stop-all')).toBe('0\n0\n0')
  })
})
