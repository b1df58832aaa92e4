import { type ExtensionWishes, extensionImage } from './extension-image.ts'
import { type GptWishes, gptImage } from './gpt-writer.ts'
import { type PeWishes, peFile } from './pe-writer.ts'

/** Files that are made rather than kept: `{"make": "NAME", …}` in a tree of test/compliance. */

/** What stands beside `make`, and a directory to work in. */
export type Maker = (wishes: Readonly<Record<string, unknown>>) => Uint8Array

const RELEASE = 'ID=tenant\nNAME=Tenant\nVERSION_ID=1.0\n'

/** A unified kernel image with nothing wrong, as ukify(1) orders its sections. */
const UKI: Readonly<Record<string, string>> = {
  '.sbat': 'sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n',
  '.osrel': RELEASE,
  '.cmdline': 'quiet',
  '.uname': '6.12.0',
  '.linux': 'MZ',
  '.initrd': '070701',
}

interface UkiWishes extends PeWishes {
  /** In place of its own; null for none. */
  readonly replace?: Readonly<Record<string, string | null>>
  /** After its own. */
  readonly more?: PeWishes['sections']
}

const ukiFile = ({ replace = {}, more = [], ...wishes }: UkiWishes): Uint8Array => {
  const sections = Object.entries({ ...UKI, ...replace }).flatMap(([name, content]) =>
    content === null ? [] : [[name, content] as const],
  )
  return peFile({ ...wishes, sections: [...sections, ...more] })
}

export const MAKERS: Readonly<Record<string, Maker>> = {
  /** `ExtensionWishes` of extension-image.ts. */
  extension: (wishes) => extensionImage(wishes as unknown as ExtensionWishes),
  /** `GptWishes` of gpt-writer.ts. */
  gpt: (wishes) => gptImage(wishes as GptWishes),
  /** `PeWishes` of pe-writer.ts. */
  pe: (wishes) => peFile(wishes as PeWishes),
  uki: (wishes) => ukiFile(wishes as UkiWishes),
}
