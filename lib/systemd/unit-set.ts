import type { Unit } from './unit.ts'

/** One thing in a generator's directory. Paths are relative to it. */
export type UnitFile =
  | { readonly path: string; readonly unit: Unit }
  /** A symbolic link: an instance to its template, or an edge in `.wants/` or `.requires/`. */
  | { readonly path: string; readonly target: string }

export type UnitSet = readonly UnitFile[]

export const unitFile = (name: string, unit: Unit): UnitFile => ({ path: name, unit })

/** A drop-in, systemd.unit(5). The number leaves room before and after for an administrator's own. */
export const dropIn = (unitName: string, unit: Unit): UnitFile => ({ path: `${unitName}.d/50-tenant.conf`, unit })

export const instanceLink = (name: string, template: string): UnitFile => ({ path: name, target: template })

/** `target` may be absolute (an installed unit) or `../NAME` (one of the same directory). */
export const wants = (unit: string, name: string, target: string): UnitFile => ({
  path: `${unit}.wants/${name}`,
  target,
})

export const requires = (unit: string, name: string): UnitFile => ({
  path: `${unit}.requires/${name}`,
  target: `../${name}`,
})
