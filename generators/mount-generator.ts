import { runGenerator } from '../lib/program/generator.ts'
import type { Main } from '../lib/program/main.ts'
import { mountPlan } from '../lib/program/plans.ts'

/** mount-generator(8), a systemd.generator(7): the overlay mounts of each tenant that has extensions. */
export const mountGenerator: Main = (host, args) => runGenerator(host, args, mountPlan)
