import { readOsRelease } from '../extensions/release.ts'
import type { Host } from '../host/host.ts'
import type { Packages } from './check.ts'

/** The command that brings packages. */
export type Install = (packages: string | Packages) => string

/** How packages are installed here, by ID= and ID_LIKE= of os-release(5). */
export const installer = (host: Host): Install => {
  const release = readOsRelease(host, '')
  const like = `${release.get('ID') ?? ''} ${release.get('ID_LIKE') ?? ''}`.split(' ')
  return (packages) => {
    const { debian, fedora } = typeof packages === 'string' ? { debian: packages, fedora: packages } : packages
    if (like.includes('debian')) return `apt install ${debian}`
    if (like.includes('fedora') || like.includes('rhel')) return `dnf install ${fedora}`
    return debian === fedora ? `install ${debian}` : `install ${debian} (as Debian calls it) or ${fedora} (Fedora)`
  }
}
