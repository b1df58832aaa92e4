import type { Stat } from '../host/host.ts'

/** Why a file must not be obeyed: what it says becomes root's doing, so only root may have written it. `owner` is as good as root. */
export const distrust = ({ uid, gid, mode }: Stat, owner: number): string | undefined => {
  if (uid !== 0 && uid !== owner) return `belongs to user ${uid}, not to root`
  if ((mode & 0o002) !== 0) return 'may be written by everybody'
  if ((mode & 0o020) !== 0 && gid !== 0 && owner === 0) return `may be written by group ${gid}`
  return undefined
}
