import { rules, systemdPage } from '../rule.ts'

const page = systemdPage('os-release', 5)

export const OSR = rules({
  'OSR-01': ['E', 'etc/os-release or usr/lib/os-release leads to a file inside the tree', page],
})
