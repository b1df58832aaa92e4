import { expect, test } from 'vitest'
import { memoryHost } from '../../../lib/host/memory.ts'
import { isSwitchedOff } from '../../../lib/program/switched-off.ts'

// Expected values: kernel-command-line(7); systemd.generator(7) for the environment.
test.each([
  ['quiet bitbuilder=0', true],
  ['bitbuilder=no', true],
  ['bitbuilder=OFF', true],
  ['bitbuilder=false quiet', true],
  ['bitbuilder=1', false],
  ['bitbuilder=0 bitbuilder=1', false],
  ['bitbuilder=1 bitbuilder=0\n', true],
  ['notbitbuilder=0', false],
  ['bitbuilder.x=0', false],
  ['bitbuilder', false],
  ['bitbuilder=', false],
  ['bitbuilder=00', false],
  ['', false],
])('%j: %s', (line, expected) => {
  expect(isSwitchedOff(memoryHost({ '/proc/cmdline': line }))).toBe(expected)
  expect(isSwitchedOff(memoryHost({ '/proc/cmdline': 'quiet' }, { env: { SYSTEMD_PROC_CMDLINE: line } }))).toBe(
    expected,
  )
})

test('in a container the arguments of its PID 1 count, not those of the kernel', () => {
  const env = { SYSTEMD_VIRTUALIZATION: 'container:systemd-nspawn' }
  const files = { '/proc/cmdline': 'bitbuilder=0', '/proc/1/cmdline': '/sbin/init\0quiet\0' }
  expect(isSwitchedOff(memoryHost(files, { env }))).toBe(false)
  expect(isSwitchedOff(memoryHost({ ...files, '/proc/1/cmdline': '/sbin/init\0bitbuilder=0\0' }, { env }))).toBe(true)
  expect(isSwitchedOff(memoryHost(files, { env: { SYSTEMD_VIRTUALIZATION: 'vm:kvm' } }))).toBe(true)
})

test('an initrd is no place for tenants', () => {
  expect(isSwitchedOff(memoryHost({}, { env: { SYSTEMD_IN_INITRD: '1' } }))).toBe(true)
  expect(isSwitchedOff(memoryHost({}, { env: { SYSTEMD_IN_INITRD: '0' } }))).toBe(false)
})

test('without /proc it is on', () => {
  expect(isSwitchedOff(memoryHost({}))).toBe(false)
  expect(isSwitchedOff(memoryHost({ '/proc/cmdline/x': '' }))).toBe(false)
})
