import type { Reader } from '../host/host.ts'
import { inConfig, tenantDir } from '../layout/paths.ts'
import { checkSettings, type Settings } from './nspawn-settings.ts'
import type { MachinePlace } from './place.ts'

const LARGEST = 64 << 10

/** What the repository says about a container, as far as it may. */
export const readSettings = (reader: Reader, { id, source }: MachinePlace): Settings => {
  const file = inConfig(`${source}/nspawn-settings.conf`)
  const text = reader.readFileInside(tenantDir(id), file, LARGEST)?.text ?? ''
  return checkSettings(`${tenantDir(id)}/${file}`, text)
}
