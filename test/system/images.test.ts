import { beforeAll, expect, test } from 'vitest'
import { REGISTRY, registry } from './fixtures.ts'
import { useMachine } from './machine.ts'

// Images that we make, as systemd sees them, and what a tenant gets of them.

const TOOLS = '/srv/tools'
const SITE = '/srv/site'
const SHELF = '/var/lib/tenants/acme/extensions/sysext/tools.sysext.raw.v'

const here = useMachine({
  installed: true,
  files: {
    [REGISTRY]: registry({ id: 'acme', enabled: false, infra: { enabled: false }, network: { mode: 'none' } }),
    [`${TOOLS}/usr/lib/extension-release.d/extension-release.tools`]: 'ID=debian\n',
    [`${TOOLS}/usr/bin/hello`]: '#!/bin/sh\necho hello\n',
    [`${TOOLS}/usr/share/tools/version`]: 'one\n',
    [`${SITE}/etc/extension-release.d/extension-release.site`]: 'ID=_any\nCONFEXT_VERSION_ID=7\n',
    [`${SITE}/etc/site.conf`]: 'site\n',
  },
})

const must = (command: string) => here.machine.must(command)

// The kernel gives out loop devices of which a machine has no nodes while other machines have the first ones.
beforeAll(() => {
  must('for n in $(seq 0 63); do [ -e /dev/loop$n ] || mknod -m 0660 /dev/loop$n b 7 $n; done')
  // Those of partitions come and go, as on a host.
  must(`mkdir /run/devices && mount -t devtmpfs devtmpfs /run/devices
    for n in $(seq 0 63); do for part in 1 2 3; do ln -s /run/devices/loop\${n}p$part /dev/; done; done`)
})

const build = (...args: readonly string[]) => must(`bitbuilder image build ${args.join(' ')} --base=/ --json`)
const fileOf = (said: string): string => JSON.parse(said).image.file

/** Which extensions systemd has merged into a hierarchy. */
const merged = (tool: string, hierarchy: string): unknown => {
  const rows: readonly { hierarchy: string; extensions: unknown }[] = JSON.parse(must(`${tool} status --json=short`))
  return rows.find((row) => row.hierarchy === hierarchy)?.extensions
}

test.each(['squashfs', 'erofs'])('systemd-sysext and systemd-confext merge what image build makes as %s', (format) => {
  must('mkdir -p /run/extensions /run/confexts')
  const sysext = fileOf(build(TOOLS, '/run/extensions', '--image-version=1.2~rc1', `--format=${format}`))
  const confext = fileOf(build(SITE, '/run/confexts', `--format=${format}`))
  expect([sysext, confext]).toEqual(['/run/extensions/tools_1.2~rc1.sysext.raw', '/run/confexts/site_7.confext.raw'])
  must('systemd-sysext merge && systemd-confext merge')
  expect(merged('systemd-sysext', '/usr')).toEqual(['tools_1.2~rc1'])
  expect(merged('systemd-confext', '/etc')).toEqual(['site_7'])
  expect(must('hello && cat /etc/site.conf')).toBe('hello\nsite')
  must('systemd-confext unmerge && systemd-sysext unmerge && rm -r /run/extensions /run/confexts')
})

test('a .v directory is taken as systemd-vpick takes it', () => {
  must('mkdir -p /run/extensions/tools.sysext.raw.v')
  for (const version of ['1.9', '1.10'])
    build(TOOLS, '/run/extensions/tools.sysext.raw.v', `--image-version=${version}`)
  expect(must('systemd-vpick --suffix=.sysext.raw --print=filename /run/extensions/tools.sysext.raw.v')).toContain(
    'tools_1.10.sysext.raw',
  )
  must('systemd-sysext merge')
  expect(merged('systemd-sysext', '/usr')).toEqual(['tools'])
  must('systemd-sysext unmerge && rm -r /run/extensions')
})

const KEY = '--private-key=/srv/key.pem --certificate=/srv/certificate.pem'

test('a DDI has dm-verity and a signature that others confirm, and is the same each time', () => {
  must(`openssl req -x509 -newkey rsa:2048 -nodes -keyout /srv/key.pem -out /srv/certificate.pem -subj /CN=test 2>&1
    cp -r ${TOOLS} /srv/again && find /srv/again -exec touch -h -d 2001-02-03 {} +`)
  const plain = JSON.parse(build(TOOLS, '/srv', '--image-version=1', '--format=ddi')).image
  expect(must(`systemd-dissect --validate --image-policy=root=verity ${plain.file}`)).toBe('OK')
  expect(here.machine.run(`systemd-dissect --validate --image-policy=root=signed ${plain.file}`).status).not.toBe(0)
  const signed = JSON.parse(build(TOOLS, '/srv', '--image-version=2', '--format=ddi', KEY)).image
  expect(must(`systemd-dissect --validate --image-policy=root=signed ${signed.file}`)).toBe('OK')
  expect(signed).toMatchObject({ signed: true, version: '2', roothash: expect.stringMatching(/^[0-9a-f]{64}$/) })
  const again = JSON.parse(build('/srv/again', '/srv/tools_2.raw', '--format=ddi', KEY)).image
  expect(again.sha256).toBe(signed.sha256)

  const [data, hash] = JSON.parse(must(`sfdisk --json ${signed.file}`)).partitiontable.partitions
  for (const [part, name] of [
    [data, 'data'],
    [hash, 'hash'],
  ] as const)
    must(`dd if=${signed.file} of=/srv/${name} bs=512 skip=${part.start} count=${part.size} status=none`)
  expect(data.name).toBe('tools_2')
  const verify = `veritysetup verify /srv/data /srv/hash ${signed.roothash}`
  must(verify)
  must('printf x | dd of=/srv/data bs=1 seek=1024 conv=notrunc status=none')
  expect(here.machine.run(verify).status).not.toBe(0)
})

const inTenant = (): string => must('cat /var/lib/tenants/acme/sysext/share/tools/version')
// Nobody starts a mount so often in ten seconds: without the reset systemd.unit(5) would have enough of it, StartLimitBurst=.
const reload = (): string => must('systemctl reset-failed && systemctl reload tenant@acme.service')

const version = (number: number, text: string): string => {
  must(`echo ${text} >${TOOLS}/usr/share/tools/version`)
  return fileOf(build(TOOLS, '/srv', `--image-version=${number}`))
}

test('a tenant sees what is installed when it starts, and the next version when it is reloaded', () => {
  must('systemctl start tenant-provision@acme.service')
  expect(must(`bitbuilder image install acme ${version(1, 'one')}`)).toBe(
    'acme: sysext tools 1 installed, is taken, before none',
  )
  must('systemctl daemon-reload && systemctl start tenant@acme.service')
  expect(inTenant()).toBe('one')
  expect(must(`bitbuilder image install acme ${version(2, 'two')}`)).toContain('systemctl reload tenant@acme')
  expect(inTenant()).toBe('one')
  expect(must('bitbuilder plan acme')).toContain('tools.mount  it is of another file now')
  reload()
  expect(inTenant()).toBe('two')
})

test('rollback brings the version before back, also by a restart, and it goes forward again', () => {
  expect(must('bitbuilder image rollback acme tools')).toContain('acme: sysext tools 1 is taken, before 2')
  expect(must(`ls ${SHELF}`)).toBe('tools_1.sysext.raw\ntools_2+0.sysext.raw')
  expect(inTenant()).toBe('two')
  must('systemctl restart tenant@acme.service')
  expect(inTenant()).toBe('one')
  expect(must(`systemd-vpick --suffix=.sysext.raw --print=version ${SHELF}`)).toBe('1')
  expect(must('bitbuilder image list acme').split('\n').slice(1)).toEqual([
    expect.stringMatching(/^acme +sysext +tools +1 +current +squashfs/),
    expect.stringMatching(/^acme +sysext +tools +2 +bad \+0-0 +squashfs/),
  ])
  must('bitbuilder image rollback acme tools 2')
  reload()
  expect(inTenant()).toBe('two')
  expect(must(`ls ${SHELF}`)).toBe('tools_1.sysext.raw\ntools_2.sysext.raw')
  expect(must('bitbuilder plan acme')).toBe('')
})

test('what cannot be a version of the tenant is refused, and nothing of it is left', () => {
  must(`cp /srv/key.pem /srv/key_1.raw && cp -r ${TOOLS} /srv/alien && cd /srv/alien/usr/lib/extension-release.d &&
    printf 'ID=fedora\\nVERSION_ID=44\\n' >extension-release.alien && rm extension-release.tools`)
  must('bitbuilder image build /srv/alien /srv/alien_1.raw')
  for (const [file, words] of [
    ['/srv/key_1.raw', 'is neither squashfs nor erofs'],
    ['/srv/alien_1.raw', "is for 'fedora', the base is 'debian' [EXTREL-07]"],
    [version(1, 'other'), 'is this version with something else in it'],
  ] as const) {
    const { status, stdout, stderr } = here.machine.run(`bitbuilder image install acme ${file} --class=sysext`)
    expect([status, stdout + stderr]).toEqual([1, expect.stringContaining(words)])
  }
  expect(must(`ls -A ${SHELF} $(dirname ${SHELF})`)).not.toMatch(/#|alien|key/)
})

/** Of its root partition alone: the kernel of a test may have no dm-verity, and a container has no device mapper. */
const unprotected = (number: number, text: string): string => {
  must(`echo ${text} >${TOOLS}/usr/share/tools/version`)
  const file = fileOf(build(TOOLS, '/srv', `--image-version=${number}`, '--format=ddi'))
  must(`sfdisk --quiet --delete ${file} 2`)
  return file
}

const IMAGES = '/run/bitbuilder/images/acme/sysext'
const loops = (): string => must(`losetup --list --noheadings --output=BACK-FILE | grep -c ${SHELF} || true`)

test('a disk image is mounted for a tenant, and nothing of it stays when another version is taken', () => {
  must(`bitbuilder image install acme ${unprotected(5, 'disk')}`)
  reload()
  expect(inTenant()).toBe('disk')
  const [disk, bound] = must(
    `for at in .disk/tools tools; do findmnt --noheadings --output=FSTYPE,OPTIONS ${IMAGES}/$at; done`,
  ).split('\n')
  expect([disk, bound]).toEqual([
    expect.stringMatching(/^erofs +ro,nodev,/),
    expect.stringMatching(/^erofs +ro,nosuid,nodev,/),
  ])
  expect(must('stat --format=%a /run/bitbuilder/images')).toBe('700')
  expect(must('bitbuilder image list acme')).toMatch(/sysext +tools +5 +current +ddi/)
  expect([loops(), must('bitbuilder plan acme')]).toEqual(['1', ''])

  must(`bitbuilder image install acme ${unprotected(6, 'another')}`)
  reload()
  expect([inTenant(), loops(), must('bitbuilder plan acme')]).toEqual(['another', '1', ''])
  must('systemctl reset-failed && systemctl restart tenant@acme.service')
  expect([inTenant(), loops()]).toEqual(['another', '1'])
  must('systemctl stop tenant@acme.service')
  here.machine.settle()
  expect(must('findmnt --noheadings --list --output=TARGET | grep /acme || true')).toBe('')
  expect(loops()).toBe('0')
  must('systemctl reset-failed && systemctl start tenant@acme.service')
  expect(inTenant()).toBe('another')
})

test('a disk image that the kernel cannot verify costs its extension alone', () => {
  must(`bitbuilder image install acme ${fileOf(build(TOOLS, '/srv', '--image-version=7', '--format=ddi', KEY))}`)
  reload()
  expect(here.machine.run('cat /var/lib/tenants/acme/sysext/share/tools/version').status).not.toBe(0)
  must('systemctl reset-failed && systemctl restart tenant@acme.service && test -e /var/lib/tenants/acme/sysext/bin/sh')
  expect(must('journalctl --unit=tenant-layers@acme.service --output=cat')).toMatch(
    /tools_7\.sysext\.raw: could not be mounted.*, leaving the extension out/,
  )
  must('bitbuilder image rollback acme tools')
  reload()
  expect([inTenant(), loops()]).toEqual(['another', '1'])
})
