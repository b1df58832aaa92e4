/** A whole machine with disks and a kernel of its own, under emulation: what a container shares with its host is real here. */

import { type ChildProcess, spawn } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { must } from '../run.ts'
import { Answers } from './answers.ts'
import { ensureVmImage, type VmImage } from './image.ts'

const DISKS = fileURLToPath(new URL('disks.sh', import.meta.url))
const REPORT = fileURLToPath(new URL('report.sh', import.meta.url))

/** Seconds for one boot with all its probes. It takes half a minute; more only on a machine that has a lot to do. */
const PATIENCE = 420

/** Bytes. */
const REPORT_SIZE = 8 << 20

/** A line of sh for each name, run in this order. */
export type Probes = Readonly<Record<string, string>>

export interface MachineOptions {
  readonly deb: string
  /** Text by absolute path; one that starts with `#!` is made executable. */
  readonly files: Readonly<Record<string, string>>
  /** Run with chroot(8) on the machine's root before the first boot, sh. */
  readonly prepare: string
  /** Whether /var counts and limits what a project holds, ext4(5). */
  readonly projectQuota?: boolean
  /** Asked while the boot is not over yet, after multi-user.target. */
  readonly before: Probes
  /** Asked when the machine has nothing more to do. */
  readonly after: Probes
}

const HERE = '/usr/local/lib/whole-machine'
const DISK = '/dev/disk/by-id/virtio-report'

/** Type=exec: the start job is over before the probes that wait for the end of the boot. */
const REPORT_SERVICE = `[Unit]
Description=Report to the Test
After=multi-user.target

[Service]
Type=exec
ExecStartPre=${HERE}/report before
ExecStart=${HERE}/report after ${DISK}
`

const fstab = (options: string): string => `/dev/vda / ext4 rw 0 1
LABEL=var /var ext4 ${options} 0 2
`

/** mkfs.ext4(8): a quota cannot be had later without taking the file system away. */
const QUOTA = ['-O', 'quota,project', '-E', 'quotatype=prjquota'] as const

/** Nothing of this can be asked for or does anything in a machine without a terminal or a network. */
const PREPARE = `
systemd-machine-id-setup
systemctl mask serial-getty@ttyS0.service getty@tty1.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer
systemctl add-wants multi-user.target report.service
`

const probeFiles = (folder: string, probes: Probes): Record<string, string> =>
  Object.fromEntries(
    Object.entries(probes).map(([name, line], index) => [
      `${HERE}/${folder}/${String(index).padStart(2, '0')}-${name}`,
      `${line}\n`,
    ]),
  )

const seed = (dir: string, files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) {
    const file = join(dir, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    chmodSync(file, text.startsWith('#!') ? 0o755 : 0o644)
  }
}

const makeDisks = (dir: string, image: VmImage, options: MachineOptions): void => {
  copyFileSync(image.root, join(dir, 'root.img'), constants.COPYFILE_FICLONE)
  copyFileSync(options.deb, join(dir, 'bitbuilder.deb'))
  seed(join(dir, 'seed'), {
    '/etc/fstab': fstab(options.projectQuota === true ? 'rw,prjquota' : 'rw'),
    '/etc/hostname': 'whole-machine\n',
    '/etc/systemd/system/report.service': REPORT_SERVICE,
    [`${HERE}/report`]: readFileSync(REPORT, 'utf8'),
    '/prepare': `${PREPARE}${options.prepare}`,
    ...probeFiles('before', options.before),
    ...probeFiles('after', options.after),
    ...options.files,
  })
  must(['unshare', '-m', '--propagation', 'private', DISKS, dir, ...(options.projectQuota === true ? QUOTA : [])])
}

/**
 * QEMU before 8.1 may translate a page of code while another processor changes it. A kernel that changes its own code then
 * runs into a breakpoint that is gone, and dies. It does so in its first seconds, before it has seen a disk.
 */
const EMULATOR_FAULT = /Oops: int3:/
const MOST_TRIES = 3

/** A raw file as a virtio disk; `serial` is the name it has in /dev/disk/by-id. */
const drive = (file: string, serial: string): readonly string[] => [
  '-drive',
  `file=${file},if=none,id=${serial},format=raw,cache=unsafe`,
  '-device',
  `virtio-blk-pci,drive=${serial},serial=${serial}`,
]

/** Emulated in any case: where there is a /dev/kvm, it need not work. */
const qemu = (dir: string, { kernel, initrd }: VmImage): readonly string[] => [
  'qemu-system-x86_64',
  ...['-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '2048'],
  ...['-nodefaults', '-nographic', '-no-reboot', '-net', 'none', '-serial', 'stdio'],
  ...['-kernel', kernel, '-initrd', initrd],
  ...['-append', 'root=/dev/vda rw console=ttyS0 panic=-1 quiet systemd.show_status=error'],
  ...drive(join(dir, 'root.img'), 'root'),
  ...drive(join(dir, 'var.img'), 'var'),
  ...drive(join(dir, 'report.img'), 'report'),
]

export class WholeMachine {
  readonly #dir = mkdtempSync('/var/tmp/bitbuilder-vm-')
  readonly #image: VmImage
  #qemu: ChildProcess | undefined

  constructor(options: MachineOptions) {
    try {
      this.#image = ensureVmImage()
      makeDisks(this.#dir, this.#image, options)
    } catch (error) {
      this.remove()
      throw error
    }
  }

  /** Boots, asks everything, and ends. Throws with the console when there is no report. */
  async boot(): Promise<Answers> {
    for (let tries = 1; ; tries += 1) {
      const text = await this.#report()
      if (text.endsWith('\n')) return new Answers(text.trimEnd().split('\n'))
      if (tries === MOST_TRIES || !EMULATOR_FAULT.test(this.console()))
        throw new Error(`the machine ended without a report, its console:\n${this.console()}`)
      console.warn(`the emulator ran code that was no longer there, and the machine boots again:\n${this.console()}`)
    }
  }

  /** What one boot has written to the third disk. */
  async #report(): Promise<string> {
    const report = join(this.#dir, 'report.img')
    writeFileSync(report, '')
    truncateSync(report, REPORT_SIZE)
    await this.#run()
    return readFileSync(report, 'utf8').replace(/\0+$/, '')
  }

  /** Until the machine has rebooted, which ends it here. Killed with whoever started it, and when it takes too long. */
  async #run(): Promise<void> {
    const out = openSync(join(this.#dir, 'console'), 'w')
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...qemu(this.#dir, this.#image)], {
      stdio: ['ignore', out, out],
    })
    this.#qemu = child
    closeSync(out)
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE * 1000)
    await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject))
    clearTimeout(timer)
  }

  /** All that the machine has written to its serial line in the last boot. */
  console(): string {
    return readFileSync(join(this.#dir, 'console'), 'utf8')
  }

  /** Takes the machine away, running or not. */
  remove(): void {
    this.#qemu?.kill('SIGKILL')
    rmSync(this.#dir, { recursive: true, force: true })
  }
}
