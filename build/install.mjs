/** The tree of an installed host, below a directory: what both packages hold. */

import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { gzipSync } from 'node:zlib'
import fastGlob from 'fast-glob'
import { buildWith } from './engines.mjs'
import { needTools } from './prerequisites.mjs'
import { BUILT, GENERATORS, inProject, PROGRAMS, sourceDateEpoch } from './project.mjs'
import { withRules } from './rules-page.mjs'
import { run } from './run.mjs'

const SCHEMAS = ['tenant', 'registry', 'metadata', 'template']

/** Whole folders: what is found below `from` goes to the same place below `to`. */
const FOLDERS = [
  { from: 'packaging/systemd', to: '/usr/lib/systemd/system' },
  { from: 'packaging/systemd-preset', to: '/usr/lib/systemd/system-preset' },
  { from: 'packaging/sysusers.d', to: '/usr/lib/sysusers.d' },
  { from: 'packaging/tmpfiles.d', to: '/usr/lib/tmpfiles.d' },
  { from: 'packaging/completions/bash', to: '/usr/share/bash-completion/completions' },
  { from: 'packaging/completions/zsh', to: '/usr/share/zsh/vendor-completions' },
  { from: 'packaging/completions/fish', to: '/usr/share/fish/vendor_completions.d' },
  { from: 'packaging/examples', to: '/usr/share/bitbuilder/examples' },
  { from: 'templates', to: '/usr/share/bitbuilder/templates' },
]

const EMPTY = ['/etc/bitbuilder/bitbuilder.conf.d', '/etc/bitbuilder/tenants.d', '/usr/lib/bitbuilder/tenants.d']

/** Everything has the modes of an installed file, whatever the umask or the checkout's. */
const writer = (destdir) => {
  const place = (path) => {
    const target = join(destdir, path)
    makeDir(dirname(path))
    rmSync(target, { force: true })
    return target
  }
  const makeDir = (path) => {
    const target = join(destdir, path)
    const first = mkdirSync(target, { recursive: true })
    if (first === undefined) return
    for (let made = target; made.length >= first.length; made = dirname(made)) chmodSync(made, 0o755)
  }
  return {
    makeDir,
    copy: (from, path, mode = 0o644) => {
      const target = place(path)
      copyFileSync(from, target, constants.COPYFILE_FICLONE)
      chmodSync(target, mode)
    },
    write: (path, content) => {
      const target = place(path)
      writeFileSync(target, content)
      chmodSync(target, 0o644)
    },
    link: (target, path) => symlinkSync(target, place(path)),
  }
}

const installPrograms = ({ copy, link }, executable) => {
  copy(executable, '/usr/lib/bitbuilder/bitbuilder', 0o755)
  for (const name of PROGRAMS) {
    if (!GENERATORS.includes(name)) link('bitbuilder', `/usr/lib/bitbuilder/${name}`)
  }
  for (const name of GENERATORS) link('../../bitbuilder/bitbuilder', `/usr/lib/systemd/system-generators/${name}`)
  link('../lib/bitbuilder/bitbuilder', '/usr/bin/bitbuilder')
}

/** Scripts that an example or a template brings stay scripts, and links links, wherever they lead. */
const installFolders = ({ copy, link }) => {
  for (const { from, to } of FOLDERS) {
    const options = { cwd: inProject(from), dot: true, onlyFiles: false, followSymbolicLinks: false }
    for (const file of fastGlob.sync('**', options).sort()) {
      const source = inProject(`${from}/${file}`)
      const found = lstatSync(source)
      if (found.isSymbolicLink()) link(readlinkSync(source), `${to}/${file}`)
      else if (found.isFile()) copy(source, `${to}/${file}`, (found.mode & 0o100) !== 0 ? 0o755 : 0o644)
    }
  }
}

/** The schemas are printed by the program itself, so that they cannot differ from what it accepts. */
const installSchemas = ({ write }, executable) => {
  for (const name of SCHEMAS) {
    write(`/usr/share/bitbuilder/schemas/${name}.schema.json`, run(executable, ['schema', name]))
  }
}

/** man(1) renders tables only in a page whose first line asks for it, which scdoc leaves out. */
const askForTables = (page) => (/^\.TS$/m.test(page) ? `'\\" t\n${page}` : page)

const installManPages = ({ write }) => {
  needTools('scdoc')
  for (const source of fastGlob.sync('packaging/man/*.scd', { cwd: inProject('.') }).sort()) {
    const page = basename(source, '.scd')
    const section = page.split('.').at(-1)
    // scdoc takes the page's date from there.
    const env = { ...process.env, SOURCE_DATE_EPOCH: sourceDateEpoch() }
    const text = run('scdoc', [], { input: withRules(readFileSync(inProject(source), 'utf8')), env })
    write(`/usr/share/man/man${section}/${page}.gz`, gzipSync(askForTables(text), { level: 9 }))
  }
}

/**
 * @param {string} destdir is made; what is there already and not ours stays
 * @param {{engine: 'native' | 'portable', manPages: boolean}} options the engine's executable has been built
 */
export const installTree = (destdir, { engine, manPages }) => {
  const to = writer(resolve(process.cwd(), destdir))
  const executable = join(BUILT[engine], 'bitbuilder')
  installPrograms(to, executable)
  installFolders(to)
  installSchemas(to, executable)
  if (manPages) installManPages(to)
  to.copy(inProject('packaging/bitbuilder.conf'), '/etc/bitbuilder/bitbuilder.conf')
  for (const path of EMPTY) to.makeDir(path)
}

/** `node build.mjs install DESTDIR` */
export const install = async (destdir, wanted) => {
  const engine = await buildWith(wanted)
  installTree(destdir, { engine, manPages: true })
}
