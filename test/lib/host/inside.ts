import { expect } from 'vitest'
import { type InWorld, LOOP, NOT_BELOW, refusal } from './world.ts'

const listing = (inWorld: InWorld): void => {
  inWorld('listInside() lists what readDir() does', ({ host, read }) => {
    const entries = host.readDir(read('/d/dir'))?.entries
    for (const [base, relative] of [
      ['/d', 'dir'],
      ['/', 'd/dir'],
      ['/d/toDir/..', 'dir'],
      ['/d/absolute', '.'],
      ['/d', './/dir/'],
    ] as const)
      expect(host.listInside(read(base), relative)).toEqual(entries)
    expect(host.listInside(read('/d'), 'dir/alpha')).toEqual([])
    for (const relative of ['none', 'none/none', 'dir/none'])
      expect(host.listInside(read('/d'), relative)).toBe(undefined)
    expect(host.listInside(read('/none'), 'dir')).toBe(undefined)
    expect(host.listInside(read('/d/dangling'), 'dir')).toBe(undefined)
  })
  inWorld('listInside() follows no link below its base, and does not leave it', ({ host, read }) => {
    for (const [relative, reason] of [
      ['toDir', LOOP],
      ['toDir/alpha', LOOP],
      ['absolute', LOOP],
      ['dangling', LOOP],
      ['loop', LOOP],
      ['..', LOOP],
      ['dir/../dir', LOOP],
      ['file', NOT_BELOW],
      ['fifo', NOT_BELOW],
      ['file/x', NOT_BELOW],
    ] as const)
      expect(refusal(() => host.listInside(read('/d'), relative))).toEqual([read(`/d/${relative}`), reason])
  })
}

const scanning = (inWorld: InWorld): void => {
  inWorld('scanInside() lists what readDir() does, each entry as stat() has it', ({ host, read }) => {
    for (const relative of ['', 'dir']) {
      const path = relative === '' ? '/d' : `/d/${relative}`
      const names = host.readDir(read(path))?.entries.map(({ name }) => name) ?? []
      const scanned = host.scanInside(read('/d'), relative) ?? []
      expect(scanned.map(({ name }) => name)).toEqual(names)
      for (const { name, isPlain, links, device, ...stat } of scanned) {
        expect(isPlain).toBe(!/[\u0000-\u001f\u007f\ufffd]/.test(name))
        expect(stat).toEqual(host.stat(read(`${path}/${name}`)))
        expect(device).toBe(stat.kind === 'device' ? '1:3' : '')
        expect(links).toBeGreaterThan(0)
      }
    }
  })
  inWorld('scanInside() follows no link below its base, and does not leave it', ({ host, read }) => {
    for (const relative of ['toDir', 'absolute', 'dangling', 'loop', '..', 'dir/../dir'])
      expect(refusal(() => host.scanInside(read('/d'), relative))).toEqual([read(`/d/${relative}`), LOOP])
    for (const relative of ['file', 'file/x'])
      expect(refusal(() => host.scanInside(read('/d'), relative))).toEqual([read(`/d/${relative}`), NOT_BELOW])
    expect(host.scanInside(read('/d'), 'none')).toBe(undefined)
    expect(host.scanInside(read('/none'), '')).toBe(undefined)
  })
}

/** What there is depends on the machine; what can be set without being root is in test/lib/compliance. */
const attributes = (inWorld: InWorld): void => {
  inWorld('attributes() has an answer for each path, in their order', ({ host, read }) => {
    expect(host.attributes([]).length).toBe(0)
    const found = host.attributes(['/d/file', '/d/none', '/d/dangling', '/d/dir'].map(read))
    expect(found.length).toBe(4)
    expect(found[1]).toEqual([])
    for (const one of found) for (const [name] of one) expect(name).toMatch(/^[a-z]+\./)
  })
}

const reading = (inWorld: InWorld): void => {
  for (const [relative, content] of [
    ['file', 'hello\n'],
    ['toFile', 'hello\n'],
    ['toDir/Zed', 'z'],
    ['dir/../toDir/ä', 'ä'],
    ['.//file', 'hello\n'],
    ['empty', ''],
    ['none', undefined],
    ['none/none', undefined],
    ['dangling', undefined],
  ] as const) {
    inWorld(`readFileInside(${relative}) is ${JSON.stringify(content)}`, ({ host, read }) =>
      expect(host.readFileInside(read('/d'), relative, 4096)?.text).toBe(content),
    )
  }
  for (const [relative, path, reason] of [
    ['absolute/Zed', 'absolute', 'is a link that leads out of /d'],
    ['pong', 'pong', 'is a link that leads out of /d'],
    ['../d/file', '../d/file', 'leads out of /d'],
    ['dir/../../d/file', 'dir/../../d/file', 'leads out of /d'],
    ['loop', 'loop', 'has too many links'],
    ['dir', 'dir', 'is a directory, expected a file'],
    ['toDir', 'dir', 'is a directory, expected a file'],
    ['fifo', 'fifo', 'is a FIFO, expected a file'],
    ['device', 'device', 'is a device, expected a file'],
    ['file/x', 'file/x', NOT_BELOW],
    ['latin', 'latin', 'is not valid UTF-8'],
    ['large', 'large', 'is larger than 4 KiB'],
  ] as const) {
    inWorld(`readFileInside(${relative}) refuses: ${reason}`, ({ host, read }) =>
      expect(refusal(() => host.readFileInside(read('/d'), relative, 4096))).toEqual([
        read(`/d/${path}`),
        reason.replace('/d', read('/d')),
      ]),
    )
  }
  inWorld('readFileInside() gives the stat of what it has read', ({ host, read }) =>
    expect(host.readFileInside(read('/d'), 'toFile', 6)?.stat).toEqual(host.stat(read('/d/file'))),
  )
}

/** What stays below a directory that somebody else may have filled. */
export const insideContract = (inWorld: InWorld): void => {
  listing(inWorld)
  scanning(inWorld)
  attributes(inWorld)
  reading(inWorld)
}
