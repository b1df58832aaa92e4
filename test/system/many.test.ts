import { expect, test } from 'vitest'
import { REGISTRY, registry } from './fixtures.ts'
import { useMachine } from './machine.ts'

// Tenants start all at once, and share one networkd and one PID 1.

const IDS = Array.from({ length: 40 }, (_, index) => `t${index + 1}`)

const extension = (id: string) =>
  `/var/lib/tenants/${id}/extensions/sysext/tools/usr/lib/extension-release.d/extension-release.tools`

const here = useMachine({ installed: true })

const must = (command: string) => here.machine.must(command)
const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')
const running = () => lines(must("systemctl list-units 'tenant@*' --state=active --plain --no-legend"))
const addresses = () => lines(must("ip -brief -4 address show type bridge | awk '{print $3}' | sort -u"))

test('forty start at once, without one failing and with an address each', () => {
  here.machine.write(REGISTRY, registry(...IDS.map((id) => ({ id }))))
  must('systemctl daemon-reload && systemctl start tenants.target')
  here.machine.settle()
  expect(must('systemctl list-units --failed --plain --no-legend')).toBe('')
  expect(running()).toHaveLength(IDS.length)
  expect(addresses()).toHaveLength(IDS.length)
})

test('no process of theirs stays', () => {
  expect(
    must(
      'cat /sys/fs/cgroup/tenant.slice/cgroup.procs; find /sys/fs/cgroup/tenant.slice -name cgroup.procs -exec cat {} +',
    ),
  ).toBe('')
})

test('with an extension in ten of them, reloading those ten costs one daemon-reload in all, and mounts it', () => {
  const ten = IDS.slice(0, 10)
  for (const id of ten) here.machine.write(extension(id), 'ID=_any\n')
  const reloads = () =>
    lines(here.machine.journal('--identifier=systemd')).filter((line) =>
      /Reloading requested|Reload requested/.test(line),
    ).length
  const before = reloads()
  must(`systemctl reload ${ten.map((id) => `tenant@${id}.service`).join(' ')}`)
  expect(lines(must('findmnt --raw --noheadings --types overlay --output TARGET | grep tenants'))).toHaveLength(
    ten.length,
  )
  expect(reloads() - before).toBe(1)
})

test('one that is restarted has its mount and its bridge again, at the same address, and the others do not notice', () => {
  const before = addresses()
  const other = here.machine.show('tenant@t2.service', 'InvocationID').InvocationID
  must('systemctl restart tenant@t1.service')
  here.machine.settle()
  expect(addresses()).toEqual(before)
  expect(must('findmnt --noheadings --output FSTYPE /var/lib/tenants/t1/sysext')).toBe('overlay')
  expect(here.machine.show('tenant@t2.service', 'InvocationID').InvocationID).toBe(other)
})

test('all stop at once, and nothing of them is left', () => {
  must('systemctl stop tenants.target')
  here.machine.settle()
  expect([running(), addresses()]).toEqual([[], []])
  expect(here.machine.run('findmnt --raw --noheadings --types overlay | grep tenants').stdout).toBe('')
  expect(must('systemctl list-units --failed --plain --no-legend')).toBe('')
})
