import type { TenantEntry } from '../tenant/schema.ts'

export type Repository = NonNullable<TenantEntry['repository']>

/**
 * The whole configuration of git: that of the system and of users is not read. An address in a file is in nobody's list
 * of processes. What a repository of others says in its own configuration, git obeys only where it is harmless.
 */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  advice: { detachedHead: 'false', fetchShowForcedUpdates: 'false' },
  // Streamed from this size on: a blob that says it is large must not become memory.
  core: {
    attributesFile: '/dev/null',
    bigFileThreshold: '8m',
    deltaBaseCacheLimit: '32m',
    excludesFile: '/dev/null',
    fsmonitor: 'false',
    hooksPath: '/dev/null',
    packedGitLimit: '256m',
    packedGitWindowSize: '32m',
  },
  // Always one pack, which one limit bounds, and never a file for each object.
  fetch: { fsckObjects: 'true', recurseSubmodules: 'false', unpackLimit: '1', writeCommitGraph: 'false' },
  gc: { auto: '0' },
  http: { followRedirects: 'false', lowSpeedLimit: '1000', lowSpeedTime: '60', maxRequests: '2' },
  index: { threads: '1' },
  log: { showSignature: 'false' },
  maintenance: { auto: 'false' },
  pack: { threads: '1', windowMemory: '64m' },
  protocol: { version: '2' },
  // Repositories of this host belong to others; git reads of theirs what any client of theirs may cause it to.
  safe: { bareRepository: 'explicit', directory: '*' },
  submodule: { recurse: 'false' },
  tar: { umask: '0022' },
  transfer: { bundleURI: 'false', fsckObjects: 'true', unpackLimit: '1' },
  // For a commit of a repository on this host by its id.
  uploadpack: { allowAnySHA1InWant: 'true' },
}

/** git-config(1), "Syntax": a value in quotes. */
const quote = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

const render = (name: string, keys: Readonly<Record<string, string>>): string =>
  `[${name}]\n${Object.entries(keys)
    .map(([key, value]) => `\t${key} = ${quote(value)}\n`)
    .join('')}`

/** Only the kind that the registry asks for can be found good. */
const verification = (verify: Repository['verify'], directory: string): string => {
  if (verify === undefined) return ''
  const nobody = { program: '/bin/false' }
  const ssh = { allowedSignersFile: `${directory}/signers`, program: 'ssh-keygen' }
  return [
    render('gpg "openpgp"', verify === 'openpgp' ? { program: 'gpg' } : nobody),
    render('gpg "x509"', nobody),
    // A key that nobody is named for is "undefined", and a keyring has only keys that the administrator put there.
    render('gpg "ssh"', verify === 'ssh' ? ssh : nobody),
    ...(verify === 'ssh' ? [render('gpg', { minTrustLevel: 'fully' })] : []),
  ].join('')
}

/** The file that $GIT_CONFIG_GLOBAL names, in `directory`. */
export const gitConfig = ({ url, verify }: Repository, directory: string): string =>
  [
    ...Object.entries(SETTINGS).map(([name, keys]) => render(name, keys)),
    render('remote "origin"', { url, tagOpt: '--no-tags' }),
    verification(verify, directory),
  ].join('')

/** `info/attributes`, before all that a repository says: its files come out as they went in, and all of them. */
export const ATTRIBUTES = '* -text !eol !ident !filter !working-tree-encoding !export-ignore !export-subst\n'

/** How ssh(1) is called: it asks nobody, knows only the hosts it was told, and opens nothing else. */
export const sshCommand = (directory: string, hasKey: boolean): string =>
  [
    'ssh -F /dev/null',
    ...(hasKey ? [`-i ${directory}/key`] : []),
    ...[
      'BatchMode=yes',
      'ClearAllForwardings=yes',
      'ConnectTimeout=30',
      'ForwardAgent=no',
      'GlobalKnownHostsFile=/etc/ssh/ssh_known_hosts',
      'IdentitiesOnly=yes',
      'IdentityAgent=none',
      'PermitLocalCommand=no',
      'ServerAliveInterval=30',
      'StrictHostKeyChecking=yes',
      'UpdateHostKeys=no',
      `UserKnownHostsFile=${directory}/known_hosts`,
    ].map((option) => `-o ${option}`),
  ].join(' ')
