import type { Host, Reader } from '../host/host.ts'
import { HostError, orElse } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { NETWORK_LOCK, RUNTIME_DIR } from '../layout/paths.ts'

/** What networkctl(1) does for our programs. Bounds in seconds. */

const PATIENCE_LOCK = 300
const PATIENCE = 60
const TRIES = 50
const PAUSE = 100

/** Everything that changes the network of more than one tenant goes through here, one at a time. */
export const withNetwork = <T>(host: Host, work: () => T): T => {
  host.makeDir(RUNTIME_DIR)
  return host.withLock(NETWORK_LOCK, PATIENCE_LOCK, work)
}

export const hasInterface = (reader: Reader, name: string): boolean =>
  reader.stat(`/sys/class/net/${name}`) !== undefined

/** sysfs(5): a file of one short line says that it is a page long, and pages may be large. */
const PAGE = 64 << 10

/** What the kernel says of an interface, `mtu` or `carrier`; undefined where it says nothing. */
export const readInterface = (reader: Reader, name: string, file: string): string | undefined =>
  orElse(
    () => reader.readFile(`/sys/class/net/${name}/${file}`, PAGE)?.text.trim(),
    () => undefined,
  )

/**
 * udevd looks for new .link files every few seconds, and once it has seen an interface without them it does not come back.
 * A container has no udevd, and its interfaces no second name.
 */
export const reloadUdev = (host: Host): void => {
  if (host.stat('/run/udev/control') !== undefined) mustRun(host, ['udevadm', 'control', '--reload'], PATIENCE)
}

/** networkd takes one reload at a time, and somebody else may have asked for one. */
export const reloadNetworkd = (host: Host): void => {
  for (let tries = 1; ; tries += 1) {
    const { status, stdout, stderr } = host.run(['networkctl', 'reload'], PATIENCE)
    if (status === 0) return
    if (!stderr.includes('AlreadyReloading') || tries === TRIES) {
      throw new HostError('networkctl reload', `failed with status ${status}: ${(stderr || stdout).trim()}`)
    }
    host.sleep(PAUSE)
  }
}

/** networkd has read the files, the interface follows. A second reload in between would make it twice. */
export const waitForInterface = (host: Host, name: string): void => {
  for (let tries = 1; !hasInterface(host, name); tries += 1) {
    if (tries === TRIES)
      throw new HostError(`interface ${name}`, 'was not made by systemd-networkd, see networkctl status')
    host.sleep(PAUSE)
  }
}

/**
 * It has its address. networkd would have it "configuring" for ever: a bridge without guests has no carrier, and without that
 * IPv6 never gets ready.
 */
export const waitForAddress = (host: Host, name: string, address: string): void => {
  const command = ['ip', '-json', '-4', 'address', 'show', 'dev', name]
  const deadline = host.now() + PATIENCE * 1000
  while (!mustRun(host, command, PATIENCE).replaceAll(' ', '').includes(`"local":"${address}"`)) {
    if (host.now() > deadline)
      throw new HostError(`interface ${name}`, `did not get its address ${address}, see networkctl status ${name}`)
    host.sleep(PAUSE)
  }
}
