import { runGenerator } from '../lib/program/generator.ts'
import type { Main } from '../lib/program/main.ts'
import { tenantPlan } from '../lib/program/plans.ts'

/** tenant-generator(8), a systemd.generator(7): the units of each tenant in the registry. */
export const tenantGenerator: Main = (host, args) => runGenerator(host, args, tenantPlan)
