/** One thing in a generator's directory. `path` is relative to it, and so is `parent`, the directory in it that has to be made. */
export type UnitFile =
  /** `text`: its sections; the header is added where it is written. */
  | { readonly path: string; readonly parent?: string; readonly text: string }
  /** A symbolic link: an instance to its template, or an edge in `.wants/` or `.requires/`. */
  | { readonly path: string; readonly parent?: string; readonly target: string }

export type UnitSet = readonly UnitFile[]

export const unitFile = (name: string, text: string): UnitFile => ({ path: name, text })

/** A drop-in, systemd.unit(5). The number leaves room before and after for an administrator's own. */
export const dropIn = (unitName: string, text: string): UnitFile => {
  const parent = `${unitName}.d`
  return { path: `${parent}/50-tenant.conf`, parent, text }
}

export const instanceLink = (name: string, template: string): UnitFile => ({ path: name, target: template })

/** `target` may be absolute (an installed unit) or `../NAME` (one of the same directory). */
export const wants = (unit: string, name: string, target: string): UnitFile => {
  const parent = `${unit}.wants`
  return { path: `${parent}/${name}`, parent, target }
}

export const requires = (unit: string, name: string): UnitFile => {
  const parent = `${unit}.requires`
  return { path: `${parent}/${name}`, parent, target: `../${name}` }
}
