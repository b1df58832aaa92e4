import { orElse } from '../../host/host.ts'
import type { Check } from '../check.ts'
import { nameOf, parentOf } from '../tree.ts'
import { FMT } from './rules.ts'

/** Of an image NAME.raw, systemd-dissect(1). */
const ENDINGS = ['verity', 'roothash', 'roothash.p7s', 'usrhash', 'usrhash.p7s'] as const

export const BESIDE = /\.(?:verity|roothash|roothash\.p7s|usrhash|usrhash\.p7s)$/

const LARGEST_HASH = 4096

/** The files beside an image that are for its verity data, FMT-10. */
export const checkBeside = ({ tree, report }: Check, path: string, isPartitioned: boolean): void => {
  const stem = path.replace(/\.raw$/, '')
  for (const ending of ENDINGS) {
    const file = `${stem}.${ending}`
    const node = tree.node(file)
    if (node === undefined) continue
    if (isPartitioned)
      report(FMT['FMT-10'], file, 'is beside an image with a partition table, which systemd then refuses')
    else if (node.size === 0) report(FMT['FMT-10'], file, 'is empty')
    else if (ending === 'roothash' || ending === 'usrhash') {
      const text = orElse(
        () => tree.text(file, LARGEST_HASH) ?? '',
        () => '',
      )
      if (!/^(?:[0-9a-fA-F]{2}){16,}$/.test(text.trim()))
        report(FMT['FMT-10'], file, 'is no hash: expected 32 hexadecimal digits or more')
    }
  }
}

/** Such a file without an image. */
export const checkAlone = ({ tree, report }: Check, file: string): void => {
  const image = `${file.replace(BESIDE, '')}.raw`
  if (tree.node(image) === undefined)
    report(FMT['FMT-10'], file, `is for an image ${nameOf(image)}, which is not there`, {
      hint: `in ${parentOf(file) || 'this directory'} it has to be called after the image, without .raw`,
    })
}
