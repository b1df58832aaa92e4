import { expect, test } from 'vitest'
import { checkListing, inCommit } from '../../../lib/git/listing.ts'

const ID = 'a'.repeat(40)
const LIMITS = { files: 10, size: 100 }

const line = (path: string, mode = '100644', size: number | string = 1): string => {
  const type = mode === '040000' ? 'tree' : mode === '160000' ? 'commit' : 'blob'
  return `${mode} ${type} ${ID} ${String(size).padStart(7)}\t${path}\0`
}

const check = (...lines: readonly string[]) => {
  const { value, problems } = checkListing(lines.join(''), (path) => `C:${path}`, LIMITS)
  return { paths: value.map(({ path }) => path), said: problems.map(({ at, message }) => `${at.file}: ${message}`) }
}

test('every kind of entry that a file system has', () => {
  const { value, problems } = checkListing(
    [line('d', '040000', '-'), line('d/x', '100755', 7), line('d/l', '120000'), line('f'), line('ä\u200bb')].join(''),
    (path) => path,
    LIMITS,
  )
  expect(problems).toEqual([])
  expect(value.map(({ kind, size }) => [kind, size])).toEqual([
    ['tree', 0],
    ['executable', 7],
    ['link', 1],
    ['file', 1],
    ['file', 1],
  ])
})

test.each([
  ['..', "has '..' in it"],
  ['a/../../etc/passwd', "has '..' in it"],
  ['./a', "has '.' in it"],
  ['/etc/passwd', 'has an empty name in it'],
  ['a//b', 'has an empty name in it'],
  ['', 'has an empty name in it'],
  ['.git/config', "has '.git' in it"],
  ['sub/.GIT', "has '.git' in it"],
  ['a\nb', 'has control characters, or is not UTF-8'],
  ['a\u007f', 'has control characters, or is not UTF-8'],
  ['a\ufffd', 'has control characters, or is not UTF-8'],
  ['x'.repeat(256), 'has a name longer than 255 bytes in it'],
  ['ä'.repeat(128), 'has a name longer than 255 bytes in it'],
  [Array.from({ length: 20 }, () => 'x'.repeat(200)).join('/'), 'is longer than 3072 bytes'],
  [Array.from({ length: 65 }, () => 'x').join('/'), 'is deeper than 64 directories'],
])('refuses the path %j', (path, words) => {
  const { paths, said } = check(line('good'), line(path))
  expect(paths).toEqual(['good'])
  expect(said).toHaveLength(1)
  expect(said[0]).toContain(words)
})

test('refuses submodules, other modes, and a mode that is not what the object is', () => {
  expect(
    check(line('s', '160000', '-'), line('m', '100600'), line('t', '040000', '-').replace(' tree ', ' blob ')).said,
  ).toEqual(['C:s: is a submodule, and those are not fetched', 'C:m: has the mode 100600', 'C:t: has the mode 040000'])
})

test('refuses what is there twice: a directory must not follow a link of its name', () => {
  expect(check(line('a', '120000'), line('a', '040000', '-'), line('a/x')).said).toEqual(['C:a: is there twice'])
})

test('counts files and bytes', () => {
  expect(check(...Array.from({ length: 11 }, (_, index) => line(`f${index}`))).said).toEqual([
    'C:: has more files and directories than MaxFiles=10',
  ])
  expect(check(line('a', '100644', 60), line('b', '100644', 41)).said).toEqual([
    'C:: has 101 bytes of files, more than MaxRepositorySize=, 100 bytes',
  ])
})

test('says of a name as much as can be read', () => {
  const { problems } = checkListing(line('x'.repeat(4 << 20)), (path) => inCommit(ID, path), LIMITS)
  expect(problems.map(({ at }) => at.file)).toEqual([`${'a'.repeat(12)}:${'x'.repeat(200)}…`])
})
