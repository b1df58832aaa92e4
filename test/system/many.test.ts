import { expect, test } from 'vitest'
import { REGISTRY, registry } from './fixtures.ts'
import { useMachine } from './machine.ts'
import { inventory, kindsOf, processesOf, tracesOf, without } from './traces.ts'

// Tenants start all at once, and share one networkd and one PID 1.

const IDS = Array.from({ length: 40 }, (_, index) => `t${index + 1}`)

const extension = (id: string) =>
  `/var/lib/tenants/${id}/extensions/sysext/tools/usr/lib/extension-release.d/extension-release.tools`

const here = useMachine({ installed: true })

const must = (command: string) => here.machine.must(command)
const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')
const running = () => lines(must("systemctl list-units 'tenant@*' --state=active --plain --no-legend"))
const addresses = () => lines(must("ip -brief -4 address show type bridge | awk '{print $3}' | sort -u"))

/** What the host has before there is any tenant. */
let empty: readonly string[] = []

test('forty start at once, without one failing and with an address each', () => {
  // tenant-network@ starts networkd where it does not run yet; what that leaves is not ours.
  must('systemctl start systemd-networkd.service')
  empty = inventory(here.machine)
  here.machine.write(REGISTRY, registry(...IDS.map((id) => ({ id }))))
  must('systemctl daemon-reload && systemctl start tenants.target')
  here.machine.settle()
  expect(must('systemctl list-units --failed --plain --no-legend')).toBe('')
  expect(running()).toHaveLength(IDS.length)
  expect(addresses()).toHaveLength(IDS.length)
})

test('no process of theirs stays', () => {
  expect(processesOf(here.machine, 'tenant.slice')).toEqual([])
  expect(processesOf(here.machine, 'system.slice')).not.toEqual([])
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

test('what is left of one is found wherever it is', () => {
  expect(kindsOf(tracesOf(here.machine, 't7'))).toEqual([
    'address',
    'control',
    'file',
    'filter',
    'interface',
    'mount',
    'route',
    'unit',
  ])
})

test('all stop at once, and nothing of them is left', () => {
  must('systemctl stop tenants.target')
  here.machine.settle()
  expect([running(), addresses()]).toEqual([[], []])
  expect(tracesOf(here.machine, 't7')).toEqual([])
  expect(must('systemctl list-units --failed --plain --no-legend')).toBe('')
})

test('and with their entries gone, the host is as it was before them', () => {
  here.machine.write(REGISTRY, registry())
  must('systemctl daemon-reload')
  // Locks, and the directories of systemd-networkd and of ours.
  const kept = /^file \/run\/(?:bitbuilder(?:\/[a-z]+(?:\.lock)?)?|systemd\/network) $/
  expect(without(inventory(here.machine), empty).filter((line) => !kept.test(line))).toEqual([])
})
