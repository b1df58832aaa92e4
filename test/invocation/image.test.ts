import { mkdirSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { needTools } from '../../build/prerequisites.mjs'
import { ENGINES, type Engine } from '../support/engines.ts'
import { SITE, TOOLS, writeTree } from '../support/image-world.ts'
import { temporaryDir } from '../support/materialise.ts'
import { call, linkProgram } from './packed.ts'

beforeAll(() => needTools('mksquashfs', 'mkfs.erofs', 'script'), 300_000)

interface Image {
  readonly sha256: string
}

const build = (dir: string, engine: Engine, tree: string, format: string): Image => {
  const out = `${dir}/${engine}`
  mkdirSync(out, { recursive: true })
  const command = [linkProgram(dir, engine, 'bitbuilder'), 'image', 'build', tree, out, `--format=${format}`, '--json']
  const { status, stdout, stderr } = call(command)
  expect([status, stderr]).toEqual([0, ''])
  return JSON.parse(stdout).image
}

test.each(['squashfs', 'erofs'])('both engines make the same %s', (format) => {
  using dir = temporaryDir()
  for (const [name, files] of Object.entries({ tools: TOOLS, site: SITE })) {
    const tree = writeTree(`${dir.path}/${name}`, files)
    const [portable, native] = ENGINES.map((engine) => build(dir.path, engine, tree, format).sha256)
    expect(native).toBe(portable)
  }
})

// A tool that takes its time, in the place of the real one.
const SLOW = `#!/bin/sh
case $1 in -version) echo mksquashfs version 4.7; exit;; esac
for part in 20 60; do echo $part; sleep 0.5; done
printf hsqs >"$2"
`

test.each(ENGINES)('%s: a bar goes on at a terminal while it is made, and in a pipe there is none', (engine) => {
  using dir = temporaryDir()
  const tree = writeTree(`${dir.path}/tools`, TOOLS)
  writeTree(`${dir.path}/slow`, { mksquashfs: SLOW })
  const env = { PATH: `${dir.path}/slow:${process.env.PATH}`, TERM: 'xterm' }
  const line = `${linkProgram(dir.path, engine, 'bitbuilder')} image build ${tree} ${dir.path}/tools.raw`
  const onTerminal = call(['script', '--quiet', '--return', '--command', line, '/dev/null'], env)
  expect(onTerminal.status).toBe(0)
  expect(onTerminal.stdout).toMatch(/\r\u001b\[Kmaking tools\.raw {2}\[#####-{19}\] {2}20 % {2}0\.0 MiB {2}\d s/)
  expect(onTerminal.stdout).toMatch(/\[#{14}-{10}\] {2}60 % .*\r\u001b\[K[^\r]*tools\.raw: sysext tools/)
  const inPipe = call(['sh', '-c', line], env)
  expect(inPipe.stdout).not.toMatch(/[\r\u001b%]/)
})
