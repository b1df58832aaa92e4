import type { Environment, Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'

const LONGEST_COMMAND_LINE = 64 << 10

const OFF = /^(?:0|no|n|f|false|off)$/i

/** In a container the kernel command line is the outer host's; there systemd takes the arguments of its own PID 1. */
const readCommandLine = (host: Reader & Environment): string => {
  const file = host.env('SYSTEMD_PROC_CMDLINE')
  if (file !== undefined) return file
  const inContainer = host.env('SYSTEMD_VIRTUALIZATION')?.startsWith('container:') === true
  const path = inContainer ? '/proc/1/cmdline' : '/proc/cmdline'
  return orElse(
    () => host.readFile(path, LONGEST_COMMAND_LINE)?.text.replaceAll('\0', ' ') ?? '',
    () => '',
  )
}

/** `bitbuilder=0` on the kernel command line, kernel-command-line(7) manners: the last one counts. And never in an initrd. */
export const isSwitchedOff = (host: Reader & Environment): boolean => {
  if (host.env('SYSTEMD_IN_INITRD') === '1') return true
  const switches = readCommandLine(host)
    .split(/\s+/)
    .filter((word) => word.startsWith('bitbuilder='))
  return OFF.test(switches.at(-1)?.slice('bitbuilder='.length) ?? '')
}
