/**
 * What an administrator may write, and what a tenant may. Keys are spelt as they are written, so that a search finds them
 * in code, man page and registry. Plain data: whether a value fits is asked of shape.ts, what is wrong with it of zod.ts.
 */

import { isTenantId, TENANT_ID, TENANT_ID_WORDS } from '../layout/names.ts'
import { isAddressPrefix, isEndpoint, isMulticastAddress, isUnicastAddress } from './network-values.ts'
import type { Infer, Shape } from './shape.ts'
import { parseSize, SIZE, SIZE_WORDS } from './values.ts'

/** One line, and no backslash at its end: it would join the next line of a unit file to this one. */
const LINE = {
  of: /^(?:[^\u0000-\u001f\u007f]*[^\u0000-\u001f\u007f\\])?$/,
  words: 'one line without control characters that does not end in a backslash',
}

const text = (words: string, longest: number) => ({ is: 'text', words, longest, pattern: LINE }) as const

const integer = (least: number, most: number) => ({ is: 'integer', least, most }) as const

const size = {
  is: 'text',
  words: SIZE_WORDS,
  pattern: { of: SIZE, words: SIZE_WORDS },
  test: (value: string) => parseSize(value) !== undefined,
} as const

const flag = { is: 'flag' } as const

/** A path below the tenant's own directory that needs no quoting anywhere and cannot climb out. */
const innerPath = {
  is: 'text',
  words: "a path below the tenant's directory",
  longest: 255,
  pattern: {
    of: /^(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)*$/,
    words: 'a relative path such as infra/vmlinuz, without ..',
  },
} as const

/** Cores; fractions are as good as whole ones for CPUQuota=. */
const cores = { is: 'number', words: 'a number of CPUs', suchAs: '2 or 0.5', least: 0.01, most: 4096 } as const

/**
 * Never an option, nor one of git's transport helpers, `ext::command`: a scheme and `//`, `user@host:path`, or a path of this
 * host. Which schemes are allowed, `Protocols=` says.
 */
const repositoryUrl = {
  is: 'text',
  words: 'the address of a git repository',
  longest: 2048,
  pattern: {
    of: /^(?:[a-z][a-z0-9+.-]*:\/\/[^\s\u0000-\u001f\u007f-]|\/|(?:[A-Za-z0-9_][A-Za-z0-9_.-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*:(?!\/\/)[^\s:\u0000-\u001f\u007f-])[^\s\u0000-\u001f\u007f]*$/,
    words: 'an address such as https://HOST/PATH.git, ssh://USER@HOST/PATH or USER@HOST:PATH',
  },
} as const

/** git-check-ref-format(1), and nothing that a refspec would make more of. */
const repositoryRef = {
  is: 'text',
  words: 'a branch, tag or commit',
  longest: 255,
  pattern: {
    of: /^(?![-+/.@]$)(?![-+/.])(?!.*(?:\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|[./]$))[^\s\u0000-\u001f\u007f~^:?*[\\]+$/,
    words: 'the name of a branch or tag, or the id of a commit',
  },
} as const

const commit = {
  is: 'text',
  words: 'the id of a commit',
  pattern: { of: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, words: 'the whole id of a commit' },
} as const

const schemaAddress = { is: 'text', words: 'the address of a schema' } as const

/** Limits of the whole tenant: its slice. */
const resources = {
  is: 'object',
  keys: {
    /** CPUs, as in `2` or `0.5`. CPUQuota=. */
    cpu: cores,
    /** Most memory, `512M`, `4G`. MemoryMax=. */
    memory: size,
    /** Most disk space, `10G`. */
    storage: size,
    /** Most processes and threads. TasksMax=. */
    tasks: integer(1, 4194304),
    /** Share of the disks against other tenants, no unit. IOWeight=. */
    ioWeight: integer(1, 10000),
  },
} as const satisfies Shape

/** The infrastructure VM. */
const infra = {
  is: 'object',
  keys: {
    /** Whether it runs; when not said, exactly when there is an infra/rootfs. */
    enabled: flag,
    /** Virtual CPUs of the guest. */
    cpu: integer(1, 512),
    /** Memory of the guest, `1G`. */
    memory: size,
    /** Kernel image, relative to the tenant's directory. When not said, the one that the tree's boot entries name. */
    kernel: innerPath,
    initrd: innerPath,
    /** Whether the guest says when it is up; when not said, exactly when there is a systemd in its tree. */
    notify: flag,
  },
} as const satisfies Shape

/** What the kernel and systemd take, netdevice(7), and no more than stands in a unit file or on a command line as it is. */
const interfaceName = {
  is: 'text',
  words: 'an interface name such as eth0',
  longest: 15,
  pattern: {
    of: /^(?!(?:\.{1,2}|[0-9]+|all|default)$)[A-Za-z0-9_.][A-Za-z0-9_.-]*$/,
    words: 'an interface name such as eth0',
  },
} as const

/** The pattern is for editors; `test` is the whole of it. */
const address = (words: string, test: (text: string) => boolean) =>
  ({ is: 'text', words, longest: 49, pattern: { of: /^[0-9A-Fa-f.:]+(?:\/[0-9]{1,3})?$/, words }, test }) as const

const addressPrefix = address('an address prefix such as 192.0.2.0/24, without bits beyond its length', isAddressPrefix)
const group = address('a multicast address such as 239.1.2.3', isMulticastAddress)
const remote = address('the address of a host such as 192.0.2.1', isUnicastAddress)

const ENDPOINT_WORDS = 'HOST:PORT, such as vpn.example.org:51820 or [2001:db8::1]:51820'
const KEY_WORDS = 'a public key of 32 bytes in base 64, as wg pubkey prints it'

const peer = {
  is: 'object',
  keys: {
    publicKey: {
      is: 'text',
      words: KEY_WORDS,
      longest: 44,
      pattern: { of: /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, words: KEY_WORDS },
    },
    endpoint: {
      is: 'text',
      words: ENDPOINT_WORDS,
      longest: 260,
      pattern: { of: /^[A-Za-z0-9[\].:-]+:[0-9]{1,5}$/, words: ENDPOINT_WORDS },
      test: isEndpoint,
    },
    /** What is behind it: routed to it, and taken from it. */
    allowedIps: { is: 'list', words: 'a list of address prefixes', of: addressPrefix },
    persistentKeepalive: integer(1, 65535),
  },
  required: ['publicKey'],
} as const satisfies Shape

const network = {
  is: 'object',
  keys: {
    /** `private`: a bridge of its own. `none`: no network. */
    mode: { is: 'choice', of: ['private', 'none'] },
    /** The tenant's number in the address pool. When not said, given out at the first start and kept. */
    index: integer(1, 16777214),
    wireguard: {
      is: 'object',
      keys: { listenPort: integer(1, 65535), peers: { is: 'list', words: 'a list of peers', of: peer } },
    },
    vxlan: {
      is: 'object',
      keys: {
        uplink: interfaceName,
        group,
        remotes: { is: 'list', words: 'a list of addresses', of: remote },
        vni: integer(1, 16777215),
      },
    },
    vlan: {
      is: 'object',
      keys: { uplink: interfaceName, id: integer(1, 4094) },
      required: ['uplink'],
    },
    /** Whether the tenant has a network namespace on the host, for services that act for it. */
    namespace: flag,
    /** Most traffic of the bridge in bits per second, `100M`. */
    bandwidth: size,
  },
} as const satisfies Shape

const extensions = {
  is: 'object',
  keys: {
    /** What /usr the extensions are laid over: the host's, or the tenant's infra/rootfs. */
    base: { is: 'choice', of: ['host', 'rootfs'] },
    /** Whether the merged view has a writable layer on top. */
    mutable: flag,
  },
} as const satisfies Shape

/** Where a tenant's repository is, and what is taken from it. */
export const repositoryShape = {
  is: 'object',
  keys: {
    url: repositoryUrl,
    ref: repositoryRef,
    path: innerPath,
    /** How commits must be signed; when not said, they need not be. */
    verify: { is: 'choice', of: ['ssh', 'openpgp'] },
    /** A commit that needs no signature, nor any before it. */
    since: commit,
  },
  required: ['url'],
} as const satisfies Shape

/** One entry of the registry. An unknown key is a mistake, not a wish. */
export const tenantShape = {
  is: 'object',
  keys: {
    $schema: schemaAddress,
    id: { is: 'text', words: TENANT_ID_WORDS, pattern: { of: TENANT_ID, words: TENANT_ID_WORDS }, test: isTenantId },
    description: text('a text', 200),
    /** Whether the tenant starts at boot. */
    enabled: flag,
    repository: repositoryShape,
    resources,
    infra,
    network,
    extensions,
    /** Where the tenant runs. Without it, everywhere. */
    placement: {
      is: 'object',
      keys: {
        /** Shell patterns of host names. */
        hosts: { is: 'list', words: 'a list of host name patterns', of: text('a pattern of host names', 255) },
      },
      required: ['hosts'],
    },
  },
  required: ['id'],
} as const satisfies Shape

/**
 * `metadata.json` of a template and of a tenant's repository. Open: other tools keep theirs here as well. The network is
 * not read from it, an index of somebody else's would be one line away.
 */
export const metadataShape = {
  is: 'object',
  keys: {
    template: {
      is: 'object',
      keys: { name: { is: 'text', words: 'a template name', pattern: { of: TENANT_ID, words: 'a template name' } } },
      open: true,
    },
    /** What a template and a tenant's own repository may say about its size and shape. */
    defaults: { is: 'object', keys: { resources, infra, extensions }, open: true },
    resources,
    infra,
    extensions,
  },
  open: true,
} as const satisfies Shape

const TEMPLATE_NAME_WORDS = 'lower-case letters, digits, dots and dashes, beginning with a letter or digit'

export const templateName = {
  is: 'text',
  words: TEMPLATE_NAME_WORDS,
  longest: 64,
  pattern: { of: /^[a-z0-9][a-z0-9.-]*$/, words: TEMPLATE_NAME_WORDS },
} as const

/** Parameters of a template are called as they stand between {{ and }}. */
export const parameterName = {
  of: /^[A-Za-z][A-Za-z0-9_]{0,63}$/,
  words: 'letters, digits and _, beginning with a letter',
} as const

export const templateValues = {
  is: 'map',
  words: 'an object of values by name',
  key: parameterName,
  of: { is: 'text', words: 'a text', longest: 1024 },
} as const satisfies Shape

/** `metadata.json` of a machine or container in a tenant's repository. Of its resources, cpu and memory count. */
export const machineMetadataShape = {
  is: 'object',
  keys: {
    resources,
    notify: flag,
    /** What its tree is made from: a template by its name, or at a commit of a git repository. */
    template: {
      is: 'object',
      keys: { name: templateName, url: repositoryUrl, commit, path: innerPath, parameters: templateValues },
    },
  },
  open: true,
} as const satisfies Shape

/** `tenants.json` as a whole, for editors: the program reads entry by entry, so that a bad one costs only itself. */
export const registryShape = {
  is: 'object',
  keys: { $schema: schemaAddress, tenants: { is: 'list', words: 'a list of tenants', of: tenantShape } },
  required: ['tenants'],
} as const satisfies Shape

export type TenantEntry = Infer<typeof tenantShape>
export type Metadata = Infer<typeof metadataShape>
