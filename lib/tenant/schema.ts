/**
 * What an administrator may write, and what a tenant may. Keys are spelt as they are written, so that a search finds them
 * in code, man page and registry. zod/mini has no texts of its own: every check brings the phrase after "expected".
 */

import * as z from 'zod/mini'
import { TENANT_ID, TENANT_ID_WORDS } from '../layout/names.ts'
import { parseSize, SIZE, SIZE_WORDS } from './values.ts'

const text = (words: string, longest: number) =>
  z.string(words).check(
    z.maxLength(longest, `at most ${longest} characters`),
    // One line, and no backslash at its end: it would join the next line of a unit file to this one.
    z.regex(
      /^(?:[^\u0000-\u001f\u007f]*[^\u0000-\u001f\u007f\\])?$/,
      'one line without control characters that does not end in a backslash',
    ),
  )

const integer = (least: number, most: number) => {
  const words = `a whole number from ${least} to ${most}`
  return z.int(words).check(z.minimum(least, words), z.maximum(most, words))
}

const size = z.string(SIZE_WORDS).check(
  z.regex(SIZE, { error: SIZE_WORDS, abort: true }),
  z.refine((value) => parseSize(value) !== undefined, SIZE_WORDS),
)

const flag = z.boolean('true or false')

/** A path below the tenant's own directory that needs no quoting anywhere and cannot climb out. */
const innerPath = z
  .string("a path below the tenant's directory")
  .check(
    z.maxLength(255, 'at most 255 characters'),
    z.regex(
      /^(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)*$/,
      'a relative path such as infra/vmlinuz, without ..',
    ),
  )

/** Cores; fractions are as good as whole ones for CPUQuota=. */
const cores = z
  .number('a number of CPUs such as 2 or 0.5')
  .check(z.minimum(0.01, 'a number of CPUs, at least 0.01'), z.maximum(4096, 'a number of CPUs, at most 4096'))

/** Limits of the whole tenant: its slice. */
export const resourcesSchema = z.strictObject(
  {
    /** CPUs, as in `2` or `0.5`. CPUQuota=. */
    cpu: z.optional(cores),
    /** Most memory, `512M`, `4G`. MemoryMax=. */
    memory: z.optional(size),
    /** Most disk space, `10G`. */
    storage: z.optional(size),
    /** Most processes and threads. TasksMax=. */
    tasks: z.optional(integer(1, 4194304)),
    /** Share of the disks against other tenants, no unit. IOWeight=. */
    ioWeight: z.optional(integer(1, 10000)),
  },
  'an object',
)

/** The infrastructure VM. */
export const infraSchema = z.strictObject(
  {
    /** Whether it runs; when not said, exactly when there is an infra/rootfs. */
    enabled: z.optional(flag),
    /** Virtual CPUs of the guest. */
    cpu: z.optional(integer(1, 512)),
    /** Memory of the guest, `1G`. */
    memory: z.optional(size),
    /** Kernel image, relative to the tenant's directory. When not said, the one that the tree's boot entries name. */
    kernel: z.optional(innerPath),
    initrd: z.optional(innerPath),
  },
  'an object',
)

const endpoint = text('HOST:PORT', 260)

export const networkSchema = z.strictObject(
  {
    /** `private`: a bridge of its own. `none`: no network. */
    mode: z.optional(z.enum(['private', 'none'], '"private" or "none"')),
    /** The tenant's number in the address pool. When not said, given out at the first start and kept. */
    index: z.optional(integer(1, 16777214)),
    wireguard: z.optional(
      z.strictObject(
        {
          listenPort: z.optional(integer(1, 65535)),
          peers: z.optional(
            z.array(
              z.strictObject(
                {
                  publicKey: text('a public key in base 64', 44),
                  endpoint: z.optional(endpoint),
                  allowedIps: z.optional(z.array(text('an address prefix', 64), 'a list of address prefixes')),
                  persistentKeepalive: z.optional(integer(1, 65535)),
                },
                'an object',
              ),
              'a list of peers',
            ),
          ),
        },
        'an object',
      ),
    ),
    vxlan: z.optional(
      z.strictObject(
        {
          uplink: z.optional(text('an interface name', 15)),
          group: z.optional(text('a multicast address', 64)),
          remotes: z.optional(z.array(text('an address', 64), 'a list of addresses')),
          vni: z.optional(integer(1, 16777215)),
        },
        'an object',
      ),
    ),
    vlan: z.optional(
      z.strictObject({ uplink: text('an interface name', 15), id: z.optional(integer(1, 4094)) }, 'an object'),
    ),
    /** Most traffic of the bridge in bits per second, `100M`. */
    bandwidth: z.optional(size),
  },
  'an object',
)

export const extensionsSchema = z.strictObject(
  {
    /** What /usr the extensions are laid over: the host's, or the tenant's infra/rootfs. */
    base: z.optional(z.enum(['host', 'rootfs'], '"host" or "rootfs"')),
    /** Whether the merged view has a writable layer on top. */
    mutable: z.optional(flag),
  },
  'an object',
)

/** One entry of the registry. An unknown key is a mistake, not a wish. */
export const tenantSchema = z.strictObject(
  {
    $schema: z.optional(z.string('the address of a schema')),
    id: z.string(TENANT_ID_WORDS).check(z.regex(TENANT_ID, TENANT_ID_WORDS)),
    description: z.optional(text('a text', 200)),
    /** Whether the tenant starts at boot. */
    enabled: z.optional(flag),
    repository: z.optional(
      z.strictObject(
        {
          url: text('the address of a git repository', 2048),
          ref: z.optional(text('a branch, tag or commit', 255)),
          path: z.optional(innerPath),
        },
        'an object',
      ),
    ),
    resources: z.optional(resourcesSchema),
    infra: z.optional(infraSchema),
    network: z.optional(networkSchema),
    extensions: z.optional(extensionsSchema),
    /** Where the tenant runs. Without it, everywhere. */
    placement: z.optional(
      z.strictObject(
        {
          /** Shell patterns of host names. */
          hosts: z.array(text('a pattern of host names', 255), 'a list of host name patterns'),
        },
        'an object',
      ),
    ),
  },
  'an object',
)

/** What a template and a tenant's own repository may say about its size and shape. */
const defaultsSchema = z.looseObject(
  {
    resources: z.optional(resourcesSchema),
    infra: z.optional(infraSchema),
    extensions: z.optional(extensionsSchema),
  },
  'an object',
)

/**
 * `metadata.json` of a template and of a tenant's repository. Open: other tools keep theirs here as well. The network is
 * not read from it, an index of somebody else's would be one line away.
 */
export const metadataSchema = z.looseObject(
  {
    template: z.optional(
      z.looseObject(
        {
          name: z.optional(z.string('a template name').check(z.regex(TENANT_ID, 'a template name'))),
        },
        'an object',
      ),
    ),
    defaults: z.optional(defaultsSchema),
    resources: z.optional(resourcesSchema),
    infra: z.optional(infraSchema),
    extensions: z.optional(extensionsSchema),
  },
  'an object',
)

/** `tenants.json` as a whole, for editors: the program reads entry by entry, so that a bad one costs only itself. */
export const registrySchema = z.strictObject(
  {
    $schema: z.optional(z.string('the address of a schema')),
    tenants: z.array(tenantSchema),
  },
  'an object',
)

export type TenantEntry = z.infer<typeof tenantSchema>
export type Metadata = z.infer<typeof metadataSchema>
