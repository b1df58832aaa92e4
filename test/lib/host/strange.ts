import { expect, test } from 'vitest'
import { directory, type MakeWorld, refusal, text } from './world.ts'

/** By code unit the first of these comes first, by code point and in UTF-8 the second. */
const ASTRAL = '\u{1f600}'
const HALF_WIDTH = '\uff5e'

const TREE = {
  '/s': directory,
  '/s/file': text('x'),
  [`/s/${ASTRAL}`]: text(`${ASTRAL}\n`),
  [`/s/${HALF_WIDTH}`]: text(''),
} as const

/** Names and texts that no administrator types, and somebody will. */
export const strangeContract = (makeWorld: MakeWorld): void => {
  test('names beyond the basic plane are read, written and sorted by code unit', async () => {
    await using world = await makeWorld(TREE)
    const { host, read, write } = world
    const names = () => host.readDir(read('/s'))?.entries.map(({ name }) => name)
    expect(names()).toEqual(['file', ASTRAL, HALF_WIDTH])
    host.createFile(write(`/s/${ASTRAL}${ASTRAL}`), `a${ASTRAL}`)
    host.symlink(`${ASTRAL}/x`, write(`/s/${HALF_WIDTH}${ASTRAL}`))
    expect(names()).toEqual(['file', ASTRAL, `${ASTRAL}${ASTRAL}`, HALF_WIDTH, `${HALF_WIDTH}${ASTRAL}`])
    expect(host.readFile(read(`/s/${ASTRAL}`), 5)?.text).toBe(`${ASTRAL}\n`)
    expect(host.readFile(read(`/s/${ASTRAL}${ASTRAL}`), 99)).toMatchObject({ text: `a${ASTRAL}`, stat: { size: 5 } })
    expect(host.readLink(read(`/s/${HALF_WIDTH}${ASTRAL}`))).toBe(`${ASTRAL}/x`)
  })

  // Unicode, section 3.9: what has no UTF-8 is written as U+FFFD.
  test.each([
    ['x\ud800y', 'x\ufffdy'],
    ['\udc00', '\ufffd'],
    ['\ude00\ud83d', '\ufffd\ufffd'],
    ['\ud83d\ud83d\ude00', '\ufffd\u{1f600}'],
    ['\u0000\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff', '\u0000\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff'],
  ])('%j is written as %j', async (given, written) => {
    await using world = await makeWorld(TREE)
    const { host, read, write } = world
    host.createFile(write('/s/created'), given)
    host.replaceFile(write('/s/replaced'), given, 0o644)
    expect(host.readFile(read('/s/created'), 99)?.text).toBe(written)
    expect(host.readFile(read('/s/replaced'), 99)?.text).toBe(written)
  })

  test('a NUL in a path is refused, by whatever it comes', async () => {
    await using world = await makeWorld(TREE)
    const { host, read, write } = world
    const [there, absent] = ['/s/file\0', '/s/\0/x']
    for (const path of [there, absent]) {
      const reading = [read(path), 'EINVAL']
      expect(refusal(() => host.stat(read(path)))).toEqual(reading)
      expect(refusal(() => host.readDir(read(path)))).toEqual(reading)
      expect(refusal(() => host.readLink(read(path)))).toEqual(reading)
      expect(refusal(() => host.readFile(read(path), 99))).toEqual(reading)
      expect(refusal(() => host.readBytes(read(path), 0, 9))).toEqual(reading)
      const writing = [write(path), 'EINVAL']
      expect(refusal(() => host.makeDir(write(path)))).toEqual(writing)
      expect(refusal(() => host.createFile(write(path), 'x'))).toEqual(writing)
      expect(refusal(() => host.symlink('x', write(path)))).toEqual(writing)
      expect(refusal(() => host.makeDirMode(write(path), 0o755))).toEqual(writing)
      expect(refusal(() => host.replaceFile(write(path), 'x', 0o644))).toEqual(writing)
      expect(refusal(() => host.remove(write(path)))).toEqual(writing)
      expect(refusal(() => host.withLock(write(path), 1, () => 7))).toEqual(writing)
    }
    expect(refusal(() => host.symlink('x\0y', write('/s/link')))).toEqual([write('/s/link'), 'EINVAL'])
    expect(host.readDir(read('/s'))?.entries.map(({ name }) => name)).toEqual(['file', ASTRAL, HALF_WIDTH])
  })
}
