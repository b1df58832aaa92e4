import {
  anyText,
  boolean,
  booleanOrNull,
  type Expect,
  either,
  integer,
  limit,
  list,
  listOf,
  nothing,
  object,
  oneOf,
  safeText,
  text,
  textThat,
  unsigned,
  unsignedOrNull,
} from './expect.ts'
import type { Json } from './json.ts'
import type { HOME } from './rules.ts'

/** What the fields of a user record have to be, as systemd 262 reads them. Where we ask for more, X marks it. */

export type HomeRule = keyof typeof HOME

interface Field {
  readonly rule: HomeRule
  readonly expect: Expect
  /** Whether it may differ between machines, as a field of perMachine. */
  readonly isLocal: boolean
}

const MOST_ID = 4294967294

/** Also /a/, as systemd has it. */
const PATH = /^\/(?:[^/]+\/)*[^/]*$/
const CLIMBS = /\/\.{1,2}(?:\/|$)/

const isPath = (value: string): boolean =>
  value.length < 4096 && PATH.test(value) && !CLIMBS.test(value) && !/[\u0000-\u001f\u007f]|[^/]{256}/.test(value)

const path = textThat('an absolute path without . and ..', isPath)
/** They go into /etc/passwd. */
const passwdPath = textThat(
  "an absolute path without . and .. and ':'",
  (value) => isPath(value) && !value.includes(':'),
)
const shell = textThat("an absolute path of a program, without ':'", (value) => isPath(value) && !/:|\/$/.test(value))

/** X: the strict syntax; readers take nearly anything. */
export const STRICT_NAME = /^[a-z][a-z0-9-]{0,30}$/

const names = listOf(textThat('a name of a-z, 0-9, _ and -', (value) => /^[a-z_][a-z0-9_-]{0,30}$/.test(value)))
const locale = textThat(
  'a locale, de_DE.UTF-8',
  (value) => /^[A-Za-z0-9_.@-]{1,127}$/.test(value) && !/^\.{1,2}$/.test(value),
)
const assignment = textThat(
  'NAME=value',
  (value) => /^[A-Za-z_][A-Za-z0-9_]*=/.test(value) && !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(value),
)
const uuid = textThat('a UUID in lower case', (value) =>
  /^(?:[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/.test(value),
)
const domain = textThat(
  'a domain',
  (value) =>
    value.length <= 253 &&
    /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/.test(value),
)
const fileName = textThat(
  'a name of a file',
  (value) =>
    value !== '' && value !== '.' && value !== '..' && value.length <= 255 && !/[/\u0000-\u001f\u007f]/.test(value),
)
const sectorSize = (value: Json): string | undefined =>
  value.kind === 'number' && ['512', '1024', '2048', '4096'].includes(value.text)
    ? undefined
    : '512, 1024, 2048 or 4096'

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const isDate = (value: string): boolean => {
  const [, year = 0, month = 0, day = 0] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(value) ?? []).map(Number)
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0)
  return day >= 1 && day <= days
}

const LIMITS = 'AS CORE CPU DATA FSIZE LOCKS MEMLOCK MSGQUEUE NICE NOFILE NPROC RSS RTPRIO RTTIME SIGPENDING STACK'
  .split(' ')
  .map((name) => `RLIMIT_${name}`)

/** The highest number stands for no limit, which is written null. */
const isLimit = (value: Json | undefined): boolean =>
  value !== undefined && (value.kind === 'null' || (unsigned(value) === undefined && limitOrZero(value)))

const limitOrZero = (value: Json): boolean =>
  (value.kind === 'number' && value.text === '0') || limit(value) === undefined

const resourceLimits: Expect = (value) => {
  if (value.kind === 'null') return undefined
  const words = "an object such as {'RLIMIT_NOFILE': {'cur': 1024, 'max': 4096}}"
  if (value.kind !== 'object') return words
  const fits = value.members.every(
    ({ key, value: one }) =>
      LIMITS.includes(key) &&
      one.kind === 'object' &&
      one.members.length === 2 &&
      ['cur', 'max'].every((side) => isLimit(one.members.find((member) => member.key === side)?.value)),
  )
  return fits ? undefined : words
}

const blobManifest: Expect = (value) => {
  const fits =
    value.kind === 'object' &&
    value.members.every(
      ({ key, value: one }) =>
        /^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,254}$/.test(key) && one.kind === 'text' && /^[0-9a-f]{64}$/.test(one.value),
    )
  return fits ? undefined : 'an object of SHA-256 sums by names of files'
}

type Rows = Readonly<Record<string, readonly [rule: HomeRule, expect: Expect]>>

const BASE64 = textThat(
  'base64',
  (value) => value !== '' && /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value),
)
const PKCS11 = textThat('a URI that begins with pkcs11:', (value) => /^pkcs11:[A-Za-z0-9.~/_?;&%=-]+$/.test(value))

/** For all machines alike. */
const SHARED: Rows = {
  userName: ['HOME-02', anyText],
  realm: ['HOME-12', domain],
  realName: [
    'HOME-13',
    textThat("a text without ':' and control characters", (value) => !/[:\u0000-\u001f\u007f]/.test(value)),
  ],
  emailAddress: ['HOME-08', safeText],
  uuid: ['HOME-12', uuid],
  aliases: ['HOME-08', names],
  birthDate: ['HOME-12', textThat('a date, 2001-02-03', isDate)],
  disposition: ['HOME-04', oneOf('intrinsic', 'system', 'dynamic', 'regular', 'container', 'foreign', 'reserved')],
  lastChangeUSec: ['HOME-08', unsignedOrNull],
  lastPasswordChangeUSec: ['HOME-08', unsignedOrNull],
  homeDirectory: ['HOME-07', passwdPath],
  service: ['HOME-08', safeText],
  recoveryKeyType: ['HOME-08', listOf(anyText)],
  privileged: ['HOME-14', object],
  perMachine: ['HOME-15', list],
  binding: ['HOME-08', object],
  status: ['HOME-08', object],
  signature: ['HOME-08', list],
  secret: ['HOME-08', object],
}

const LOCAL: Rows = {
  iconName: ['HOME-08', safeText],
  location: ['HOME-08', text],
  blobDirectory: ['HOME-07', path],
  blobManifest: ['HOME-08', blobManifest],
  shell: ['HOME-07', shell],
  umask: ['HOME-09', integer(0, 0o777)],
  environment: ['HOME-08', listOf(assignment)],
  timeZone: ['HOME-08', safeText],
  preferredLanguage: ['HOME-08', locale],
  additionalLanguages: ['HOME-08', listOf(locale)],
  preferredSessionType: ['HOME-08', safeText],
  preferredSessionLauncher: ['HOME-08', safeText],
  niceLevel: ['HOME-11', integer(-20, 19)],
  resourceLimits: ['HOME-08', resourceLimits],
  locked: ['HOME-08', boolean],
  notBeforeUSec: ['HOME-08', unsignedOrNull],
  notAfterUSec: ['HOME-08', unsignedOrNull],
  storage: ['HOME-05', oneOf('classic', 'luks', 'directory', 'subvolume', 'fscrypt', 'cifs')],
  diskSize: ['HOME-10', unsignedOrNull],
  diskSizeRelative: ['HOME-10', either(integer(0, 0x100000000), nothing)],
  skeletonDirectory: ['HOME-07', path],
  accessMode: ['HOME-09', integer(0, 0o777)],
  tasksMax: ['HOME-10', limit],
  memoryHigh: ['HOME-10', limit],
  memoryMax: ['HOME-10', limit],
  cpuWeight: ['HOME-11', integer(1, 10000)],
  ioWeight: ['HOME-11', integer(1, 10000)],
  mountNoDevices: ['HOME-08', boolean],
  mountNoSuid: ['HOME-08', boolean],
  mountNoExecute: ['HOME-08', boolean],
  cifsDomain: ['HOME-08', safeText],
  cifsUserName: ['HOME-08', safeText],
  cifsService: ['HOME-08', safeText],
  cifsExtraMountOptions: ['HOME-08', text],
  imagePath: ['HOME-07', path],
  uid: ['HOME-06', integer(0, MOST_ID)],
  gid: ['HOME-06', integer(0, MOST_ID)],
  memberOf: ['HOME-08', names],
  capabilityBoundingSet: ['HOME-08', listOf(safeText)],
  capabilityAmbientSet: ['HOME-08', listOf(safeText)],
  fileSystemType: ['HOME-12', oneOf('btrfs', 'ext4', 'xfs')],
  partitionUuid: ['HOME-12', uuid],
  luksUuid: ['HOME-12', uuid],
  fileSystemUuid: ['HOME-12', uuid],
  luksDiscard: ['HOME-08', booleanOrNull],
  luksOfflineDiscard: ['HOME-08', booleanOrNull],
  luksCipher: ['HOME-08', safeText],
  luksCipherMode: ['HOME-08', safeText],
  luksVolumeKeySize: ['HOME-08', unsignedOrNull],
  luksPbkdfHashAlgorithm: ['HOME-08', safeText],
  luksPbkdfType: ['HOME-08', safeText],
  luksPbkdfForceIterations: ['HOME-08', unsignedOrNull],
  luksPbkdfTimeCostUSec: ['HOME-08', unsignedOrNull],
  luksPbkdfMemoryCost: ['HOME-08', unsignedOrNull],
  luksPbkdfParallelThreads: ['HOME-08', unsignedOrNull],
  luksSectorSize: ['HOME-11', sectorSize],
  luksExtraMountOptions: ['HOME-08', text],
  dropCaches: ['HOME-08', boolean],
  autoResizeMode: ['HOME-11', either(oneOf('off', 'grow', 'shrink-and-grow'), booleanOrNull)],
  rebalanceWeight: ['HOME-11', either(integer(0, 10000), booleanOrNull)],
  rateLimitIntervalUSec: ['HOME-08', unsignedOrNull],
  rateLimitBurst: ['HOME-08', unsignedOrNull],
  enforcePasswordPolicy: ['HOME-08', boolean],
  autoLogin: ['HOME-08', boolean],
  stopDelayUSec: ['HOME-08', unsignedOrNull],
  killProcesses: ['HOME-08', boolean],
  passwordChangeMinUSec: ['HOME-08', unsignedOrNull],
  passwordChangeMaxUSec: ['HOME-08', unsignedOrNull],
  passwordChangeWarnUSec: ['HOME-08', unsignedOrNull],
  passwordChangeInactiveUSec: ['HOME-08', unsignedOrNull],
  passwordChangeNow: ['HOME-08', boolean],
  pkcs11TokenUri: ['HOME-08', listOf(PKCS11)],
  fido2HmacCredential: ['HOME-08', listOf(BASE64)],
  selfModifiableFields: ['HOME-08', listOf(safeText)],
  selfModifiableBlobs: ['HOME-08', listOf(fileName)],
  selfModifiablePrivileged: ['HOME-08', listOf(safeText)],
  tmpLimit: ['HOME-10', unsignedOrNull],
  tmpLimitScale: ['HOME-10', either(integer(0, 0xffffffff), nothing)],
  devShmLimit: ['HOME-10', unsignedOrNull],
  devShmLimitScale: ['HOME-10', either(integer(0, 0xffffffff), nothing)],
  defaultArea: ['HOME-08', fileName],
}

const rows = (from: Rows, isLocal: boolean): readonly (readonly [string, Field])[] =>
  Object.entries(from).map(([name, [rule, expect]]) => [name, { rule, expect, isLocal }])

/** By their names. */
export const FIELDS: ReadonlyMap<string, Field> = new Map([...rows(SHARED, false), ...rows(LOCAL, true)])

export const MATCHES = ['matchMachineId', 'matchNotMachineId', 'matchHostname', 'matchNotHostname'] as const

export const machineId = textThat('32 hexadecimal digits', (value) => /^[0-9a-f]{32}$/.test(value))
export const hostname = textThat('a host name', (value) => /^[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/.test(value))
export const base64 = BASE64
export const pkcs11Uri = PKCS11
