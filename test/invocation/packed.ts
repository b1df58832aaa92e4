import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Engine, PRODUCTS } from '../support/engines.ts'

export const GENERATORS = ['tenant-generator', 'mount-generator'] as const

/** The executable of an engine under the name of a program, as a package installs it. */
export const linkProgram = (dir: string, engine: Engine, name: string): string => {
  const { executable, command } = PRODUCTS[engine]
  if (!existsSync(executable)) throw new Error(`${executable} is not there: ${command}`)
  const bin = join(dir, 'bin', engine)
  mkdirSync(bin, { recursive: true })
  const path = join(bin, name)
  if (!existsSync(path)) symlinkSync(executable, path)
  return path
}

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

interface CallOptions {
  /** `latin1`: a character for each byte, so that what is equal is equal byte for byte. */
  readonly encoding?: 'utf8' | 'latin1'
}

/** Runs a program to its end in an environment that holds nothing of ours but `env`. */
export const call = (
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { encoding = 'utf8' }: CallOptions = {},
): Ended => {
  const [file = '', ...args] = command
  const { status, stdout, stderr } = spawnSync(file, args, {
    encoding,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  })
  return { status, stdout, stderr }
}

/** A shell script in a mount namespace of its own, `$1` and so on being `args`. */
export const callApart = (
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  options: CallOptions = {},
): Ended => call(['unshare', '--mount', '--propagation', 'private', 'sh', '-euc', script, 'sh', ...args], env, options)

/** In the place of the kernel's log a pipe with the name $1: it holds every record, however often it is opened. */
export const KERNEL_LOG = `
  mkfifo "$1" && mount --bind "$1" /dev/kmsg && exec 3<>/dev/kmsg
  kernel_log() { dd if=/dev/fd/3 iflag=nonblock bs=1M 2>/dev/null || true; }
`

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
