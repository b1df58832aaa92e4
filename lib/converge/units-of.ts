import {
  instancePatterns,
  isInstanceOf,
  machinePatterns,
  mountPrefix,
  mountsPattern,
  mountUnit,
  tenantSlice,
} from '../layout/names.ts'
import { boundRootfs, EXTENSION_CLASSES, imagesDir, mergedDir } from '../layout/paths.ts'

/** Mounts of ours with one name each. What else is mounted below the tenant's directory is the administrator's. */
const ownMounts = (id: string): readonly string[] => [
  ...EXTENSION_CLASSES.map((kind) => mountUnit(mergedDir(id, kind))),
  mountUnit(boundRootfs(id)),
]

/** Patterns for systemctl(1) that match everything of one tenant, and nothing of another's. */
export const patternsOf = (id: string): readonly string[] => [
  ...instancePatterns(id),
  ...machinePatterns(id),
  tenantSlice(id),
  ...ownMounts(id),
  mountsPattern(imagesDir(id)),
]

/** Whether a unit is the tenant's, by its name alone: its entry may be gone. */
export const isUnitOf = (id: string, name: string): boolean =>
  isInstanceOf(id, name) ||
  name === tenantSlice(id) ||
  ownMounts(id).includes(name) ||
  (name.endsWith('.mount') && name.startsWith(mountPrefix(imagesDir(id))))
