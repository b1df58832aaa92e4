import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const EXECUTABLE = join(import.meta.dirname, '..', '..', 'dist', 'bitbuilder')

export const GENERATORS = ['tenant-generator', 'mount-generator'] as const

/** The packed executable under the name of a program, as a package installs it. */
export const linkProgram = (dir: string, name: string): string => {
  if (!existsSync(EXECUTABLE)) throw new Error(`${EXECUTABLE} is not there, run: node build.mjs build`)
  const bin = join(dir, 'bin')
  mkdirSync(bin, { recursive: true })
  const path = join(bin, name)
  if (!existsSync(path)) symlinkSync(EXECUTABLE, path)
  return path
}

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end in an environment that holds nothing of ours but `env`. */
export const call = (command: readonly string[], env: Readonly<Record<string, string>> = {}): Ended => {
  const [file = '', ...args] = command
  const { status, stdout, stderr } = spawnSync(file, args, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  })
  return { status, stdout, stderr }
}

/** A shell script in a mount namespace of its own, `$1` and so on being `args`. */
export const callApart = (script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Ended =>
  call(['unshare', '--mount', '--propagation', 'private', 'sh', '-euc', script, 'sh', ...args], env)

/** Everything is read-only but `$1` and a fresh /run, as systemd gives it to generators. */
export const READ_ONLY = `
  out=$1
  mount --bind "$out" "$out"
  mount -t tmpfs none /run
  awk '{ print $5 }' /proc/self/mountinfo | while read -r point; do
    case $point in "$out"|/run|/proc|/proc/*|/sys|/sys/*|/dev|/dev/*|*'\\\\'*) ;; *) mount -o remount,bind,ro "$point" ;; esac
  done
  # mount(8) keeps notes there.
  rm -rf /run/mount
  if touch /tmp/written 2>/dev/null; then echo 'the sandbox is none' >&2; exit 99; fi
`
