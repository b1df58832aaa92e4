import { expect, test } from 'vitest'
import { bitbuilder } from '../../../lib/cli/cli.ts'
import type { Finished } from '../../../lib/host/host.ts'
import { type MemoryHost, memoryHost } from '../../../lib/host/memory.ts'

const FILE = '/etc/bitbuilder/tenants.d/acme.json'
const DIR = '/var/lib/tenants/acme'
const [OLD, NEW, TREE] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)]

const manifest = (commit: string, number: number, trees: object) => JSON.stringify({ commit, number, path: '', trees })

const DONE: Finished = { status: 0, stdout: '', stderr: '' }

/** A machine whose unit does `work` when it is started. */
const machine = (work: (host: MemoryHost, token: string) => void, more: object = { repository: { url: '/srv/x' } }) => {
  const host: MemoryHost = memoryHost(
    {
      [FILE]: JSON.stringify({ id: 'acme', ...more }),
      '/proc/sys/kernel/random/uuid': '0000-1\n',
      [`${DIR}/provision.json`]: JSON.stringify({ state: 'current', commit: OLD, problems: [] }),
      [`${DIR}/config`]: { link: `revisions/${OLD}` },
      [`${DIR}/revisions/${OLD}.json`]: manifest(OLD, 1, { 'machines/db/rootfs': TREE }),
      [`${DIR}/revisions/${NEW}.json`]: manifest(NEW, 2, { 'containers/web/rootfs': TREE }),
    },
    {
      run: ([, verb, ...words]) => {
        if (verb === 'restart' && words.includes('tenant-provision@acme.service')) {
          const wish = JSON.parse(host.readFile('/run/bitbuilder/provision-acme.json', 4096)?.text ?? '{}')
          work(host, wish.token)
        }
        return verb === 'show' ? { ...DONE, stdout: 'ActiveState=active\n' } : DONE
      },
    },
  )
  return host
}

const answer = (host: MemoryHost, state: object) =>
  host.replaceFile(`${DIR}/provision.json`, JSON.stringify(state), 0o600)

test('provision says what has changed, and reloads the tenant', () => {
  const host = machine((inside, answers) => {
    inside.remove(`${DIR}/config`)
    inside.symlink(`revisions/${NEW}`, `${DIR}/config`)
    answer(inside, { state: 'current', commit: NEW, wanted: NEW, answers, problems: [] })
  })
  expect(bitbuilder(host, ['provision', 'acme'])).toBe(0)
  expect(host.printed.join('')).toBe(
    `acme: revision ${NEW}, before ${OLD}\n  added containers/web/rootfs\n  removed machines/db/rootfs\nreloaded tenant@acme.service\n`,
  )
  expect(host.commands.at(-1)).toEqual(['systemctl', 'reload', '--', 'tenant@acme.service'])
})

test('provision says why not, and fails', () => {
  const problem = { severity: 'error', at: { file: 'x', line: 1, column: 2 }, message: 'no', hint: 'do' }
  const host = machine((inside, answers) =>
    answer(inside, { state: 'failed', commit: OLD, answers, problems: [problem] }),
  )
  expect(bitbuilder(host, ['provision', 'acme'])).toBe(1)
  expect(host.printed.join('')).toContain(`error: x:1:2: no\n  hint: do\nacme: revision ${OLD}, as before\n`)
})

test('a run that was on its way already is waited for, and another one answers', () => {
  let runs = 0
  const host = machine((inside, answers) => {
    runs += 1
    answer(inside, { state: 'current', commit: OLD, problems: [], ...(runs === 1 ? {} : { answers }) })
  })
  expect([bitbuilder(host, ['provision', 'acme', '--json']), runs]).toEqual([0, 2])
  expect(JSON.parse(host.printed.join(''))).toMatchObject({ id: 'acme', state: 'current', commit: OLD, changes: [] })
})

test('rollback leaves its wish, with the commit that is meant', () => {
  const host = machine((inside, answers) => answer(inside, { state: 'current', commit: OLD, answers, problems: [] }))
  expect(bitbuilder(host, ['rollback', 'acme', 'aaaa'])).toBe(0)
  const wish = host.readFile('/run/bitbuilder/provision-acme.json', 4096)?.text ?? ''
  expect(JSON.parse(wish)).toEqual({ token: '0000-1', force: false, rollback: 'aaaa' })
})

test('a unit that does not answer, and a tenant without repository, are errors', () => {
  expect(() =>
    bitbuilder(
      machine(() => {}),
      ['provision', 'acme'],
    ),
  ).toThrow('did not answer: journalctl')
  expect(() =>
    bitbuilder(
      machine(() => {}, {}),
      ['provision', 'acme'],
    ),
  ).toThrow('has no repository in its entry')
  expect(
    bitbuilder(
      machine(() => {}),
      ['provision', 'acme', '--root=/'],
    ),
  ).toBe(2)
})

test.each([
  [{ url: 'http://git.example/x' }, `${FILE}:1:34: repository.url: 'http' is not among Protocols=https ssh file`],
  [
    { url: '/srv/x', verify: 'ssh' },
    `${FILE}:1:52: repository.verify: /etc/bitbuilder/signers/acme.allowed-signers is not there: nobody may sign for this tenant`,
  ],
])('verify says of %j what would keep it from being fetched', (repository, words) => {
  const host = memoryHost({ [FILE]: JSON.stringify({ id: 'acme', repository }) })
  expect(bitbuilder(host, ['verify'])).toBe(1)
  expect(host.printed.join('')).toContain(`error: ${words}\n`)
})
