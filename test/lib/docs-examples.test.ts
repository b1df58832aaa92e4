import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mountGenerator } from '../../generators/mount-generator.ts'
import { tenantGenerator } from '../../generators/tenant-generator.ts'
import { bitbuilder } from '../../lib/cli/cli.ts'
import { type MemoryHost, type MemoryNode, memoryHost } from '../../lib/host/memory.ts'
import { GENERATOR_DIR, NETWORKD_DIR } from '../../lib/layout/paths.ts'
import type { Main } from '../../lib/program/main.ts'
import { setupTenantNetwork } from '../../programs/setup-tenant-network.ts'

/** What the documentation shows is what comes out: every block with a `# ` prompt is played on this host and compared. */

const ROOT = join(import.meta.dirname, '..', '..')

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
const ACME = '/etc/bitbuilder/tenants.d/acme-prod.json'
const RESOURCES = { cpu: 2, memory: '2G', tasks: 4096 }
const EXTENSIONS = '/var/lib/tenants/acme-prod/extensions/sysext'

const WEB = '/srv/images/web'

const EXAMPLE: Readonly<Record<string, MemoryNode>> = {
  '/etc/os-release': 'ID=debian\nVERSION_ID=13\n',
  [ACME]: json({ id: 'acme-prod', description: 'Acme, production', resources: RESOURCES }),
  '/etc/bitbuilder/tenants.d/beta.json': json({ id: 'beta', resources: { cpu: 1, memory: '4 GB' } }),
  // A root file system that somebody has unpacked.
  ...Object.fromEntries(
    ['dev', 'etc', 'proc', 'run', 'sys', 'tmp', 'usr', 'var'].map((name) => [`${WEB}/${name}`, { kind: 'directory' }]),
  ),
  [`${WEB}/etc/os-release`]: { link: '/usr/lib/os-release' },
  [`${WEB}/usr/lib/os-release`]: 'ID=debian\nNAME=Debian\nPRETTY_NAME=Debian 13\nVERSION_ID=13\n',
  // networkd is not here to make it.
  '/sys/class/net/br-tenant123': { kind: 'directory' },
  '/var/lib/bitbuilder/tenants.json': '{"tenants": [{"id": "tenant123"}]}\n',
  [`${EXTENSIONS}/tools/usr/lib/extension-release.d/extension-release.tools`]: 'ID=debian\nVERSION_ID=13\n',
  [`${EXTENSIONS}/old/usr/lib/extension-release.d/extension-release.old`]: 'ID=debian\nVERSION_ID=12\n',
}

const MAINS: Readonly<Record<string, Main>> = {
  'tenant-generator': tenantGenerator,
  'mount-generator': mountGenerator,
  bitbuilder,
}

/** Whether a block shows a running systemd, as only the system tests have one. */
const NEEDS_SYSTEMD = /^# (?:systemctl|journalctl|bitbuilder (?:status|provision)) /m

/** What has happened before: for a network a first start, for `diff` a reload and then a change. */
const hostFor = (block: string): MemoryHost => {
  // What ip(8) says of the bridge that networkd has made.
  const host = memoryHost(EXAMPLE, {
    run: ([, , , what]) => ({ status: 0, stdout: what === 'address' ? '[{"local":"10.1.0.1"}]' : '', stderr: '' }),
  })
  if (block.includes(NETWORKD_DIR)) setupTenantNetwork(host, ['tenant123'])
  if (!block.includes('bitbuilder diff')) return host
  for (const name of ['tenant-generator', 'mount-generator']) MAINS[name]?.(host, [GENERATOR_DIR])
  host.logged.length = 0
  host.replaceFile(
    ACME,
    json({ id: 'acme-prod', description: 'Acme, production', resources: { ...RESOURCES, memory: '4G' } }),
    0o644,
  )
  return host
}

/** Standard output, then standard error, unless the example throws that away. */
const say = (host: MemoryHost, main: Main, words: readonly string[]): string => {
  const isQuiet = words.at(-1) === '2>/dev/null'
  main(host, isQuiet ? words.slice(0, -1) : words)
  const said = [...host.printed, ...(isQuiet ? [] : host.logged.map(({ line }) => `${line}\n`))].join('')
  host.printed.length = 0
  host.logged.length = 0
  return said
}

const play = (host: MemoryHost, command: string): string => {
  const [program = '', ...args] = command.replaceAll("'", '').split(' ')
  const main = MAINS[program.slice(program.lastIndexOf('/') + 1)]
  const file = (): string => host.readFile(args.at(-1) as string, 1 << 20)?.text ?? ''
  if (main !== undefined) return say(host, main, args)
  if (program === 'mkdir') return ''
  if (program === 'cat') return file()
  if (program === 'tail')
    return file()
      .split('\n')
      .slice(-Number(args[1]) - 1)
      .join('\n')
  throw new Error(`an example cannot be played: ${command}`)
}

/** A trailing blank would be invisible in a page. */
const lines = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd())

const blocks = ['README.md', ...globSync('packaging/man/*.scd', { cwd: ROOT }).sort()].flatMap((path) => {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const found = [...text.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
  return found
    .filter((block) => block.startsWith('# ') && !NEEDS_SYSTEMD.test(block))
    .map((block) => ({ path, block: path.endsWith('.scd') ? block.replaceAll('\\\\', '\\') : block }))
})

test('there are examples', () => {
  expect(blocks.length).toBeGreaterThan(6)
})

test.each(blocks)('$path: $block', ({ block }) => {
  const host = hostFor(block)
  const commands = lines(block).filter((line) => line.startsWith('# ') && !line.startsWith('# Generated'))
  const played = commands.map((line) => `${line}\n${play(host, line.slice(2))}`)
  expect(lines(block)).toEqual(lines(played.join('')))
})
