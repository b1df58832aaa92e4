/** systemd.unit(5): what is a name of a unit, also of a template without instance. */

const SUFFIX = /\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/
const NAME = /^[A-Za-z0-9:_.\\-]+(?:@[A-Za-z0-9:_.\\@-]*)?$/

export const isUnitName = (name: string): boolean => {
  const suffix = SUFFIX.exec(name)
  return suffix !== null && name.length <= 255 && NAME.test(name.slice(0, suffix.index))
}

/** The template that an instance is made of, `getty@tty1.service` of `getty@.service`; undefined for any other name. */
export const templateOf = (name: string): string | undefined => {
  const at = name.indexOf('@')
  const dot = name.lastIndexOf('.')
  return at < 0 || at === dot - 1 ? undefined : `${name.slice(0, at + 1)}${name.slice(dot)}`
}
