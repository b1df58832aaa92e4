import { describe, expect, test } from 'vitest'
import { BEFORE_KEYS, OUTSIDE, pings, TABLE, useTenants } from './network-world.ts'

// What becomes of the rules between tenants when somebody takes them away, and when tenants go.

const here = useTenants()
const must = (command: string) => here.machine.must(command)
const sysctl = (...keys: readonly string[]) => must(`sysctl -n ${keys.join(' ')}`).split('\n')
const run = (unit: string) => here.machine.show(unit, 'ActiveEnterTimestampMonotonic', 'InvocationID')

describe('the rules', () => {
  const holds = () => {
    expect(pings(here.machine, 'gacme', here.guest('beta').ip4)).toBe(false)
    expect(pings(here.machine, 'gacme', '10.42.0.1')).toBe(true)
    expect(pings(here.machine, 'gacme', OUTSIDE.far4)).toBe(true)
  }
  const TENANTS = ['tenant@acme.service', 'tenant-network@acme.service', 'tenant@beta.service'] as const

  test.each(['start', 'restart', 'reload', 'stop', 'start'])('are there after a %s of nftables.service', (verb) => {
    const before = TENANTS.map(run)
    must(`systemctl ${verb} nftables.service`)
    holds()
    expect(TENANTS.map(run)).toEqual(before)
  })

  test.each([
    'systemctl restart tenant-network@beta.service',
    'systemctl reload tenant-network@beta.service',
    'systemctl start bitbuilder-isolation.service',
  ])('come back after a flush with %s', (command) => {
    must('nft flush ruleset')
    expect(pings(here.machine, 'gacme', '10.43.0.1')).toBe(true)
    must(command)
    expect(pings(here.machine, 'gacme', '10.43.0.1')).toBe(false)
    expect(pings(here.machine, 'gacme', OUTSIDE.far4)).toBe(true)
    must('ip link set gbeta master br-beta')
  })

  test('come back after a flush by themselves, and that is logged', () => {
    must('nft flush ruleset')
    must(`timeout 60 sh -c 'until nft list table ${TABLE} >/dev/null 2>&1; do sleep 1; done'`)
    holds()
    expect(here.machine.journal('--unit=bitbuilder-isolation.service')).toContain('were gone, and are back')
  })

  test('stay as they are when everything is there', () => {
    const list = () => must(`nft --handle list table ${TABLE}`)
    const before = list()
    must('systemctl start bitbuilder-isolation.service')
    expect(list()).toBe(before)
  })

  test('hold while networkd restarts', () => {
    must('systemctl restart systemd-networkd.service')
    holds()
    expect(sysctl('net.ipv4.conf.br-acme.forwarding', ...BEFORE_KEYS)).toEqual(['1', '1', '1'])
  })

  test('without nft a tenant does not start, says why, and leaves no bridge', () => {
    must('systemctl stop tenant@beta.service tenant-network@beta.service && mv /usr/sbin/nft /usr/sbin/nft.away')
    expect(here.machine.run('systemctl start tenant-network@beta.service').status).not.toBe(0)
    must('mv /usr/sbin/nft.away /usr/sbin/nft')
    expect(here.machine.journal('--unit=tenant-network@beta.service')).toMatch(
      /nft: the tenant cannot be isolated and does not start: /,
    )
    expect(here.machine.run('ip link show br-beta').status).not.toBe(0)
  })

  test('of a tenant go with it, and those of the other stay', () => {
    expect(must(`nft list table ${TABLE}`)).not.toContain('br-beta')
    expect(pings(here.machine, 'gacme', OUTSIDE.far4)).toBe(true)
    expect(pings(here.machine, 'gacme', OUTSIDE.host4)).toBe(false)
  })

  test('leave nothing when the last tenant has gone', () => {
    must('systemctl stop tenant@acme.service')
    here.machine.settle()
    expect(must('nft list tables')).not.toContain('bitbuilder')
    expect(must('find /run/bitbuilder/isolation -type f')).toBe('')
    expect(sysctl(...BEFORE_KEYS)).toEqual(['0', '0'])
    expect(here.machine.show('bitbuilder-isolation.timer', 'ActiveState')).toEqual({ ActiveState: 'inactive' })
  })
})
