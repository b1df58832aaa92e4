/** What a machine's disk is made by: repart.d(5), which is the machine's own and not ours. */

import type { Reader } from '../host/host.ts'
import type { Problem } from '../report/problem.ts'

export const DEFINITIONS = 'repart.d'

const LARGEST = 64 << 10
/** More than this in one file is not told. */
const MOST_PROBLEMS = 20

/**
 * Keys that take nothing but the machine's tree. CopyBlocks= would take any disk of this host, and the keys of encryption a
 * file or its TPM.
 */
const KEYS: readonly string[] = [
  ...['Type', 'Label', 'UUID', 'Priority', 'Weight', 'PaddingWeight', 'Flags', 'NoAuto', 'ReadOnly', 'GrowFileSystem'],
  ...['SizeMinBytes', 'SizeMaxBytes', 'PaddingMinBytes', 'PaddingMaxBytes', 'Minimize', 'FactoryReset'],
  ...['Format', 'Compression', 'CompressionLevel', 'CopyFiles', 'ExcludeFiles', 'ExcludeFilesTarget'],
  ...['MakeDirectories', 'MakeSymlinks', 'Subvolumes', 'DefaultSubvolume'],
  ...['Verity', 'VerityMatchKey', 'VerityDataBlockSizeBytes', 'VerityHashBlockSizeBytes'],
]

const judge = (line: string): string | undefined => {
  if (line === '[Partition]') return undefined
  if (line.startsWith('[')) return `${line} is no section of a partition, expected [Partition]`
  if (line.endsWith('\\')) return 'goes on in the next line, expected each setting in one'
  const equals = line.indexOf('=')
  if (equals < 1) return 'is no setting'
  const key = line.slice(0, equals).trim()
  if (!KEYS.includes(key)) return `${key}= is not for a machine's disk`
  return line.includes('%') ? `${key}= has a specifier, which is another value on each host` : undefined
}

/** What is wrong with a definition. */
export const checkDefinition = (file: string, text: string): readonly Problem[] =>
  text
    .split('\n')
    .flatMap((whole, index): readonly Problem[] => {
      const line = whole.trim()
      const message = line === '' || /^[#;]/.test(line) ? undefined : judge(line)
      return message === undefined ? [] : [{ severity: 'error', at: { file, line: index + 1, column: 1 }, message }]
    })
    .slice(0, MOST_PROBLEMS)

/** The values of a key in all definitions. */
export const valuesOf = (definitions: ReadonlyMap<string, string>, key: string): readonly string[] =>
  [...definitions.values()].flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line.trim().startsWith(`${key}=`))
      .map((line) => line.slice(line.indexOf('=') + 1).trim()),
  )

/** The definitions of a machine by name, as they are. Throws HostError for what is no file of the machine's own. */
export const readDefinitions = (reader: Reader, dir: string): ReadonlyMap<string, string> =>
  new Map(
    (reader.listInside(dir, DEFINITIONS) ?? [])
      .filter(({ name }) => name.endsWith('.conf'))
      .map(({ name }) => [name, reader.readFileInside(dir, `${DEFINITIONS}/${name}`, LARGEST)?.text ?? '']),
  )
