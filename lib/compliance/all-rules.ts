import { BOOT } from './boot/rules.ts'
import { CONFEXT } from './confext/rules.ts'
import { CONT } from './container/rules.ts'
import { DDI } from './ddi/rules.ts'
import { EXTREL } from './extension-release/rules.ts'
import { FMT, NAME } from './format/rules.ts'
import { HOME, HOMED } from './home/rules.ts'
import { INFRA } from './infra/rules.ts'
import { MACH } from './machine/rules.ts'
import { META } from './metadata/rules.ts'
import { NETT } from './network/rules.ts'
import { OSR } from './os-release/rules.ts'
import { ROOT } from './rootfs/rules.ts'
import type { Rule, RuleTable } from './rule.ts'
import { SYSEXT } from './sysext/rules.ts'
import { TPL } from './template/rules.ts'
import { VOA } from './voa/rules.ts'

/** Every table of rules, in the order in which they are listed. */
const TABLES: readonly RuleTable[] = [
  ROOT,
  OSR,
  EXTREL,
  SYSEXT,
  CONFEXT,
  FMT,
  NAME,
  VOA,
  BOOT,
  DDI,
  HOME,
  META,
  TPL,
  INFRA,
  CONT,
  MACH,
  HOMED,
  NETT,
]

export const allRules = (): readonly Rule[] => TABLES.flatMap((table) => Object.values(table))
