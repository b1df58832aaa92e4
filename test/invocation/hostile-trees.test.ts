import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, symlinkSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KINDS } from '../../lib/compliance/kinds.ts'
import { ENGINES, PRODUCTS } from '../support/engines.ts'
import { must, temporaryDir } from '../support/materialise.ts'

/** A tree that somebody made to break a checker: whatever kind it is taken for, it ends soon, and with findings. */

const SECONDS = 20

/** A shell makes what Node has no call for; `$1` is the tree. The chain is longer than any path may be. */
const SPECIAL = `
  cd "$1"
  mkfifo metadata.json usr/lib/extension-release.d/extension-release.pipe
  mknod etc/os-release c 1 8
  mknod etc/machine-id c 1 5
  chain=$(printf 'd/%.0s' $(seq 500))
  mkdir -p "deep/$chain"
  for i in 1 2 3 4 5; do mkdir -p "next/$chain" && mv deep "next/$chain" && mv next deep; done
  printf 'ID=x\\n' > "$(printf 'etc/\\377\\376.network')"
  printf '' > "$(printf 'usr/share/\\033[2J\\nerror: nothing wrong')"
`

/** A file with a beginning, and nothing in the rest. */
const sparse = (path: string, size: number, head = '', at = 0): void => {
  writeFileSync(path, '')
  truncateSync(path, size)
  const fd = openSync(path, 'r+')
  writeSync(fd, Buffer.from(head, 'latin1'), 0, head.length, at)
  closeSync(fd)
}

const DIRECTORIES = [
  'usr/lib/extension-release.d',
  'usr/share/many',
  'usr/share/voa',
  'etc/systemd/network',
  'etc/extension-release.d',
  'loader/entries',
  'EFI/Linux',
  'scripts',
  'config',
]

const LINKS = [
  ['loop', 'loop'],
  ['usr/lib/a', 'b'],
  ['usr/lib/b', 'a'],
  ['etc/shadow', '/etc/shadow'],
  ['etc/ssh', '../../../../../../etc/ssh'],
  ['usr/share/voa/os', '/'],
  ['usr/share/up', '../..'],
  ['etc/systemd/network/10.network', '../../../../../../../etc/passwd'],
  ['loader/entries/self.conf', 'self.conf'],
] as const

const BOMB = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  ...[...'bcdefghijk'].map((key, at) => `${key}: &${key} [${`*${'abcdefghij'[at]},`.repeat(9)}]`),
]

const makeHostile = (top: string): void => {
  for (const path of DIRECTORIES) mkdirSync(join(top, path), { recursive: true })
  for (const [path, target] of LINKS) symlinkSync(target, join(top, path))
  for (let index = 0; index < 20_000; index += 1) writeFileSync(join(top, 'usr/share/many', `${index}`), '')
  sparse(join(top, 'huge.raw'), 2 ** 43)
  sparse(join(top, 'gpt.raw'), 2 ** 40, 'EFI PART\0\0\x01\0\xff\xff\xff\xff', 512)
  sparse(join(top, 'squash.raw'), 2 ** 40, `hsqs${'\xff'.repeat(92)}`)
  sparse(join(top, 'EFI/Linux/huge.efi'), 2 ** 40, `MZ${'\xff'.repeat(200)}`)
  sparse(join(top, 'loader/entries/huge.conf'), 2 ** 32)
  writeFileSync(join(top, 'user-record.json'), '['.repeat(1 << 20))
  writeFileSync(join(top, 'config/nested.yaml'), `a: ${'['.repeat(50_000)}`)
  writeFileSync(join(top, 'config/bomb.yaml'), BOMB.join('\n'))
  writeFileSync(join(top, 'etc/systemd/network/long.netdev'), `[NetDev]\nName=${'x'.repeat(1 << 20)}\n`.repeat(3))
  must('sh', '-euc', SPECIAL, 'sh', top)
}

const SUBJECTS = [
  '',
  'huge.raw',
  'gpt.raw',
  'squash.raw',
  'EFI/Linux/huge.efi',
  'loader/entries/huge.conf',
  'user-record.json',
  'config/bomb.yaml',
  'metadata.json',
  'loop',
  'etc/systemd/network/long.netdev',
]

const verify = (executable: string, path: string, kind: string) =>
  spawnSync(executable, ['verify', '--json', `--as=${kind}`, path], {
    encoding: 'utf8',
    timeout: SECONDS * 1000,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 256 << 20,
  })

describe.each(ENGINES)('a hostile tree, %s', (engine) => {
  const dir = temporaryDir()
  const top = join(dir.path, 'tree')
  beforeAll(() => {
    mkdirSync(top)
    makeHostile(top)
  }, 120_000)
  // Too deep for Node's own way of removing.
  afterAll(() => must('rm', '-rf', '--', dir.path))

  test.each(KINDS.map(({ name }) => name))(
    'taken for %s',
    (kind) => {
      for (const subject of SUBJECTS) {
        const { status, signal, stdout, stderr } = verify(PRODUCTS[engine].executable, join(top, subject), kind)
        const said = `${subject}: ${stderr.slice(0, 300)}`
        expect({ signal, isOver: status === 0 || status === 1 }, said).toEqual({ signal: null, isOver: true })
        expect(stderr, subject).not.toMatch(/internal error|stack|memory/)
        // What is in the host's own files is in no finding.
        expect(stdout).not.toContain('root:x:0')
        if (stderr === '') expect(() => JSON.parse(stdout), subject).not.toThrow()
      }
    },
    300_000,
  )
})
