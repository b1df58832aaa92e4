import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { bitbuilder } from '../../../lib/cli/cli.ts'
import { verifyPath } from '../../../lib/compliance/verify.ts'
import type { Host } from '../../../lib/host/host.ts'
import { nodeHost } from '../../../lib/host/node.ts'
import { runByName } from '../../../lib/program/by-name.ts'
import { elfFile } from '../../support/elf.ts'
import { makeFifo, temporaryDir } from '../../support/materialise.ts'

const scratch = temporaryDir()
afterAll(() => scratch[Symbol.dispose]())
let world = ''
let number = 0

beforeEach(() => {
  number += 1
  world = join(scratch.path, String(number))
  mkdirSync(world)
})

const put = (path: string, content: string | Uint8Array, mode = 0o644): void => {
  mkdirSync(dirname(join(world, path)), { recursive: true })
  writeFileSync(join(world, path), content)
  chmodSync(join(world, path), mode)
}

const METADATA = {
  template: { type: 'container', version: '1.2.3', name: 'web' },
  parameters: { HOSTNAME: { description: 'its name' }, COLOUR: { default: 'red', pattern: 'red|green' } },
  rendered: ['config/*.conf', 'rootfs/etc/hostname'],
  userland: { into: 'rootfs', programs: ['usr/bin/tool'] },
}

/** A template that makes a root file system which complies, and a root to take a program from. */
const putTemplate = (metadata: object = METADATA): void => {
  put('template/metadata.json', JSON.stringify(metadata))
  put('template/rootfs/etc/os-release', '')
  rmSync(join(world, 'template/rootfs/etc/os-release'))
  put('template/rootfs/usr/lib/os-release', 'ID=web\nNAME=Web\nVERSION_ID=1\nPRETTY_NAME=Web\n')
  symlinkSync('../usr/lib/os-release', join(world, 'template/rootfs/etc/os-release'))
  put('template/rootfs/etc/hostname', '{{HOSTNAME}}\n')
  put('template/rootfs/run/.gitkeep', '')
  put('template/.git/HEAD', 'ref: x\n')
  put('template/config/a.conf', 'colour={{COLOUR}} {{HOSTNAME}}\n', 0o600)
  put('template/config/b.txt', '{{NOT}} rendered\n')
  put('template/scripts/run.sh', '#!/bin/sh\n', 0o775)
  put('template/scripts/container-init.sh', '#!/bin/sh\n', 0o755)
  put('template/config/nspawn-settings.conf', '[Exec]\nProcessTwo=yes\n')
  put('template/rootfs/usr/lib/systemd/system/container-init.service', '[Service]\nExecStart=/usr/bin/tool\n')
  put('template/rootfs/etc/systemd/network/80-container.network', '[Match]\nName=host0\n')
  put('root/usr/bin/tool', elfFile(), 0o4755)
}

const INSTALLED = '/usr/share/bitbuilder/templates'
const SHIPPED = join(import.meta.dirname, '../../../templates')

/** As if the templates of this repository were installed. */
const withTemplates = (host: Host): Host => {
  const there = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(there)
    return typeof one === 'string' && one.startsWith(INSTALLED) ? SHIPPED + one.slice(INSTALLED.length) : one
  }
  return new Proxy(host, {
    get: (target, key) => {
      const member = target[key as keyof Host] as unknown
      return typeof member === 'function' ? (...args: unknown[]) => member.apply(target, args.map(there)) : member
    },
  })
}

const run = (...args: readonly string[]) => {
  const out: string[] = []
  const err: string[] = []
  const real = nodeHost('')
  const host: Host = {
    ...real,
    isTerminal: () => false,
    print: (text) => out.push(text),
    log: (_, line) => err.push(line),
  }
  const status = runByName(withTemplates({ ...host, calledAs: 'bitbuilder' }), args, { bitbuilder })
  return { status, out: out.join('').replaceAll(world, ''), err }
}

const instantiate = (target: string, ...more: readonly string[]) =>
  run('template', 'instantiate', `${world}/template`, `${world}/${target}`, `--userland=${world}/root`, ...more)

const SET = '--set=HOSTNAME=web-1'

/** What is there, with modes and contents. */
const list = (target: string): string =>
  spawnSync(
    'sh',
    [
      '-c',
      `cd "$1" && find . -printf '%M %T@ %p %l\\n' | sort -k3 && find . -type f -print0 | sort -z | xargs -0 sha256sum`,
      'sh',
      join(world, target),
    ],
    { encoding: 'utf8' },
  ).stdout

const text = (path: string): string => readFileSync(join(world, path), 'utf8')

describe('an instance', () => {
  test('has what the template has, with values, programs, and what git cannot keep', () => {
    putTemplate()
    const { status, out } = instantiate('made', SET)
    expect({ status, out }).toMatchObject({ status: 0 })
    expect(out).toContain('/made: web 1.2.3, ')
    expect(text('made/config/a.conf')).toBe('colour=red web-1\n')
    expect(text('made/config/b.txt')).toBe('{{NOT}} rendered\n')
    expect(text('made/rootfs/etc/hostname')).toBe('web-1\n')
    expect(JSON.parse(text('made/metadata.json'))).toEqual({
      ...METADATA,
      instance: { template: 'web', version: '1.2.3', parameters: { COLOUR: 'red', HOSTNAME: 'web-1' } },
    })
    const modes = ['config/a.conf', 'scripts/run.sh', 'rootfs/usr/bin/tool', 'rootfs/tmp', 'rootfs/run', 'rootfs/dev']
    expect(modes.map((path) => (statSync(join(world, 'made', path)).mode & 0o7777).toString(8))).toEqual([
      '644',
      '755',
      '755',
      '1777',
      '755',
      '755',
    ])
    expect(existsSync(join(world, 'made/.git'))).toBe(false)
    expect(existsSync(join(world, 'made/rootfs/run/.gitkeep'))).toBe(false)
    expect(readdirSync(world).sort()).toEqual(['made', 'root', 'template'])
  })

  test('is the same each time, and of a copy with other modes and times', () => {
    putTemplate()
    instantiate('one', SET)
    cpSync(join(world, 'template'), join(world, 'copy'), { recursive: true, verbatimSymlinks: true })
    chmodSync(join(world, 'copy/config/b.txt'), 0o660)
    run('template', 'instantiate', `${world}/copy`, `${world}/two`, `--userland=${world}/root`, SET)
    expect(list('two')).toBe(list('one'))
    expect(list('one')).toContain('rootfs/usr/bin/tool')
  })

  test('is no template', () => {
    putTemplate()
    instantiate('made', SET)
    const { status, out } = run('template', 'instantiate', `${world}/made`, `${world}/again`, SET)
    expect({ status, out }).toMatchObject({
      status: 1,
      out: expect.stringContaining('this is an instance, and no template'),
    })
  })

  test('--json says what was made', () => {
    putTemplate()
    expect(JSON.parse(instantiate('made', SET, '--json').out)).toMatchObject({
      directory: '/made',
      template: METADATA.template,
    })
    expect(JSON.parse(instantiate('other', '--json').out)).toMatchObject({
      directory: null,
      problems: [{ severity: 'error' }],
    })
  })

  test('fills an empty directory, and no other', () => {
    putTemplate()
    mkdirSync(join(world, 'made'))
    expect(instantiate('made', SET).status).toBe(0)
    expect(instantiate('made', SET).out).toContain('/made: is there already, and not empty')
    put('file', '')
    expect(instantiate('file', SET).out).toContain('/file: is there already')
  })
})

describe('what is refused leaves nothing', () => {
  const refuse = (words: string, ...args: readonly string[]): void => {
    const before = readdirSync(world).sort()
    const { status, out } = instantiate('made', ...(args.length === 0 ? [SET] : args))
    expect(out).toContain(words)
    expect(status).toBe(1)
    expect(readdirSync(world).sort()).toEqual(before)
  }

  test.each([
    ["parameter 'HOSTNAME' has to be set, its name", ['--userland=/']],
    ["parameter 'HOSTNAME': 'a b' has more in it than letters", ['--set=HOSTNAME=a b']],
    ["parameter 'HOSTNAME': 'a\\x0ab' has control characters", ['--set=HOSTNAME=a\nb']],
    ["parameter 'COLOUR': 'blue' does not match red|green", [SET, '--set=COLOUR=blue']],
    ["the template has no parameter 'SIZE'", [SET, '--set=SIZE=1']],
  ])('%s', (words, args) => {
    putTemplate()
    refuse(words, ...args)
  })

  test('a placeholder that names nothing', () => {
    putTemplate()
    put('template/config/a.conf', 'a\nb={{COLOR}}\n')
    refuse("/template/config/a.conf:2:3: '{{COLOR}}' names no parameter")
  })

  test('a rendered file that is no text', () => {
    putTemplate()
    put('template/config/a.conf', Uint8Array.from([0xff, 0xfe, 0]))
    refuse('/template/config/a.conf: cannot be rendered: ')
  })

  test('a rendered file that is too large', () => {
    putTemplate()
    truncateSync(join(world, 'template/config/a.conf'), 2 << 20)
    refuse('/template/config/a.conf: cannot be rendered: ')
  })

  test('a FIFO', () => {
    putTemplate()
    makeFifo(join(world, 'template/config/fifo'))
    refuse('/template/config/fifo: is a fifo: templates have files, directories and links')
  })

  test('a file so large that no disk has it', () => {
    putTemplate()
    put('template/huge', '')
    truncateSync(join(world, 'template/huge'), 2 ** 40)
    refuse('/template/huge: makes the template larger than')
  })

  test('a name with control characters', () => {
    putTemplate()
    put('template/a\nb', '')
    refuse('/template/a\\x0ab: has control characters in its name')
  })

  test('a file of the template in the place of a directory that programs go to', () => {
    putTemplate()
    put('template/rootfs/usr/bin', '')
    refuse("userland.programs: 'usr/bin/tool' has a file, or a loop of links, in the place of a directory")
  })

  test('links that lead out are nowhere followed', () => {
    putTemplate()
    symlinkSync(`/../../../../../../../../../..${world}/outside`, join(world, 'template/rootfs/usr/bin'))
    mkdirSync(join(world, 'outside'))
    instantiate('made', SET)
    expect(readdirSync(join(world, 'outside'))).toEqual([])
  })

  test('a tree that does not comply', () => {
    putTemplate()
    rmSync(join(world, 'template/rootfs/usr/lib/os-release'))
    refuse('/made/rootfs')
  })

  test('what this host does not have, unless it is forced', () => {
    putTemplate({ ...METADATA, requirements: { kernel: '>=999' } })
    refuse('requirements: kernel: >=999 is required, this is Linux ')
    expect(instantiate('made', SET, '--force').status).toBe(0)
  })

  test('what is no template', () => {
    expect(run('template', 'instantiate', `${world}/none`, `${world}/made`)).toMatchObject({
      status: 1,
      err: [expect.stringContaining('is neither here nor a directory')],
    })
    mkdirSync(join(world, 'template'))
    mkdirSync(join(world, 'root'))
    refuse('/template/metadata.json: is not there, so this is no template')
  })
})

describe('a new template', () => {
  const create = (type: string, target: string) => run('template', 'new', type, `${world}/${target}`)

  test.each([
    ['container', 'shop', 'tenant-container-template'],
    ['infrastructure', 'shop-infra', 'tenant-infra-template'],
    ['machine', 'tenant-machine-template-2', 'tenant-machine-template'],
    ['homed', 'people', 'tenant-homed-template'],
    ['network', 'lan', 'tenant-network-template'],
    ['sysext', 'my-base-tools.sysext', 'base-tools.sysext'],
    ['confext', 'mine.confext', 'network-policies.confext'],
  ] as const)(
    'of type %s is called as its directory, everywhere in it, and complies as its model does',
    (type, name, model) => {
      const { status, out, err } = create(type, name)
      expect({ status, err }).toEqual({ status: 0, err: [] })
      expect(out).toContain(`/${name}: the template '${name}'`)
      expect(JSON.parse(text(`${name}/metadata.json`)).template).toMatchObject({ type, name })
      const found = (path: string) =>
        verifyPath(nodeHost(''), path, { mode: 'source' }).list.map(({ rule, severity }) => `${severity} ${rule.id}`)
      expect(found(join(world, name))).toEqual(found(join(SHIPPED, model)))
      expect(found(join(world, name)).filter((one) => one.startsWith('error'))).toEqual([])
    },
  )

  test.each([
    ['vm', 'x', "type 'vm': is not known, there are infrastructure, machine"],
    ['container', 'X', "'X' is no name of a template"],
    ['container', 'there', 'is there already, and not empty'],
  ])('%s %s is refused', (type, name, words) => {
    put('there/a', '')
    const { status, err } = create(type, name)
    expect({ status, err: err.join('\n') }).toEqual({ status: 1, err: expect.stringContaining(words) })
  })
})
