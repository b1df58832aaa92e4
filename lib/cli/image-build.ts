import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { type Built, buildImage } from '../images/build.ts'
import { FORMATS } from '../images/formats.ts'
import { buildMachine, isMachine } from '../images/machine.ts'
import { progressOn } from '../images/progress.ts'
import type { SigningKey } from '../images/repart.ts'
import { CLASS_OPTION, classAsked } from './image-class.ts'
import { type Call, printJson, problemText, type Verb } from './verb.ts'

const keyAsked = (options: Call['options']): SigningKey | undefined => {
  const [privateKey, certificate] = [options.get('--private-key'), options.get('--certificate')]
  if (privateKey === undefined && certificate === undefined) return undefined
  if (privateKey === undefined || certificate === undefined)
    throw new HostError('--private-key, --certificate', 'belong together')
  return { privateKey, certificate }
}

const KIBIBYTE = 1024

const print = (host: Host, built: Built): void => {
  const { file, kind, name, version, format, size, sha256, roothash, signed } = built
  const what = [kind, name, version ?? '', format, `${Math.ceil(size / KIBIBYTE)}K`].filter((one) => one !== '')
  const verity = roothash === undefined ? [] : [`  roothash ${roothash}${signed ? ', signed' : ''}`]
  host.print(`${[`${file}: ${what.join(' ')}`, `  sha256   ${sha256}`, ...verity].join('\n')}\n`)
}

export const imageBuild: Verb = {
  name: 'image build',
  operand: { name: 'DIR', required: true },
  further: { name: 'OUT', required: true },
  summary: 'make an extension image or the disk of a machine, the same bytes each time',
  options: [
    CLASS_OPTION,
    { name: '--format', value: 'FORMAT', summary: `${FORMATS.join(', ')}` },
    { name: '--base', value: 'TREE', summary: 'the root file system that the extension is for' },
    { name: '--image-version', value: 'VERSION', summary: 'the version in the name' },
    { name: '--private-key', value: 'FILE', summary: 'sign a ddi: the key, PEM' },
    { name: '--certificate', value: 'FILE', summary: 'sign a ddi: the certificate, PEM' },
  ],
  isLive: true,
  run: ({ host, operand = '', further = '', json, options }) => {
    const asked = {
      dir: operand.replace(/\/+$/, '') || '/',
      out: further,
      kind: classAsked(options),
      format: options.get('--format'),
      version: options.get('--image-version'),
      key: keyAsked(options),
      base: options.get('--base'),
    }
    const build = isMachine(host, asked.dir) ? buildMachine : buildImage
    const { built, problems } = build(host, asked, progressOn(host, !json))
    if (json) printJson(host, { image: built ?? null, problems })
    else {
      for (const problem of problems) host.print(`${problemText(host, problem)}\n`)
      if (built !== undefined) print(host, built)
    }
    return built === undefined ? 1 : 0
  },
}
