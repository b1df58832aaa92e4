import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readProvisionState } from '../../lib/git/state.ts'
import { readApplied } from '../../lib/guest/state.ts'
import type { Finished, Host } from '../../lib/host/host.ts'
import { GUEST } from '../../lib/layout/paths.ts'
import { gitSync } from '../../programs/git-sync.ts'
import { infraManager } from '../../programs/infra-manager.ts'
import { GitWorld, type Tree } from '../support/git-world.ts'

// The infrastructure VM with real git and a real disk; of systemd, what it would say.

const FILES: Tree = {
  'metadata.json': 'is of the host',
  'containers/web/rootfs/etc/hostname': 'web\n',
  'infrastructure/metadata.json': 'is of the host',
  'infrastructure/rootfs/etc/localtime': '-> /usr/share/zoneinfo/UTC',
  'infrastructure/config/x.yaml': 'x: 1\n',
  'infrastructure/extensions/sysext/tools/usr/bin/tool': '#!/bin/sh\n',
  'infrastructure/extensions/confext/site.raw': 'hsqs',
  'infrastructure/scripts/provision.sh': '#!/bin/sh\n',
  'infrastructure/scripts/health-check.sh': '#!/bin/sh\n',
}

const DONE: Finished = { status: 0, stdout: '', stderr: '' }
const FAILED: Finished = { status: 1, stdout: '', stderr: 'no' }

/** systemd: it merges what is linked but for `refused`, and units of `broken` fail. */
class Vm {
  readonly world = new GitWorld()
  readonly jobs: string[] = []
  refused: readonly string[] = []
  broken: readonly string[] = []
  readonly host: Host

  constructor() {
    this.host = { ...this.world.host, env: () => undefined, run: (command, seconds) => this.#run(command, seconds) }
  }

  linked(kind: string): readonly string[] {
    const directory = kind === 'sysext' ? '/var/lib/extensions' : '/var/lib/confexts'
    return this.host.readDir(directory)?.entries.map(({ name }) => name) ?? []
  }

  #run(command: readonly string[], seconds: number): Finished {
    const [program = '', verb = '', ...rest] = command
    if (program === 'systemctl') {
      const unit = rest.at(-1) as string
      this.jobs.push(`${verb} ${unit}`)
      return this.broken.includes(unit) ? FAILED : DONE
    }
    const kind = /^systemd-(sysext|confext)$/.exec(program)?.[1]
    if (kind === undefined) return this.world.host.run(command, seconds)
    const extensions = this.linked(kind).map((name) => name.replace(/\.raw$/, ''))
    const merged = extensions.filter((name) => !this.refused.includes(name))
    const found = [{ hierarchy: '/x', extensions: merged.length === 0 ? 'none' : merged }]
    return { ...DONE, stdout: JSON.stringify(found) }
  }

  tell(repository: object = {}): void {
    const url = `file://${this.world.source.directory}`
    this.world.write('/run/credentials/@system/tenant.repository', JSON.stringify({ url, ...repository }))
  }

  commit(files: Tree): string {
    return this.world.source.commit(files)
  }

  /** A sync and what follows from it: the status of each, and the jobs. */
  round(): readonly unknown[] {
    this.jobs.length = 0
    const synced = gitSync(this.host, [])
    const asked = this.jobs.splice(0)
    return [synced, asked, infraManager(this.host, []), this.jobs.splice(0)]
  }

  problems(): readonly string[] {
    const all = [...(readProvisionState(this.host, GUEST)?.problems ?? []), ...(readApplied(this.host)?.problems ?? [])]
    return all.map(({ at, message }) => `${at.file}: ${message}`)
  }

  links(): readonly string[] {
    return ['/var/lib/extensions', '/var/lib/confexts'].flatMap((directory) =>
      (this.host.readDir(directory)?.entries ?? []).map(({ name }) => {
        const target = this.host.readLink(`${directory}/${name}`)
        return `${name} ${target.replace(/[0-9a-f]{40}/g, 'ID')}`
      }),
    )
  }
}

let vm: Vm
beforeEach(() => {
  vm = new Vm()
})
afterEach(() => vm.world[Symbol.dispose]())

const ASKED = ['reload-or-restart infra-manager.service']
const REFRESH = ['reload-or-restart systemd-sysext.service', 'reload-or-restart systemd-confext.service']
const SCRIPTS = ['restart infra-script@provision.service', 'restart infra-script@health-check.service']

test('a VM takes its part of the repository, has it applied, and then has nothing to do', () => {
  vm.tell()
  const commit = vm.commit(FILES)
  expect(vm.round()).toEqual([0, ASKED, 0, [...REFRESH, ...SCRIPTS]])
  expect(vm.host.readLink('/var/lib/infra/config')).toBe(`revisions/${commit}`)
  const names = (path: string) => vm.host.readDir(`/var/lib/infra/${path}`)?.entries.map(({ name }) => name)
  expect(names('config/')).toEqual(['config', 'extensions', 'scripts'])
  expect(names('trees')?.length).toBe(1)
  expect(vm.links()).toEqual(['tools ../infra/trees/ID', 'site.raw ../infra/revisions/ID/extensions/confext/site.raw'])
  expect(readApplied(vm.host)).toEqual({ state: 'applied', commit, provisioned: commit, problems: [] })
  expect(vm.round()).toEqual([0, [], 0, SCRIPTS.slice(1)])
})

test('another commit takes the place of the first, and a script runs once for each', () => {
  vm.tell()
  vm.commit(FILES)
  vm.round()
  const { 'infrastructure/extensions/sysext/tools/usr/bin/tool': _, ...less } = FILES
  vm.commit(less)
  expect(vm.round()).toEqual([0, ASKED, 0, [...REFRESH, ...SCRIPTS]])
  expect(vm.links()).toEqual(['site.raw ../infra/revisions/ID/extensions/confext/site.raw'])
  vm.commit({ 'README.md': 'nothing for a VM' })
  expect(vm.round()).toEqual([0, ASKED, 0, REFRESH])
  expect([vm.links(), vm.problems()]).toEqual([[], []])
})

test('a script that the host has handed in is not run again', () => {
  vm.tell()
  vm.world.write('/run/credentials/@system/tenant.script', '#!/bin/sh\n')
  vm.commit(FILES)
  expect(vm.round()).toEqual([0, ASKED, 0, [...REFRESH, SCRIPTS[1]]])
  vm.commit({ ...FILES, 'infrastructure/scripts/provision.sh': '#!/bin/sh\ntrue\n' })
  expect(vm.round()).toEqual([0, ASKED, 0, [...REFRESH, ...SCRIPTS]])
})

test('a part of the repository has its own directory for the VM', () => {
  vm.tell({ path: 'tenants/acme' })
  vm.commit({ 'tenants/acme/infrastructure/scripts/provision.sh': '#!/bin/sh\n' })
  expect(vm.round()).toEqual([0, ASKED, 0, [...REFRESH, 'restart infra-script@provision.service']])
})

describe('what does not fit', () => {
  test('brings back all that was there before, and is tried again', () => {
    vm.tell()
    const first = vm.commit(FILES)
    vm.round()
    vm.refused = ['site2']
    vm.commit({ ...FILES, 'infrastructure/extensions/confext/site2.raw': 'hsqs' })
    const before = vm.links()
    expect(vm.round()).toEqual([0, ASKED, 1, [...REFRESH, ...REFRESH]])
    expect(vm.links()).toEqual(before)
    expect(readApplied(vm.host)).toMatchObject({ state: 'failed', commit: first, provisioned: first })
    expect(vm.problems()).toEqual([
      'infrastructure/extensions/confext/site2.raw: was left out by systemd-confext, going back to the extensions before',
    ])
    vm.refused = []
    expect(vm.round()).toEqual([0, ASKED, 0, [...REFRESH, ...SCRIPTS]])
    expect(vm.problems()).toEqual([])
  })

  test('when systemd fails, is told', () => {
    vm.tell()
    vm.commit(FILES)
    vm.broken = ['systemd-confext.service']
    expect(vm.round().slice(0, 3)).toEqual([0, ASKED, 1])
    expect(vm.problems().join()).toContain('systemd-confext.service: failed with status 1: no')
  })

  test('a script that fails runs again, and what follows it does not', () => {
    vm.tell()
    const commit = vm.commit(FILES)
    vm.broken = ['infra-script@provision.service']
    expect(vm.round()).toEqual([0, ASKED, 1, [...REFRESH, SCRIPTS[0]]])
    expect(readApplied(vm.host)).toMatchObject({ state: 'failed', commit })
    expect(readApplied(vm.host)?.provisioned).toBe(undefined)
    vm.broken = ['infra-script@health-check.service']
    expect(vm.round()).toEqual([0, ASKED, 1, [...REFRESH, ...SCRIPTS]])
    expect(readApplied(vm.host)).toMatchObject({ state: 'failed', commit, provisioned: commit })
    vm.broken = []
    expect(vm.round()).toEqual([0, ASKED, 0, [...REFRESH, SCRIPTS[1]]])
  })

  test("an extension of somebody else's of the same name stays, and is told", () => {
    vm.tell()
    vm.commit(FILES)
    vm.host.makeDir('/var/lib/extensions/tools')
    expect(vm.round()[2]).toBe(0)
    expect(vm.problems()).toEqual([
      '/var/lib/extensions/tools: is not from the repository, which has an extension of this name too, leaving it as it is',
    ])
  })

  test('a link out of the directory refuses the commit, and the one before stays', () => {
    vm.tell()
    const first = vm.commit(FILES)
    vm.round()
    vm.commit({ ...FILES, 'infrastructure/scripts/x': '-> ../../../../etc/shadow' })
    expect(vm.round()[0]).toBe(0)
    expect(vm.host.readLink('/var/lib/infra/config')).toBe(`revisions/${first}`)
    expect(vm.problems().join()).toContain('infrastructure/scripts/x: is a link that leads out of the repository')
  })
})

test('signatures are asked for by what the host says', () => {
  vm.tell({ verify: 'ssh' })
  vm.commit(FILES)
  expect(vm.round()).toEqual([1, [], 0, []])
  expect(vm.problems()).toEqual([
    '/run/credentials/git-sync.service/tenant.signers: is not there: nobody may sign for this tenant',
  ])
})

test('a VM without repository is left alone', () => {
  expect(vm.round()).toEqual([0, [], 0, []])
  expect(vm.world.logged).toEqual([
    'the tenant has no repository, or none that this VM could reach',
    'there is no revision of the repository yet',
  ])
})

test.each(['{', '[]', '{"url": "nonsense"}', '{"url": "https://example.org/x", "ref": "-x"}'])(
  'the credential %j is refused',
  (text) => {
    vm.world.write('/run/credentials/@system/tenant.repository', text)
    expect(() => gitSync(vm.host, [])).toThrow('/run/credentials/@system/tenant.repository')
  },
)

test('neither takes arguments', () => {
  expect([gitSync(vm.host, ['x']), infraManager(vm.host, ['x'])]).toEqual([2, 2])
})
