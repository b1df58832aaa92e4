import type { TemplateType } from '../../templates/schema.ts'
import type { Check } from '../check.ts'
import { checkContainerTemplate } from '../container/container.ts'
import { checkExtensionTree } from '../format/extension.ts'
import { checkHomedTemplate } from '../home/homed.ts'
import { checkInfraTemplate } from '../infra/infra.ts'
import { checkMachineTemplate } from '../machine/machine.ts'
import { checkNetworkTemplate } from '../network/network.ts'
import { checkConfiguration } from './configuration.ts'
import { checkContents } from './contents.ts'
import { TPL } from './rules.ts'
import { checkScripts } from './scripts.ts'
import type { Template } from './view.ts'

interface Layout {
  /** Directories of which one at least has to be there. */
  readonly has: readonly string[]
  /** What else may stand at the top. */
  readonly may: readonly string[]
  /** The rules of the type itself. */
  check(check: Check, template: Template): void
}

const LAYOUTS: Readonly<Record<TemplateType, Layout>> = {
  infrastructure: { has: ['rootfs'], may: [], check: checkInfraTemplate },
  machine: {
    has: ['disk-image'],
    may: ['extensions', 'repart.d'],
    check: (check, { provides }) => checkMachineTemplate(check, provides),
  },
  container: { has: ['rootfs'], may: ['extensions'], check: checkContainerTemplate },
  homed: {
    has: ['home-skeleton'],
    may: [],
    // It knows itself where a value may still be `{{NAME}}`.
    check: (check, { tree }) => checkHomedTemplate({ ...check, tree }),
  },
  network: { has: ['usr', 'etc', 'network'], may: [], check: checkNetworkTemplate },
  sysext: { has: ['usr', 'opt'], may: [], check: (check) => checkExtensionTree(check, 'sysext') },
  confext: { has: ['etc'], may: [], check: (check) => checkExtensionTree(check, 'confext') },
}

const EVERYWHERE: readonly string[] = ['metadata.json', 'config', 'scripts', 'validate-template.sh']
const PLAIN = /^(?:README|LICENSE|LICENCE|COPYING|CHANGELOG|\.git|\.editorconfig$)/

const checkTop = ({ tree, report }: Check, type: TemplateType, { has, may }: Layout): void => {
  if (!has.some((name) => tree.node(name)?.kind === 'directory')) {
    const other = Object.entries(LAYOUTS).find(([, layout]) =>
      layout.has.some((name) => tree.node(name)?.kind === 'directory'),
    )
    const names = has.map((name) => `${name}/`).join(' or ')
    const found = other === undefined ? '' : `; what is there looks like a template of type ${other[0]}`
    report(TPL['TPL-01'], '', `is of type ${type}, and has no ${names}${found}`)
  }
  for (const { name } of tree.entries(''))
    if (!PLAIN.test(name) && ![...EVERYWHERE, ...has, ...may].includes(name))
      report(TPL['TPL-04'], name, `is nothing that a template of type ${type} has`)
}

/** Everything but metadata.json itself. */
export const checkLayout = (check: Check, template: Template): void => {
  checkContents(check)
  checkScripts(check)
  checkConfiguration(check)
  if (template.type === undefined) return
  const layout = LAYOUTS[template.type]
  checkTop(check, template.type, layout)
  layout.check(check, template)
}
