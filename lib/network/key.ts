import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { requireDirectory } from '../host/require-directory.ts'
import { tenantDir, wireguardDir, wireguardKey, wireguardPublicKey } from '../layout/paths.ts'

/** A tenant's WireGuard key. It is born here and stays here, and no message of ours has it. */

const PATIENCE = 30
const KEY = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=\n?$/
const LONGEST = 256

const wg = (host: Host, command: readonly string[]): string => {
  const { status, stdout } = host.run(command, PATIENCE)
  if (status === 127) throw new HostError('wg', 'is not installed, network.wireguard needs wireguard-tools')
  // Its output may be the key: only ever a status is told.
  if (status !== 0 || !KEY.test(stdout))
    throw new HostError(command.slice(0, 2).join(' '), `failed with status ${status}`)
  return stdout
}

/** networkd is not root: it may read the key, and pass through what leads to it. */
const makeKey = (host: Host, id: string): void => {
  for (const dir of [tenantDir(id), wireguardDir(id)]) {
    requireDirectory(host, dir)
    if (host.stat(dir) === undefined) host.makeDirMode(dir, 0o711)
  }
  const path = wireguardKey(id)
  if (host.stat(path) === undefined) host.replaceFile(path, wg(host, ['wg', 'genkey']), 0o640)
  const found = host.readFileInside(tenantDir(id), path.slice(tenantDir(id).length + 1), LONGEST)
  if (found === undefined || !KEY.test(found.text)) throw new HostError(path, 'is no WireGuard key')
  mustRun(host, ['chown', '--no-dereference', 'root:systemd-network', path], PATIENCE)
  if (found.stat.mode !== 0o640) mustRun(host, ['chmod', '0640', path], PATIENCE)
}

/** Makes the key where there is none, and writes its public half beside it, for everybody to read. */
export const ensureKey = (host: Host, id: string): void => {
  makeKey(host, id)
  const publicKey = wg(host, ['sh', '-c', 'exec wg pubkey <"$1"', 'sh', wireguardKey(id)])
  const path = wireguardPublicKey(id)
  if (host.stat(path)?.kind !== 'file' || host.readFile(path, LONGEST)?.text !== publicKey)
    host.replaceFile(path, publicKey, 0o644)
}
