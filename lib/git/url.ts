/** Addresses of repositories, as git-fetch(1) takes them under "GIT URLS". */

/** What `Protocols=` has to have: the scheme; `ssh` for `user@host:path`, `file` for a path of this host. */
export const protocolOf = (url: string): string => {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//.exec(url)?.[1]
  if (scheme === undefined) return url.startsWith('/') ? 'file' : 'ssh'
  return scheme === 'git+ssh' || scheme === 'ssh+git' ? 'ssh' : scheme
}

/** `user:password` of an address; undefined where there is nothing secret. A name alone is a token for http, and none for ssh. */
const secretOf = (url: string): string | undefined => {
  const found = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)@/.exec(url)
  if (found === null) return undefined
  const [, scheme = '', user = ''] = found
  return scheme.startsWith('http') || user.includes(':') ? user : undefined
}

const HIDDEN = '***'

/** The address as it may be shown. */
export const withoutCredentials = (url: string): string => {
  const secret = secretOf(url)
  const plain = secret === undefined ? url : url.replace(`//${secret}@`, `//${HIDDEN}@`)
  return plain.replace(/\?.*$/, `?${HIDDEN}`)
}

/** The address with nothing secret in it, for somebody who is to have a key of their own. */
export const publicAddress = (url: string): string => {
  const secret = secretOf(url)
  return (secret === undefined ? url : url.replace(`//${secret}@`, '//')).replace(/\?.*$/, '')
}

/** What git says of an address, without what nobody should read. */
export const hideCredentials = (url: string, text: string): string => {
  const secret = secretOf(url)
  const query = /\?(.+)$/.exec(url)?.[1]
  const parts = [secret, secret?.slice(secret.indexOf(':') + 1), query].filter(
    (part): part is string => part !== undefined && part !== '',
  )
  return parts
    .reduce((shown, part) => shown.replaceAll(part, HIDDEN), text)
    .replace(/(:\/\/)[^/\s@'"]*:[^/\s@'"]*@/g, `$1${HIDDEN}@`)
}
