import { parse } from 'ini'
import type { Reader } from '../host/host.ts'
import { CONFIG_DIR, CONFIG_FILE } from '../layout/paths.ts'
import type { Ipv4Prefix } from '../network/address.ts'
import { parseAddress, parsePrefix } from '../network/address.ts'
import { isSafeInterface } from '../network/interface.ts'
import { type Prefix, parseAnyPrefix } from '../network/prefix.ts'
import { append } from '../report/append.ts'
import type { Checked, Place, Problem } from '../report/problem.ts'
import { PROVISION_DEFAULTS, PROVISION_SETTINGS, type ProvisionConfig } from './provision.ts'

/** bitbuilder.conf(5). */
export interface Config extends ProvisionConfig {
  /** What tenants' networks are cut from. */
  readonly pool: Ipv4Prefix
  /** Bits of each tenant's prefix. */
  readonly tenantPrefix: number
  /** What their IPv6 networks, a /64 each, are cut from; none by default. */
  readonly pool6: Prefix | undefined
  /** Name servers that DHCP hands out; undefined: those that the host asks. */
  readonly dns: readonly string[] | undefined
  /** Interfaces that lead tenants out of the host; undefined: those with a default route. None: they stay in. */
  readonly outside: readonly string[] | undefined
  /** Whether VMs run by KVM or are emulated. `auto`: by KVM where the device is there. */
  readonly kvm: 'auto' | 'yes' | 'no'
}

const DEFAULTS: Config = {
  pool: { base: 0x0a000000, bits: 8 },
  tenantPrefix: 16,
  pool6: undefined,
  dns: undefined,
  outside: undefined,
  kvm: 'auto',
  ...PROVISION_DEFAULTS,
}

const wordsOf = (value: string): readonly string[] => value.split(/\s+/).filter((word) => word !== '')

interface Setting {
  readonly words: string
  /** The change it makes. Undefined: not what is expected. */
  read(value: string): Partial<Config> | undefined
}

const KVM: readonly string[] = ['auto', 'yes', 'no']

/** One row for each setting, by section. */
const SECTIONS: Readonly<Record<string, Readonly<Record<string, Setting>>>> = {
  Network: {
    Pool: {
      words: 'an IPv4 prefix such as 10.0.0.0/8',
      read: (value) => {
        const pool = parsePrefix(value)
        return pool === undefined ? undefined : { pool }
      },
    },
    TenantPrefix: {
      words: 'a number of bits from 8 to 28',
      read: (value) => {
        const bits = /^[0-9]{1,2}$/.test(value) ? Number(value) : 0
        return bits >= 8 && bits <= 28 ? { tenantPrefix: bits } : undefined
      },
    },
    Pool6: {
      words: 'a prefix of unique local IPv6 addresses such as fd12:3456:789a::/48, shorter than 64 bits, or nothing',
      read: (value) => {
        if (value === '') return { pool6: undefined }
        const pool6 = parseAnyPrefix(value)
        const isLocal = pool6?.family === 6 && pool6.bits >= 8 && pool6.bits < 64 && pool6.base >> 121n === 0x7en
        return isLocal ? { pool6 } : undefined
      },
    },
    DNS: {
      words: 'IPv4 addresses, or no',
      read: (value) => {
        if (value === 'no') return { dns: [] }
        const dns = wordsOf(value)
        if (dns.length === 0) return { dns: undefined }
        return dns.every((word) => parseAddress(word) !== undefined) ? { dns } : undefined
      },
    },
    Outside: {
      words: 'yes, no, or names of interfaces',
      read: (value) => {
        if (value === 'no') return { outside: [] }
        if (value === 'yes' || value === '') return { outside: undefined }
        const outside = wordsOf(value)
        return outside.every(isSafeInterface) ? { outside } : undefined
      },
    },
  },
  Machines: {
    KVM: {
      words: 'auto, yes or no',
      read: (value) => (KVM.includes(value) ? { kvm: value as Config['kvm'] } : undefined),
    },
  },
  Provision: PROVISION_SETTINGS,
}

const LARGEST = 64 << 10

/** The ini package keeps no lines; the key is looked for when there is something to say of it. */
const placeOfKey = (file: string, text: string, key: string): Place => {
  const lines = text.split('\n')
  const index = lines.findIndex((line) => line.trim().startsWith(key))
  return { file, line: index + 1, column: index < 0 ? 0 : (lines[index] as string).indexOf(key) + 1 }
}

const readOne = (file: string, text: string, before: Config): Checked<Config> => {
  const problems: Problem[] = []
  let config = before
  const say = (key: string, message: string): void => {
    problems.push({ severity: 'error', at: placeOfKey(file, text, key), message: `${message}, ignoring it` })
  }
  for (const [section, keys] of Object.entries(parse(text) as Record<string, unknown>)) {
    const settings = Object.hasOwn(SECTIONS, section) ? SECTIONS[section] : undefined
    if (settings === undefined || typeof keys !== 'object') {
      say(
        typeof keys === 'object' ? `[${section}` : section,
        `unknown ${typeof keys === 'object' ? 'section' : 'key'} '${section}'`,
      )
      continue
    }
    for (const [key, value] of Object.entries(keys as Record<string, unknown>)) {
      const setting = Object.hasOwn(settings, key) ? settings[key] : undefined
      const change = typeof value === 'string' ? setting?.read(value) : undefined
      if (setting === undefined) say(key, `unknown key '${key}'`)
      else if (change === undefined) say(key, `${key}=${String(value)}: expected ${setting.words}`)
      else config = { ...config, ...change }
    }
  }
  return { value: config, problems }
}

/** The configuration file, then its drop-ins by name; later assignments win. */
export const readConfig = (reader: Reader): Checked<Config> => {
  const dropIns = (reader.readDir(CONFIG_DIR)?.entries ?? [])
    .map(({ name }) => name)
    .filter((name) => name.endsWith('.conf'))
  const problems: Problem[] = []
  let config = DEFAULTS
  for (const file of [CONFIG_FILE, ...dropIns.map((name) => `${CONFIG_DIR}/${name}`)]) {
    const found = reader.readFile(file, LARGEST)
    if (found === undefined) continue
    const read = readOne(file, found.text, config)
    config = read.value
    append(problems, read.problems)
  }
  return { value: config, problems }
}
