/** Every path of ours. No other file puts one together. */

const UNIT_DIR = '/usr/lib/systemd/system'
export const GENERATOR_DIR = '/run/systemd/generator'
const PROGRAM_DIR = '/usr/lib/bitbuilder'
const SHIPPED_TEMPLATES = '/usr/share/bitbuilder/templates'
/** Where templates are by name: the administrator's before ours. */
export const TEMPLATE_DIRS = ['/etc/bitbuilder/templates', SHIPPED_TEMPLATES] as const

export const CONFIG_FILE = '/etc/bitbuilder/bitbuilder.conf'
export const CONFIG_DIR = '/etc/bitbuilder/bitbuilder.conf.d'

/** First wins for each id. */
export const REGISTRY_SEARCH_PATH = [
  '/etc/bitbuilder/tenants.d',
  '/run/bitbuilder/tenants.d',
  '/var/lib/bitbuilder/tenants.d',
  '/var/lib/bitbuilder/tenants.json',
  '/usr/lib/bitbuilder/tenants.d',
] as const

/** Those of them in which a tenant has a file that is the administrator's, or of this boot. */
export const OWN_REGISTRY_DIRS: readonly string[] = REGISTRY_SEARCH_PATH.slice(0, 3)

export const STATE_DIR = '/var/lib/bitbuilder'
export const NETWORK_STATE = '/var/lib/bitbuilder/network.json'
/** Project ids of tenants whose storage is limited. */
export const STORAGE_STATE = '/var/lib/bitbuilder/storage.json'
export const TENANTS_DIR = '/var/lib/tenants'
export const RUNTIME_DIR = '/run/bitbuilder'
export const NETWORK_LOCK = '/run/bitbuilder/network.lock'
/** What our nftables table holds, one fragment for each tenant: `isolation/ID.nft`. No id starts with a dot. */
export const ISOLATION_DIR = '/run/bitbuilder/isolation'
export const isolationFile = (id: string): string => `${ISOLATION_DIR}/${id}.nft`
/** What uplinks had before tenants' packets came their way, as sysctl.d(5) spells it. */
export const FORWARDING_BEFORE = '/run/bitbuilder/isolation/.forwarding-before'
export const FORWARDING_NOW = '/run/bitbuilder/isolation/.forwarding'
export const STORAGE_LOCK = '/run/bitbuilder/storage.lock'
export const RELOAD_LOCK = '/run/bitbuilder/reload.lock'
export const GIT_ACCESS_DIR = '/run/bitbuilder/git'
export const NETWORKD_DIR = '/run/systemd/network'

export const EXTENSION_CLASSES = ['sysext', 'confext'] as const
export type ExtensionClass = (typeof EXTENSION_CLASSES)[number]

/** At a directory or in it. Both without a slash at their end. */
export const isBelow = (path: string, dir: string): boolean => path === dir || path.startsWith(`${dir}/`)

export const unitTemplate = (name: string): string => `${UNIT_DIR}/${name}`
export const program = (name: string): string => `${PROGRAM_DIR}/${name}`

/** Stands for an id in the infrastructure VM, where programs see one tenant alone. No id begins with a dot. */
export const GUEST = '.guest'
export const GUEST_DIR = '/var/lib/infra'
/** What its host tells the VM of the tenant's repository, as systemd gives it to the unit that asks. */
const guestCredential = (name: string): string => `/run/credentials/git-sync.service/tenant.${name}`
/** What infra-manager made of the current revision. */
export const APPLIED_FILE = `${GUEST_DIR}/applied.json`
/** Where systemd-sysext(8) looks for extensions that stay. */
export const SYSTEM_EXTENSIONS = { sysext: '/var/lib/extensions', confext: '/var/lib/confexts' } as const
export const TENANT_SOCKET = '/run/bitbuilder/io.bitbuilder.Tenant'

export const tenantDir = (id: string): string => (id === GUEST ? GUEST_DIR : `${TENANTS_DIR}/${id}`)
/** Where it is moved before it is deleted: no id starts with a dot. */
export const removedDir = (id: string): string => `${TENANTS_DIR}/.${id}.removed`
/** Below a tenant's directory. */
export const METADATA = 'config/metadata.json'
export const HEALTH_CHECK = 'config/scripts/health-check.sh'
export const metadataFile = (id: string): string => `${tenantDir(id)}/${METADATA}`
/** A link to the revision that the tenant runs. */
export const configLink = (id: string): string => `${tenantDir(id)}/config`
/** Where `configLink` points, as it is written. */
export const revisionTarget = (commit: string): string => `revisions/${commit}`
export const revisionsDir = (id: string): string => `${tenantDir(id)}/revisions`
export const manifestFile = (id: string, commit: string): string => `${revisionsDir(id)}/${commit}.json`
export const revisionDir = (id: string, commit: string): string => `${revisionsDir(id)}/${commit}`
/** Trees of revisions that have a life of their own, each under its git id. */
export const treesDir = (id: string): string => `${tenantDir(id)}/trees`
export const treeDir = (id: string, tree: string): string => `${treesDir(id)}/${tree}`
/** The bare repository, a cache. */
export const repositoryDir = (id: string): string => `${tenantDir(id)}/git`
/** What the last provisioning came to. */
export const provisionFile = (id: string): string => `${tenantDir(id)}/provision.json`
export const templateMetadata = (name: string, dir: string = SHIPPED_TEMPLATES): string =>
  `${dir}/${name}/metadata.json`
export const rootfs = (id: string): string => `${tenantDir(id)}/infra/rootfs`
export const extensionDir = (id: string, kind: ExtensionClass): string => `${tenantDir(id)}/extensions/${kind}`

/** The merged view of a tenant's extensions: the mount point of the overlay. */
export const mergedDir = (id: string, kind: ExtensionClass): string => `${tenantDir(id)}/${kind}`

/** What an extension of this class changes, without its slash. */
export const HIERARCHY = { sysext: 'usr', confext: 'etc' } as const

export const upperDir = (id: string, kind: ExtensionClass): string => `${tenantDir(id)}/overlay/${HIERARCHY[kind]}`
export const workDir = (id: string, kind: ExtensionClass): string => `${tenantDir(id)}/overlay/.${HIERARCHY[kind]}-work`

export const imagesDir = (id: string): string => `${RUNTIME_DIR}/images/${id}`
export const imageClassDir = (id: string, kind: ExtensionClass): string => `${imagesDir(id)}/${kind}`

/** Where an extension image is mounted, read-only. */
export const imageDir = (id: string, kind: ExtensionClass, name: string): string => `${imageClassDir(id, kind)}/${name}`

/** mount(8)'s helper for Type=ddi, systemd-dissect(1): what mounts a disk image, with dm-verity where it has that. */
export const MOUNT_DDI = '/usr/sbin/mount.ddi'

/**
 * Where a disk image is mounted, by a helper that knows no nosuid: root's alone, see there. No extension has a name that
 * begins with a dot.
 */
export const diskDir = (id: string, kind: ExtensionClass, name: string): string =>
  `${imageClassDir(id, kind)}/.disk/${name}`

/** The tenant's own tree, bound so that no link in it is followed: a guest may have put one in the place of usr or etc. */
export const boundRootfs = (id: string): string => `${RUNTIME_DIR}/rootfs/${id}`

export const layersDir = (id: string): string => `${RUNTIME_DIR}/layers/${id}`

/** A link made when the tenant starts: to an image's hierarchy, or to the empty layer when the image does not fit. */
export const imageLayer = (id: string, kind: ExtensionClass, name: string): string => `${layersDir(id)}/${kind}/${name}`

/** What tenant-layers found to be mounted when it prepared it: the manager compares it with what should be. */
export const mountedRecord = (id: string): string => `${layersDir(id)}/mounted.json`

/** What an image that does not fit is replaced by: nothing, for each its own, since the kernel takes no layer twice. */
export const noLayer = (id: string, kind: ExtensionClass, name: string): string =>
  `${layersDir(id)}/none/${kind}/${name}`

/** A layer with nothing in it. */
export const emptyLayer = (id: string): string => `${layersDir(id)}/empty`

/** Where the kernel counts what a tenant uses. A slice lies in the one that its name begins with, systemd.slice(5). */
export const sliceGroup = (slice: string): string => `/sys/fs/cgroup/tenant.slice/${slice}`

/** One of networkd's files for a tenant: `50-acme-bridge.netdev`. No id ends in such a suffix that another's could be taken for it. */
export const networkFile = (id: string, suffix: string): string => `${NETWORKD_DIR}/50-${id}-${suffix}`

export const wireguardDir = (id: string): string => `${tenantDir(id)}/network`
/** Born on this host, and never leaves it. */
export const wireguardKey = (id: string): string => `${wireguardDir(id)}/wireguard.key`
export const wireguardPublicKey = (id: string): string => `${wireguardDir(id)}/wireguard.pub`

/** What says of interfaces that they are ours, and how they were made. */
export const LINKS_DIR = `${RUNTIME_DIR}/links`
export const linkRecord = (name: string): string => `${LINKS_DIR}/${name}`

/** Commands that netns-tenant@.service runs, on the host and inside of the namespace. */
export const NAMESPACES_DIR = `${RUNTIME_DIR}/namespaces`
export const namespaceBatch = (id: string, side: 'host' | 'inside'): string => `${NAMESPACES_DIR}/${id}.${side}`

/** Below a tenant's directory: a file of its repository, at the commit it runs. */
export const inConfig = (path: string): string => `config/${path}`

export const MACHINES_RUN_DIR = '/run/bitbuilder/machines'

/** What a machine runs with, made anew at each start and gone when it stops. Root's alone: credentials lie in it. */
export const machineRunDir = (machine: string): string => `${MACHINES_RUN_DIR}/${machine}`

/** Variables of the unit's command line. */
export const machineEnvironment = (machine: string): string => `${machineRunDir(machine)}/environment`

/** What the machine was started with, for who asks whether that has changed. */
export const startedFile = (machine: string): string => `${machineRunDir(machine)}/started.json`

/** What the unit of a machine binds into its own mount namespace, each a link in `machineRunDir` and a path in `machineViewDir`. */
export type MachinePart = 'tree' | 'image' | 'kernel' | 'initrd' | 'credentials'
export const machinePart = (machine: string, part: MachinePart): string => `${machineRunDir(machine)}/${part}`

/** Links to what is bound over directories of the tree, read-only, each called as the directory is. */
export const machineOverDir = (machine: string): string => `${machineRunDir(machine)}/over`

/** RuntimeDirectory= of a machine's unit, below /run. */
export const machineRuntime = (machine: string): string => `tenants/${machine}`

export const machineViewDir = (machine: string): string => `/run/${machineRuntime(machine)}`

/** As the machine's own processes see it. */
export const machineView = (machine: string, part: MachinePart): string => `${machineViewDir(machine)}/${part}`

/** There while the emulator of a VM runs, and afterwards if it was killed. */
export const emulatorMark = (machine: string): string => `/run/${machineRuntime(machine)}/emulator`

/** The only places from which systemd-nspawn(1) obeys a settings file are this one and /etc/systemd/nspawn. */
export const NSPAWN_DIR = '/run/systemd/nspawn'
export const nspawnSettings = (machine: string): string => `${NSPAWN_DIR}/${machine}.nspawn`

/**
 * Beside a machine's tree `web` lie its marks: `.web.origin` says that it comes from the repository, `.web.tree` which tree
 * of it this is, `.web.next` that another one is being put in its place. No machine's name begins with a dot.
 */
const beside = (id: string, home: string, entry: string, what: string): string =>
  `${tenantDir(id)}/${home}/.${entry}.${what}`
export const originMark = (id: string, home: string, entry: string): string => beside(id, home, entry, 'origin')
export const treeMark = (id: string, home: string, entry: string): string => beside(id, home, entry, 'tree')
export const nextMark = (id: string, home: string, entry: string): string => beside(id, home, entry, 'next')
export const newTree = (id: string, home: string, entry: string): string => beside(id, home, entry, 'new')
export const previousTree = (id: string, home: string, entry: string): string => beside(id, home, entry, 'previous')
/** Where the data of a machine is that the repository no longer has. */
export const removedTree = (id: string, home: string, entry: string): string => beside(id, home, entry, 'removed')

/** One at a time changes a tenant's extensions. */
export const extensionsLock = (id: string): string => `${RUNTIME_DIR}/extensions-${id}.lock`

/** Where an image is looked at before it is among the others. What begins with a dot is nobody's extension. */
export const incomingDir = (id: string, kind: ExtensionClass): string => `${extensionDir(id, kind)}/.#incoming`

export const provisionLock = (id: string): string => `${RUNTIME_DIR}/provision-${id}.lock`

/** What an administrator asks of the next provisioning, beyond what every start asks. */
export const provisionWish = (id: string): string => `${RUNTIME_DIR}/provision-${id}.json`

/** What git gets to read while it works for a tenant. */
export const gitAccessDir = (id: string): string => `${GIT_ACCESS_DIR}/${id}`

type GitKey = 'key' | 'known_hosts' | 'netrc'

/** Keys for a tenant's repository, made by the administrator. */
export const gitKeyFile = (id: string, kind: GitKey): string =>
  id === GUEST ? guestCredential(kind) : `/etc/bitbuilder/git/${id}.${kind}`

/** Others, that its infrastructure VM is given. No id has a dot. */
export const guestKeyFile = (id: string, kind: GitKey): string => `/etc/bitbuilder/git/${id}.infra.${kind}`

/** Who may sign a tenant's commits. */
export const signersFile = (id: string, verify: 'ssh' | 'openpgp'): string =>
  id === GUEST
    ? guestCredential('signers')
    : `/etc/bitbuilder/signers/${id}.${verify === 'ssh' ? 'allowed-signers' : 'pgp'}`
