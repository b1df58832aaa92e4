import { expect, test } from 'vitest'
import type { Finished } from '../../../lib/host/host.ts'
import { type MemoryNode, memoryHost } from '../../../lib/host/memory.ts'
import { applyStorageLimit } from '../../../lib/storage/limit.ts'
import { allocateProject, forgetProject, readProjects } from '../../../lib/storage/projects.ts'
import { tenantToRun } from '../../../lib/tenant/one.ts'
import { tenantStorage } from '../../../programs/tenant-storage.ts'

const DIR = '/var/lib/tenants/acme'
const STATE = '/var/lib/bitbuilder/storage.json'
const PROJECT = 0x70000000

const mounted = (type: string, options: string, where = '/var') => ({
  '/proc/self/mountinfo': `1 1 0:1 / / rw - ext4 /dev/vda1 rw\n2 1 0:2 / ${where} rw - ${type} /dev/vdb rw${options}\n`,
})
const TOOLS = { '/usr/sbin/setquota': '', '/usr/bin/chattr': '' }
const EXT4 = { ...mounted('ext4', ',prjquota'), ...TOOLS }
const STORED = { [STATE]: JSON.stringify({ tenants: { acme: { project: PROJECT } } }) }

const OK: Finished = { status: 0, stdout: '', stderr: '' }

interface World {
  readonly files: Readonly<Record<string, MemoryNode>>
  readonly storage?: string
  /** What lsattr says of the directory. */
  readonly attributes?: string
  readonly fails?: string
}

const worldOf = ({ files, storage, attributes = '0 ---------------------- x', fails }: World) => {
  const entry = { id: 'acme', ...(storage === undefined ? {} : { resources: { storage } }) }
  const run = (command: readonly string[]): Finished => {
    if (fails !== undefined && command.join(' ').startsWith(fails)) return { status: 1, stdout: '', stderr: 'no' }
    return command[0] === 'lsattr' ? { ...OK, stdout: `${attributes}\n` } : OK
  }
  return memoryHost(
    { [DIR]: { kind: 'directory' }, '/etc/bitbuilder/tenants.d/acme.json': JSON.stringify(entry), ...files },
    { run },
  )
}

const run = (world: World) => {
  const host = worldOf(world)
  const status = tenantStorage(host, ['acme'])
  return {
    status,
    commands: host.commands.map((words) => words.join(' ')),
    said: host.logged.map(({ line }) => line),
    host,
  }
}

test('everything in the directory gets a project, the directory last, and the project a limit in KiB', () => {
  const { status, commands, said, host } = run({ files: EXT4, storage: '10M' })
  expect([status, said]).toEqual([0, []])
  expect(commands).toEqual([
    `lsattr -p -d -- ${DIR}`,
    `find ${DIR} -xdev -mindepth 1 -type f -execdir chattr -p ${PROJECT} -- {} +`,
    `find ${DIR} -xdev -mindepth 1 -type d -execdir chattr -p ${PROJECT} +P -- {} +`,
    `chattr -p ${PROJECT} +P -- ${DIR}`,
    `setquota -P ${PROJECT} 0 10240 0 0 /dev/vdb`,
  ])
  expect(JSON.parse(host.readFile(STATE, 1000)?.text ?? '')).toEqual({ tenants: { acme: { project: PROJECT } } })
})

test('a unit sees its directory bound on itself, which is no file system of its own', () => {
  const bound = `3 2 0:2 /lib/tenants/acme ${DIR} rw - ext4 /dev/vdb rw,prjquota\n`
  const files = { ...EXT4, '/proc/self/mountinfo': `${EXT4['/proc/self/mountinfo']}${bound}` }
  expect(run({ files, storage: '10M' }).commands).toHaveLength(5)
})

test('what has its project already only gets its limit', () => {
  const attributes = `${PROJECT} -------------------P-- ${DIR}`
  const { commands } = run({ files: { ...EXT4, ...STORED }, storage: '10M', attributes })
  expect(commands.slice(1)).toEqual([`setquota -P ${PROJECT} 0 10240 0 0 /dev/vdb`])
})

test('a project that nothing inherits is not done yet', () => {
  const attributes = `${PROJECT} ---------------------- ${DIR}`
  expect(run({ files: { ...EXT4, ...STORED }, storage: '10M', attributes }).commands).toHaveLength(5)
})

test('a limit that is gone from the registry is taken away, and where there was none nothing is done', () => {
  const attributes = `${PROJECT} -------------------P-- ${DIR}`
  expect(run({ files: { ...EXT4, ...STORED }, attributes }).commands.at(-1)).toBe(
    `setquota -P ${PROJECT} 0 0 0 0 /dev/vdb`,
  )
  expect(run({ files: EXT4 }).commands).toEqual([])
})

test('a subvolume of btrfs has a group', () => {
  const files = mounted('btrfs', '')
  expect(run({ files, storage: '10M' }).commands).toContain(`btrfs qgroup limit 10485760 ${DIR}`)
  expect(run({ files }).commands).toContain(`btrfs qgroup limit none ${DIR}`)
})

test.each<[string, World, string]>([
  ['ext4', { files: { ...mounted('ext4', ''), ...TOOLS } }, 'is on ext4 without project quotas (/dev/vdb)'],
  ['xfs', { files: { ...mounted('xfs', ',usrquota'), ...TOOLS } }, 'is on xfs without project quotas (/dev/vdb)'],
  ['no setquota', { files: mounted('ext4', ',prjquota') }, 'has project quotas, and there is no setquota'],
  ['tmpfs', { files: mounted('tmpfs', '') }, 'is on tmpfs, which limits no directory'],
  ['no subvolume', { files: mounted('btrfs', ''), fails: 'btrfs subvolume' }, 'is on btrfs and no subvolume'],
  ['no groups', { files: mounted('btrfs', ''), fails: 'btrfs qgroup' }, 'is on btrfs without quotas'],
])('%s: the tenant starts, and it is said why the limit does not hold', (_, world, why) => {
  const { status, said, commands } = run({ ...world, storage: '10M' })
  expect(status).toBe(0)
  expect(said[0]).toBe(`/etc/bitbuilder/tenants.d/acme.json: resources.storage: does not hold, ${DIR} ${why}`)
  expect(said[1]).toMatch(/^ {2}hint: /)
  expect(commands.filter((command) => /chattr -p|setquota -P|qgroup limit/.test(command))).toEqual([])
})

test('a file system of its own is as large as it is', () => {
  expect(run({ files: mounted('tmpfs', '', DIR), storage: '10M' })).toMatchObject({ status: 0, said: [], commands: [] })
})

test('tenant-manager asks for the unit only where there is a limit, or was one, and starts the tenant in any case', () => {
  const asked = (world: World) => {
    const host = worldOf(world)
    applyStorageLimit(host, tenantToRun(host, 'acme'))
    return [host.commands.map((words) => words.join(' ')), host.logged.length] as const
  }
  const start = 'systemctl start -- tenant-storage@acme.service'
  expect(asked({ files: EXT4 })).toEqual([[], 0])
  expect(asked({ files: EXT4, storage: '10M' })).toEqual([[start], 0])
  expect(asked({ files: { ...EXT4, ...STORED } })).toEqual([[start], 0])
  expect(asked({ files: EXT4, storage: '10M', fails: 'systemctl' })).toEqual([[start], 1])
})

test('projects are given out once, and given up', () => {
  const host = memoryHost({ '/var/lib/bitbuilder': { kind: 'directory' } })
  const ids = ['one', 'two', 'three']
  expect(ids.map((id) => allocateProject(host, id) - PROJECT)).toEqual([0, 1, 2])
  expect(allocateProject(host, 'two') - PROJECT).toBe(1)
  forgetProject(host, 'one')
  expect([...readProjects(host).keys()]).toEqual(['three', 'two'])
  expect(allocateProject(host, 'four') - PROJECT).toBe(0)
})

test.each([
  '{',
  '{"tenants":{"acme":{"project":0}}}',
  '{"tenants":{"acme":null}}',
  '{"tenants":{"acme":{"project":"1"}}}',
])('a state that makes no sense is nothing to guess from: %s', (text) => {
  expect(() => allocateProject(memoryHost({ [STATE]: text }), 'beta')).toThrow(STATE)
})
