/** A booted systemd to test on, and what a test may do with it. */

import { type ChildProcess, spawn } from 'node:child_process'
import {
  chmodSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { imageFile } from './image.ts'
import { debFile } from './product.ts'
import { type Finished, type RunOptions, run, until } from './run.ts'

const BOOT = fileURLToPath(new URL('boot.sh', import.meta.url))

/** Seconds. A boot takes two; more only on a machine that has a lot to do. */
const BOOT_PATIENCE = 90

export interface Files {
  /** Text by absolute path; one that starts with `#!` is made executable. */
  readonly [path: string]: string
}

export interface MachineOptions {
  /** There before the first boot. */
  readonly files?: Files
  /** Run with chroot(8) on the machine's root before the first boot, sh. */
  readonly prepare?: string
  /** Whether our package is installed before the first boot. */
  readonly installed?: boolean
  /** A directory copied over the root before the first boot. */
  readonly tree?: string
  /** Arguments of PID 1: in a container what the kernel command line is elsewhere. */
  readonly argv?: readonly string[]
}

const seed = (dir: string, { files = {}, tree, prepare = '', installed = false }: MachineOptions): void => {
  mkdirSync(join(dir, 'seed'))
  if (tree !== undefined) cpSync(tree, join(dir, 'seed'), { recursive: true, verbatimSymlinks: true })
  for (const [path, text] of Object.entries(files)) {
    const file = join(dir, 'seed', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    chmodSync(file, text.startsWith('#!') ? 0o755 : 0o644)
  }
  if (installed) copyFileSync(debFile(), join(dir, 'seed/package.deb'))
  const install = installed ? 'dpkg --install /package.deb\nrm /package.deb\n' : ''
  writeFileSync(join(dir, 'prepare'), `#!/bin/sh -eux\n${install}${prepare}\n`, { mode: 0o755 })
}

export class Machine {
  readonly #dir: string
  readonly #keeper: ChildProcess
  #init = 0

  /** Starts the boot; `booted()` waits for it. */
  constructor(options: MachineOptions) {
    this.#dir = mkdtempSync('/var/tmp/bitbuilder-test-')
    copyFileSync(imageFile, join(this.#dir, 'disk.img'), constants.COPYFILE_FICLONE)
    seed(this.#dir, options)
    const name = `bb-${this.#dir.slice(-6)}`
    const boot = ['--boot', 'systemd.log_target=journal-or-kmsg', ...(options.argv ?? [])]
    // A session of its own: Ctrl-C at the terminal ends the test, and with it our end of the pipe.
    this.#keeper = spawn('unshare', ['-m', '--propagation', 'private', BOOT, name, this.#dir, ...boot], {
      stdio: ['pipe', 'ignore', 'inherit'],
      detached: true,
    })
  }

  /** A directory on this side that goes with the machine. */
  get scratch(): string {
    return this.#dir
  }

  #read(file: string): string {
    const path = join(this.#dir, file)
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }

  /** PID 1 of the machine as this side sees it; not the same after a reboot. */
  #findInit(): number | undefined {
    if (existsSync(join(this.#dir, 'unprepared'))) throw new Error(`prepare failed:\n${this.#read('prepare.log')}`)
    const nspawn = this.#read('nspawn.pid').trim()
    if (nspawn === '') return undefined
    const children = run(['pgrep', '-P', nspawn]).stdout.split('\n')
    return children.map(Number).find((pid) => {
      const status = `/proc/${pid}/status`
      return (
        pid !== 0 && pid !== this.#init && existsSync(status) && /^NSpid:.*\t1$/m.test(readFileSync(status, 'utf8'))
      )
    })
  }

  /** Waits until everything that starts at boot has been tried. The state it ends in: `running`, `degraded`, … */
  async booted(): Promise<string> {
    this.#init = await until('PID 1', BOOT_PATIENCE, () => this.#findInit())
    return until('the boot', BOOT_PATIENCE, () => {
      const state = this.run(['systemctl', 'is-system-running']).stdout.trim()
      return /^(?:running|degraded|maintenance)$/.test(state) ? state : undefined
    })
  }

  async reboot(): Promise<string> {
    this.run(['systemctl', '--no-block', 'reboot'])
    return this.booted()
  }

  /** Runs a command in the machine: a line of sh, or words. */
  run(command: string | readonly string[], options: RunOptions = {}): Finished {
    const words = typeof command === 'string' ? ['sh', '-c', command] : command
    const enter = ['nsenter', '-t', String(this.#init), '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w', '--']
    return run(
      [...enter, 'env', '-i', 'PATH=/usr/sbin:/usr/bin', 'LC_ALL=C.UTF-8', 'SYSTEMD_COLORS=0', ...words],
      options,
    )
  }

  /** What a command says that must succeed, without the newline at its end. */
  must(command: string | readonly string[], options: RunOptions = {}): string {
    const { status, stdout, stderr } = this.run(command, options)
    if (status !== 0) throw new Error(`${String(command)}: exit status ${status}\n${stdout}${stderr}`)
    return stdout.replace(/\n$/, '')
  }

  write(path: string, text: string | Uint8Array): void {
    this.must(['sh', '-c', 'mkdir -p "$(dirname "$1")" && cat >"$1"', 'sh', path], { input: text })
  }

  /** Properties of a unit, systemctl(1) show. */
  show(unit: string, ...properties: readonly string[]): Readonly<Record<string, string>> {
    const lines = this.must(['systemctl', 'show', `--property=${properties.join(',')}`, '--', unit]).split('\n')
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
  }

  /** Messages of this boot, one a line, as journalctl(1) prints them. */
  journal(...args: readonly string[]): string {
    return this.run(['journalctl', '--boot', '--no-pager', '--output=short-monotonic', ...args]).stdout
  }

  /** Waits until systemd has nothing left to do: systemctl waits for the unit it names, not for what goes with it. */
  settle(): void {
    this.must(`timeout 60 sh -c 'until [ -z "$(systemctl list-jobs --no-legend)" ]; do sleep 0.1; done'`)
  }

  /** Installs or upgrades our package, as an administrator does on a running host. */
  install(): void {
    this.write('/root/package.deb', readFileSync(debFile()))
    this.must('dpkg --install /root/package.deb && rm /root/package.deb')
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#keeper.once('exit', resolve))
    if (this.#keeper.exitCode !== null) return
    this.#keeper.stdin?.end()
    await gone
  }

  /** For people: what was going on when a test failed. */
  report(): string {
    const journal = this.#init === 0 ? '' : this.journal('--lines=300')
    return `--- console\n${this.#read('console')}\n--- journal\n${journal}`
  }
}

/** A machine for all tests of a file, or of a `describe`: booted before the first, taken away after the last. */
export const useMachine = (options: MachineOptions = {}): { readonly machine: Machine } => {
  const used: { machine?: Machine } = {}
  beforeAll(async () => {
    const machine = new Machine(options)
    used.machine = machine
    try {
      await machine.booted()
    } catch (error) {
      console.error(machine.report())
      throw error
    }
  })
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.error(used.machine?.report())
  })
  afterAll(() => used.machine?.stop())
  return {
    get machine() {
      if (used.machine === undefined) throw new Error('the machine is there only inside tests')
      return used.machine
    },
  }
}
