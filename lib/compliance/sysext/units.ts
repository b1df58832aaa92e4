import { orElse } from '../../host/host.ts'
import type { Check } from '../check.ts'
import { nameOf } from '../tree.ts'
import { SYSEXT } from './rules.ts'

const UNIT = /^usr\/lib\/systemd\/system\/[^/]+\.(?:service|socket|timer|path|target|mount)$/
const WANTED = /^usr\/lib\/systemd\/system\/[^/]+\.(?:wants|requires|upholds)\/([^/]+)$/

const LARGEST = 256 << 10

/** SYSEXT-15 as a walk goes along: `systemctl enable` has no /etc to write to, so a link in usr/ has to do it. */
export const unitWatch = ({ tree, report }: Check) => {
  const units: string[] = []
  const wanted = new Set<string>()
  return {
    visit: (path: string): void => {
      const link = WANTED.exec(path)
      if (link !== null) wanted.add(link[1] as string)
      else if (UNIT.test(path)) units.push(path)
    },
    end: (): void => {
      for (const path of units) {
        const text = orElse(
          () => tree.text(path, LARGEST) ?? '',
          () => '',
        )
        const install = /^\[Install\]\s*$/m.exec(text)
        const by = install === null ? null : /^(WantedBy|RequiredBy|UpheldBy)=\s*(\S+)/m.exec(text.slice(install.index))
        if (by === null || wanted.has(nameOf(path))) continue
        const kind = by[1] === 'WantedBy' ? 'wants' : by[1] === 'RequiredBy' ? 'requires' : 'upholds'
        report(SYSEXT['SYSEXT-15'], path, `is not started: nothing in the extension enables it for ${by[2]}`, {
          hint: `ln -s ../${nameOf(path)} usr/lib/systemd/system/${by[2]}.${kind}/`,
        })
      }
    },
  }
}
