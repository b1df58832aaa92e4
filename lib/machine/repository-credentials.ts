/** What the infrastructure VM is told of the tenant's repository, which it fetches for itself: git-sync(8). */

import { toBase64 } from '../compliance/keys/base64.ts'
import type { Repository } from '../git/settings.ts'
import { protocolOf, publicAddress } from '../git/url.ts'
import type { Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { guestKeyFile, signersFile } from '../layout/paths.ts'
import { distrust } from '../registry/trust.ts'
import { withoutUndefined } from '../report/without-undefined.ts'
import type { Tenant } from '../tenant/tenant.ts'

/** Bytes. A VM's credentials go through its firmware tables, which have 64 KiB for all. */
const LARGEST = 12 << 10

/** What cannot be handed in is missing there, where git-sync says so: that must keep no VM from starting. */
const readOwn = (reader: Reader, path: string): string | undefined =>
  orElse(
    () => {
      const found = reader.readFile(path, LARGEST)
      return found === undefined || distrust(found.stat, reader.owner) !== undefined ? undefined : found.text
    },
    () => undefined,
  )

/** Keys may be binary, and a credential of ours is text: RFC 9580, section 6.2. The checksum is optional there. */
const armoured = (reader: Reader, path: string): string | undefined =>
  orElse(
    () => {
      const stat = reader.stat(path)
      if (stat?.kind !== 'file' || stat.size > LARGEST || distrust(stat, reader.owner) !== undefined) return undefined
      const lines = toBase64(reader.readBytes(path, 0, LARGEST)).replace(/.{64}(?=.)/g, '$&\n')
      return `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${lines}\n-----END PGP PUBLIC KEY BLOCK-----\n`
    },
    () => undefined,
  )

const readSigners = (reader: Reader, id: string, verify: Repository['verify']): string | undefined => {
  if (verify === undefined) return undefined
  const path = signersFile(id, verify)
  return readOwn(reader, path) ?? (verify === 'openpgp' ? armoured(reader, path) : undefined)
}

/** None for a repository that is a file of the host. What is secret in an address, and keys of the host, are not in there. */
export const repositoryCredentials = (reader: Reader, { id, repository }: Tenant): Readonly<Record<string, string>> => {
  if (repository === undefined || protocolOf(repository.url) === 'file') return {}
  return withoutUndefined({
    'tenant.repository': JSON.stringify({ ...repository, url: publicAddress(repository.url) }),
    'tenant.signers': readSigners(reader, id, repository.verify),
    'tenant.key': readOwn(reader, guestKeyFile(id, 'key')),
    'tenant.known_hosts': readOwn(reader, guestKeyFile(id, 'known_hosts')),
    'tenant.netrc': readOwn(reader, guestKeyFile(id, 'netrc')),
  }) as Readonly<Record<string, string>>
}
