import type { Packages } from '../doctor/check.ts'
import { installer } from '../doctor/install.ts'
import type { Finished, Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'

/** What has each of the programs that make images. */
const PACKAGES = {
  mksquashfs: 'squashfs-tools',
  'mkfs.erofs': 'erofs-utils',
  'mkfs.ext4': 'e2fsprogs',
  'mkfs.vfat': 'dosfstools',
  mcopy: 'mtools',
  'systemd-repart': { debian: 'systemd-repart', fedora: 'systemd-udev' },
} as const satisfies Readonly<Record<string, string | Packages>>

export type Tool = keyof typeof PACKAGES

/** What it prints for `--version` or, if it knows no such thing, for help. */
const QUERY: Readonly<Record<Tool, string>> = {
  mksquashfs: '-version',
  'mkfs.erofs': '--version',
  'mkfs.ext4': '-V',
  'mkfs.vfat': '--help',
  mcopy: '--version',
  'systemd-repart': '--version',
}

/** Seconds. */
const PATIENCE_QUERY = 20

/** 127 is what the port says of a program that could not be started. */
export const hasTool = (host: Host, tool: Tool): boolean => host.run([tool, QUERY[tool]], PATIENCE_QUERY).status !== 127

/** Of something like `mksquashfs version 4.5.1` or `systemd 262 (262-1)`: 4.05, 262. NaN where it says none. */
export const versionOf = (host: Host, tool: Tool): number => {
  const [, major, minor = '0'] =
    /(?:version|systemd)\s+([0-9]+)(?:\.([0-9]{1,2}))?/.exec(host.run([tool, QUERY[tool]], PATIENCE_QUERY).stdout) ?? []
  return Number(major) + Number(minor) / 100
}

/** Since then it needs no loop devices, and so neither root nor a host that is no container. */
const OLDEST: Readonly<Partial<Record<Tool, number>>> = { 'systemd-repart': 254 }

/** Throws HostError that says where to get it. */
export const requireTool = (host: Host, tool: Tool): void => {
  if (!hasTool(host, tool)) throw new HostError(tool, `is not there: ${installer(host)(PACKAGES[tool])}`)
  const oldest = OLDEST[tool]
  if (oldest === undefined) return
  const version = versionOf(host, tool)
  if (!(version >= oldest)) throw new HostError(tool, `is version ${version}, ${oldest} is the oldest that will do`)
}

const LAST_LINES = 5

/** What went wrong, from its last words: before them come those about what went well. */
export const failureOf = ([program = '']: readonly string[], { status, stdout, stderr }: Finished): HostError => {
  const said = (stderr.trim() || stdout.trim()).split('\n').slice(-LAST_LINES).join('; ')
  if (status === 127) return new HostError(program, 'could not be started')
  return new HostError(program, `failed with status ${status}${said === '' ? '' : `: ${said}`}`)
}
