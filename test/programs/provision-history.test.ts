import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { readProvisionState } from '../../lib/git/state.ts'
import { leaveWish } from '../../lib/git/wish.ts'
import { tenantProvision } from '../../programs/tenant-provision.ts'
import { GitWorld } from '../support/git-world.ts'

const FILES = { 'containers/web/rootfs/etc/x': '1' }
const CONFIG = '/etc/bitbuilder/bitbuilder.conf'

const world = (repository: object = {}) => {
  const one = new GitWorld()
  register(one, repository)
  return one
}

const register = (one: GitWorld, repository: object) => {
  const url = `file://${one.source.directory}`
  const tenants = [{ id: 'acme', repository: { url, ...repository } }]
  one.write('/var/lib/bitbuilder/tenants.json', JSON.stringify({ tenants }))
}

const provision = (one: GitWorld) => tenantProvision(one.host, ['acme'])
const config = (one: GitWorld) => one.host.readLink('/var/lib/tenants/acme/config').slice('revisions/'.length)
const state = (one: GitWorld) => readProvisionState(one.host, 'acme')
const words = (one: GitWorld) => state(one)?.problems.map(({ at, message }) => `${at.file}: ${message}`) ?? []

const wish = (one: GitWorld, what: { force?: boolean; rollback?: string } = {}) => {
  leaveWish(one.host, 'acme', { token: 'x', force: false, ...what })
  return provision(one)
}

describe('what is fetched', () => {
  test.each([
    ['main', 0],
    ['refs/heads/main', 0],
    ['v1', 1],
    ['refs/tags/v1', 1],
  ])('ref %s', (ref, index) => {
    using one = world({ ref })
    const first = one.source.commit(FILES)
    one.source.git(['tag', '--annotate', '--message=x', 'v1'])
    const second = one.source.commit({})
    expect([provision(one), config(one)]).toEqual([0, index === 0 ? second : first])
  })

  test('a commit by its id, and one that is not there', () => {
    using one = world()
    const first = one.source.commit(FILES)
    one.source.commit({})
    register(one, { ref: first })
    expect([provision(one), config(one)]).toEqual([0, first])
    register(one, { ref: 'c0ffee'.padEnd(40, '0') })
    expect([provision(one), config(one)]).toEqual([0, first])
    expect(words(one)[0]).toMatch(/tenants\.json: repository\.url: cannot fetch c0ffee0.* of file:\/\/.*: /)
  })

  test('the directory that path names, and another one of the same commit', () => {
    using one = world({ path: 'a/b' })
    one.source.commit({
      'a/b/metadata.json': '{}',
      'a/b/scripts/x': '-> ../metadata.json',
      'c/metadata.json': '{"x": 1}',
    })
    expect([provision(one), one.list('/config/')]).toEqual([
      0,
      ['metadata.json 644 {}', 'scripts/ 755', 'scripts/x -> ../metadata.json'],
    ])
    register(one, { path: 'c' })
    expect([provision(one), one.list('/config/')]).toEqual([0, ['metadata.json 644 {"x": 1}']])
    register(one, { path: 'd' })
    expect([provision(one), one.list('/config/')]).toEqual([0, ['metadata.json 644 {"x": 1}']])
    expect(words(one)).toEqual([expect.stringMatching(/^[0-9a-f]{12}:d: is no directory: see repository\.path$/)])
  })

  test('nothing without a server, and a tenant without revision says so', () => {
    using one = world({ url: 'file:///nowhere/to/be/found' })
    expect([provision(one), state(one)?.state]).toEqual([1, 'failed'])
    register(one, {})
    const commit = one.source.commit(FILES)
    expect(provision(one)).toBe(0)
    register(one, { url: 'file:///nowhere/to/be/found' })
    expect([provision(one), config(one), state(one)?.state]).toEqual([0, commit, 'failed'])
  })

  test('nothing by a protocol that is not allowed', () => {
    using one = world({ url: 'http://user:secret@127.0.0.1:9/x' })
    expect(provision(one)).toBe(1)
    expect(words(one)).toEqual([
      "/var/lib/bitbuilder/tenants.json: repository.url: 'http' is not among Protocols=https ssh file",
    ])
    expect(JSON.stringify([one.logged, state(one)])).not.toContain('secret')
  })

  test('credentials are in nothing that is said or kept', () => {
    using one = world({ url: 'https://user:s3cret@127.0.0.1:9/x?token=t0ken' })
    expect(provision(one)).toBe(1)
    expect(words(one)[0]).toContain('cannot fetch HEAD of https://***@127.0.0.1:9/x?***: ')
    expect(JSON.stringify([one.logged, one.list()])).not.toMatch(/s3cret|t0ken/)
    expect(one.host.stat('/run/bitbuilder/git/acme')).toBeUndefined()
  })
})

describe('limits', () => {
  /** What does not get smaller by packing. */
  const noise = (bytes: number) =>
    Array.from({ length: bytes / 8 }, () => Math.random().toString(36).slice(2, 10)).join('')

  test('a repository that grows larger than it may is not taken', () => {
    using one = world()
    one.write(CONFIG, '[Provision]\nMaxRepositorySize=256K\n')
    const small = one.source.commit(FILES)
    expect(provision(one)).toBe(0)
    one.source.commit({ ...FILES, large: noise(1 << 20) })
    expect([provision(one), config(one)]).toEqual([0, small])
    expect(words(one)[0]).toContain('the repository is larger than MaxRepositorySize=, 262144 bytes')
    expect(one.host.run(['du', '-s', '--bytes', '/var/lib/tenants/acme/git'], 9).stdout).toMatch(/^[0-9]{5,6}\s/)
  })

  test('what piled up over many commits makes room for the last one', () => {
    using one = world()
    one.write(CONFIG, '[Provision]\nMaxRepositorySize=256K\n')
    for (let index = 0; index < 4; index += 1) {
      const commit = one.source.commit({ file: noise(96 << 10) })
      expect([provision(one), words(one), config(one)]).toEqual([0, [], commit])
    }
  })

  test('files that are small only while they are packed', () => {
    using one = world()
    one.write(CONFIG, '[Provision]\nMaxRepositorySize=1M\n')
    one.source.commit({ bomb: '0'.repeat(2 << 20) })
    expect(provision(one)).toBe(1)
    expect(words(one)).toEqual([
      expect.stringMatching(/^[0-9a-f]{12}:: has 2097152 bytes of files, more than MaxRepositorySize=, 1048576 bytes$/),
    ])
  })

  test('too many files', () => {
    using one = world()
    one.write(CONFIG, '[Provision]\nMaxFiles=3\n')
    one.source.commit({ 'a/b': '', 'a/c': '', d: '' })
    expect(provision(one)).toBe(1)
    expect(words(one)[0]).toMatch(/has more files and directories than MaxFiles=3$/)
  })

  test('so many revisions are kept, and the trees that they have', () => {
    using one = world()
    one.write(CONFIG, '[Provision]\nKeepRevisions=2\n')
    const commits = ['1', '2', '3'].map((text) => {
      const commit = one.source.commit({ 'containers/web/rootfs/x': text })
      provision(one)
      return commit
    })
    const names = (directory: string) => one.host.readDir(`/var/lib/tenants/acme/${directory}`)?.entries ?? []
    expect(names('revisions').map(({ name }) => name)).toEqual(
      commits
        .slice(1)
        .flatMap((commit) => [commit, `${commit}.json`])
        .sort(),
    )
    expect(names('trees')).toHaveLength(2)
  })
})

describe('rollback', () => {
  test('goes back step by step, stays there until there is something newer, and forward when asked', () => {
    using one = world()
    const commits = ['1', '2', '3'].map((text) => {
      const commit = one.source.commit({ 'containers/web/rootfs/x': text })
      provision(one)
      return commit
    }) as [string, string, string]
    expect([wish(one, { rollback: '' }), config(one)]).toEqual([0, commits[1]])
    expect([wish(one, { rollback: '' }), config(one)]).toEqual([0, commits[0]])
    expect([wish(one, { rollback: '' }), config(one)]).toEqual([0, commits[0]])
    expect(words(one)).toEqual(["tenant 'acme': has no revision before this one"])
    expect([provision(one), config(one), state(one)?.pinned]).toEqual([0, commits[0], commits[2]])
    expect(words(one)).toEqual([expect.stringContaining('was rolled back from, staying')])
    expect([wish(one), config(one), state(one)?.pinned]).toEqual([0, commits[2], undefined])
    wish(one, { rollback: commits[0].slice(0, 10) })
    expect(config(one)).toBe(commits[0])
    const newer = one.source.commit({ 'containers/web/rootfs/x': '4' })
    expect([provision(one), config(one)]).toEqual([0, newer])
    wish(one, { rollback: 'ffff' })
    expect([config(one), words(one)]).toEqual([newer, ["revision 'ffff': is not kept"]])
  })
})

describe('a history that was rewritten', () => {
  test('is taken with a warning', () => {
    using one = world()
    one.source.commit({ a: '1' })
    one.source.commit({ a: '2' })
    provision(one)
    one.source.git(['reset', '--quiet', '--hard', 'HEAD~1'])
    const other = one.source.commit({ a: '3' })
    expect([provision(one), config(one), state(one)?.state]).toEqual([0, other, 'current'])
    expect(words(one)[0]).toContain('somebody has rewritten the history')
  })
})

const ssh = (one: GitWorld, name: string) => {
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', one.path(`/${name}`)])
  const key = one.path(`/${name}`)
  return ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${key}`] as const
}

describe('signatures by ssh', () => {
  const signed = (one: GitWorld, key: readonly string[], text: string): string => {
    const tree = one.source.git(['rev-parse', `${one.source.commit({ a: text })}^{tree}`])
    one.source.git(['reset', '--quiet', '--soft', 'HEAD~1'])
    one.source.git([...key, 'commit', '--quiet', '--gpg-sign', '--message=signed'])
    expect(one.source.git(['rev-parse', 'HEAD^{tree}'])).toBe(tree)
    return one.source.git(['rev-parse', 'HEAD'])
  }

  const start = () => {
    const one = world({ verify: 'ssh' })
    const [ours, theirs] = [ssh(one, 'ours'), ssh(one, 'theirs')]
    const key = one.host.readFile('/ours.pub', 4096)?.text.split(' ').slice(0, 2).join(' ')
    one.write('/etc/bitbuilder/signers/acme.allowed-signers', `a@example.org namespaces="git" ${key}\n`)
    one.source.commit({})
    one.source.git([...ours, 'commit', '--quiet', '--amend', '--allow-empty', '--gpg-sign', '--message=first'])
    return { one, ours, theirs, first: one.source.git(['rev-parse', 'HEAD']) }
  }

  test('each of the new commits needs one, and one of somebody who may', () => {
    const { one, ours, theirs, first } = start()
    using _ = one
    expect([provision(one), words(one), config(one)]).toEqual([0, [], first])
    const second = signed(one, ours, '2')
    expect([provision(one), config(one)]).toEqual([0, second])
    const unsigned = one.source.commit({ a: '3' })
    signed(one, ours, '4')
    expect([provision(one), config(one)]).toEqual([0, second])
    expect(words(one)).toEqual([`commit ${unsigned.slice(0, 12)}: is not signed`])
    one.source.git(['reset', '--quiet', '--hard', second])
    const foreign = signed(one, theirs, '5')
    expect([provision(one), config(one)]).toEqual([0, second])
    expect(words(one)).toEqual([expect.stringMatching(`commit ${foreign.slice(0, 12)}: has a signature of`)])
  })

  test('a parent of a merge needs one, too', () => {
    const { one, ours, first } = start()
    using _ = one
    provision(one)
    const unsigned = one.source.commit({ b: '1' })
    one.source.git(['reset', '--quiet', '--hard', first])
    signed(one, ours, '2')
    one.source.git([...ours, 'merge', '--quiet', '--gpg-sign', '--strategy=ours', '--message=x', unsigned])
    expect([provision(one), config(one)]).toEqual([0, first])
    expect(words(one)).toEqual([`commit ${unsigned.slice(0, 12)}: is not signed`])
  })

  test('an older commit is refused unless it is asked for, and so is another history', () => {
    const { one, ours, first } = start()
    using _ = one
    const second = signed(one, ours, '2')
    provision(one)
    one.source.git(['reset', '--quiet', '--hard', first])
    expect([provision(one), config(one)]).toEqual([0, second])
    expect(words(one)[0]).toContain('somebody has rewritten the history')
    expect([wish(one, { force: true }), config(one)]).toEqual([0, first])
  })

  test('the history before the one that since names needs none', () => {
    const { one, ours, first } = start()
    using _ = one
    const unsigned = one.source.commit({ a: '2' })
    const last = signed(one, ours, '3')
    expect([provision(one), words(one)]).toEqual([1, [`commit ${unsigned.slice(0, 12)}: is not signed`]])
    register(one, { verify: 'ssh', since: unsigned })
    expect([provision(one), config(one)]).toEqual([0, last])
    expect(first).not.toBe(last)
  })

  test('nobody may sign where there is no list', () => {
    using one = world({ verify: 'ssh' })
    one.source.commit({})
    expect(provision(one)).toBe(1)
    expect(words(one)).toEqual([
      '/etc/bitbuilder/signers/acme.allowed-signers: is not there: nobody may sign for this tenant',
    ])
  })
})
