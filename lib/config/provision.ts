import { parseSize } from '../tenant/values.ts'

/** The [Provision] section of bitbuilder.conf(5). */
export interface ProvisionConfig {
  /** Schemes of addresses that repositories may have. */
  readonly protocols: readonly string[]
  /** Of a tenant's repository, and of the files of one of its commits, in bytes. */
  readonly maxRepositorySize: number
  /** Files and directories of one commit. */
  readonly maxFiles: number
  /** For one step of a provisioning, in seconds. */
  readonly fetchTimeout: number
  /** Revisions that are kept, the current one included. */
  readonly keepRevisions: number
}

export const PROVISION_DEFAULTS: ProvisionConfig = {
  protocols: ['https', 'ssh', 'file'],
  maxRepositorySize: 2 ** 30,
  maxFiles: 200_000,
  fetchTimeout: 900,
  keepRevisions: 5,
}

const number = (value: string, least: number, most: number): number | undefined =>
  /^[0-9]{1,7}$/.test(value) && Number(value) >= least && Number(value) <= most ? Number(value) : undefined

/** The same as in config.ts, where they are read. */
export const PROVISION_SETTINGS = {
  Protocols: {
    words: 'names of protocols such as https, ssh, file',
    read: (value: string) => {
      const protocols = value.split(/\s+/).filter((word) => word !== '')
      const isGood = protocols.length > 0 && protocols.every((word) => /^(?:https?|ssh|git|file)$/.test(word))
      return isGood ? { protocols } : undefined
    },
  },
  MaxRepositorySize: {
    words: 'a size such as 512M or 4G',
    read: (value: string) => {
      const maxRepositorySize = parseSize(value)
      return maxRepositorySize === undefined ? undefined : { maxRepositorySize }
    },
  },
  MaxFiles: {
    words: 'a number from 1 to 1000000',
    read: (value: string) => {
      const maxFiles = number(value, 1, 1_000_000)
      return maxFiles === undefined ? undefined : { maxFiles }
    },
  },
  FetchTimeoutSec: {
    words: 'a number of seconds from 1 to 3600',
    read: (value: string) => {
      const fetchTimeout = number(value, 1, 3600)
      return fetchTimeout === undefined ? undefined : { fetchTimeout }
    },
  },
  KeepRevisions: {
    words: 'a number from 2 to 1000',
    read: (value: string) => {
      const keepRevisions = number(value, 2, 1000)
      return keepRevisions === undefined ? undefined : { keepRevisions }
    },
  },
}
