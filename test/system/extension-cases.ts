import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ExtensionClass } from '../../lib/layout/paths.ts'
import { run } from './run.ts'

/** Extensions that are right but for one thing, each in a root of its own: what systemd makes of them, and we. */

type Contents = Readonly<Record<string, string>>

export interface ExtensionCase {
  readonly name: string
  readonly kind?: ExtensionClass
  /** Below the directory of extensions: texts, `-> TARGET` for links, `dir` for a directory; '' takes the usual file away. */
  readonly files?: Contents
  /** The same of the root, which has `usr`, `opt` and an os-release with ID=bb and VERSION_ID=1.0. */
  readonly base?: Contents
  /** Lines of sh in the directory of extensions, with the usual extension in `a`. */
  readonly after?: string
  /** What systemd does. */
  readonly verdict: 'merged' | 'ignored' | 'abort'
  /** Why we say something else. */
  readonly differs?: string
}

export const RELEASE: Readonly<Record<ExtensionClass, string>> = {
  sysext: 'usr/lib/extension-release.d/extension-release',
  confext: 'etc/extension-release.d/extension-release',
}

const S = `a/${RELEASE.sysext}`
const C = `a/${RELEASE.confext}`
const ANY = 'ID=_any\n'
const FITS = 'ID=bb\nVERSION_ID=1.0\n'

/** The extension `a` made into an image in its place. */
const squashed = (name: string, options = ''): string =>
  `mksquashfs a ${name} -all-root -quiet -no-progress ${options} >/dev/null; rm -r a`

const strict = (value: string): string => `setfattr -n user.extension-release.strict -v '${value}'`

/** unsquashfs(1) of this machine, which is not that of the test machine. */
const TELLS_ATTRIBUTES = !/version 4\.[0-5]\b/.test(run(['unsquashfs', '-version']).stdout)

const stricter = 'the validator is as strict as the specification, and systemd is not'

export const CASES: readonly ExtensionCase[] = [
  { name: 'as it should be', verdict: 'merged' },
  { name: 'class suffix', after: 'mv a a.sysext', verdict: 'merged' },
  // where the file is, and what it is called.
  { name: 'another name', files: { [`${S}.a`]: '', [`${S}.b`]: FITS }, verdict: 'ignored' },
  {
    name: 'the class suffix in its name',
    files: { [`${S}.a`]: '', [`${S}.a.sysext`]: FITS },
    after: 'mv a a.sysext',
    verdict: 'ignored',
  },
  { name: 'in etc', files: { [`${S}.a`]: '', [`${C}.a`]: FITS }, verdict: 'ignored' },
  // the attribute.
  ...['0', 'no', 'false', 'off', 'f', 'n'].map(
    (value): ExtensionCase => ({
      name: `attribute ${value}`,
      files: { [`${S}.a`]: '', [`${S}.b`]: FITS },
      after: `${strict(value)} ${S}.b`,
      verdict: 'merged',
    }),
  ),
  ...['1', 'bogus'].map(
    (value): ExtensionCase => ({
      name: `attribute ${value}`,
      files: { [`${S}.a`]: '', [`${S}.b`]: FITS },
      after: `${strict(value)} ${S}.b`,
      verdict: 'ignored',
    }),
  ),
  {
    name: 'two attributes',
    files: { [`${S}.a`]: '', [`${S}.b`]: FITS, [`${S}.c`]: FITS },
    after: `${strict('0')} ${S}.b ${S}.c`,
    verdict: 'ignored',
  },
  {
    name: 'one of two attributes',
    files: { [`${S}.a`]: '', [`${S}.b`]: FITS, [`${S}.c`]: FITS },
    after: `${strict('0')} ${S}.b`,
    verdict: 'merged',
  },
  { name: 'another file beside it', files: { [`${S}.b`]: 'ID=zz\n' }, verdict: 'merged' },
  // the text.
  {
    name: 'an ID twice',
    files: { [`${S}.a`]: 'ID=zz\nID=bb\nVERSION_ID=1.0\n' },
    verdict: 'merged',
    differs: stricter,
  },
  { name: 'nothing in it', files: { [`${S}.a`]: '\n' }, verdict: 'ignored' },
  { name: 'an open quote at the beginning', files: { [`${S}.a`]: 'ID="bb\nVERSION_ID=1.0\n' }, verdict: 'ignored' },
  {
    name: 'an open quote at the end',
    files: { [`${S}.a`]: `${FITS}NAME="x\n` },
    verdict: 'merged',
    differs: 'systemd takes the rest of the file for the value; nobody wrote it so on purpose',
  },
  { name: 'no UTF-8', after: `printf 'X=\\377\\n' >>${S}.a`, verdict: 'ignored' },
  {
    name: 'no UTF-8 in a comment',
    after: `printf '# \\377\\n' >>${S}.a`,
    verdict: 'merged',
    differs: 'a file that is no UTF-8 is not read at all, wherever that is',
  },
  { name: 'NUL', after: `printf 'X=\\000\\n' >>${S}.a`, verdict: 'ignored' },
  { name: 'a control character', after: `printf 'X=\\001\\n' >>${S}.a`, verdict: 'merged', differs: stricter },
  { name: 'garbage', files: { [`${S}.a`]: `garbage\n${FITS}` }, verdict: 'merged' },
  { name: 'CR LF', files: { [`${S}.a`]: 'ID=bb\r\nVERSION_ID=1.0\r\n' }, verdict: 'merged' },
  { name: 'quotes', files: { [`${S}.a`]: 'ID="bb"\nVERSION_ID=\'1.0\'\n' }, verdict: 'merged' },
  { name: 'a quote in the middle', files: { [`${S}.a`]: 'ID=b"b"\nVERSION_ID=1.0\n' }, verdict: 'ignored' },
  {
    name: 'two quoted parts',
    files: { [`${S}.a`]: 'ID="b""b"\nVERSION_ID=1.0\n' },
    verdict: 'merged',
    differs: stricter,
  },
  { name: 'a byte order mark', files: { [`${S}.a`]: `\ufeff${FITS}` }, verdict: 'ignored' },
  {
    name: 'blanks around the equals sign',
    files: { [`${S}.a`]: 'ID = bb\nVERSION_ID = 1.0\n' },
    verdict: 'merged',
    differs: stricter,
  },
  { name: 'export', files: { [`${S}.a`]: 'export ID=bb\nVERSION_ID=1.0\n' }, verdict: 'ignored' },
  { name: 'ID in upper case', files: { [`${S}.a`]: 'ID=BB\nVERSION_ID=1.0\n' }, verdict: 'ignored' },
  // an initrd.
  { name: 'for a system, on an initrd', base: { 'etc/initrd-release': 'ID=bb\n' }, verdict: 'ignored' },
  {
    name: 'for an initrd, on one',
    base: { 'etc/initrd-release': 'ID=bb\n' },
    files: { [`${S}.a`]: `${FITS}SYSEXT_SCOPE=initrd\n` },
    verdict: 'merged',
  },
  // names.
  {
    name: 'a dot in front',
    after: `mv ${S}.a ${S}..b; mv a .b`,
    verdict: 'merged',
    differs: 'what begins with a dot is not taken for an extension, so that .git is none',
  },
  { name: 'skipped names', after: 'cp -a a .#b; cp -a a .sysupdate.c; cp -a a lost+found', verdict: 'merged' },
  { name: 'a version', after: `mv a a_1.2`, verdict: 'merged' },
  { name: 'a version and an architecture', after: 'mv a a_1.2_x86-64', verdict: 'merged' },
  { name: 'a version and tries', after: 'mv a a_1.2+3-0', verdict: 'merged' },
  { name: 'a version behind a dash', after: 'mv a a-1.2', verdict: 'ignored' },
  { name: 'a .v directory', after: 'mkdir a.v; mv a a.v/a_1', verdict: 'merged' },
  {
    name: 'a .v directory, and a release file of the version',
    after: `mkdir a.v; mv ${S}.a ${S}.a_1; mv a a.v/a_1`,
    verdict: 'ignored',
  },
  // what aborts, and what an OS is.
  { name: 'usr/lib/os-release', files: { 'a/usr/lib/os-release': 'ID=x\n' }, verdict: 'abort' },
  { name: 'etc/os-release in a sysext', files: { 'a/etc/os-release': 'ID=x\n' }, verdict: 'merged', differs: stricter },
  {
    name: 'a host without ID',
    files: { [`${S}.a`]: ANY },
    base: { 'usr/lib/os-release': 'NAME=x\n' },
    verdict: 'abort',
  },
  // configuration extensions.
  { name: 'confext', kind: 'confext', verdict: 'merged' },
  {
    name: 'confext with the level of another',
    kind: 'confext',
    files: { [`${C}.a`]: `${FITS}CONFEXT_LEVEL=2\n` },
    base: { 'usr/lib/os-release': `${FITS}CONFEXT_LEVEL=1\n` },
    verdict: 'ignored',
  },
  {
    name: 'confext for an initrd',
    kind: 'confext',
    files: { [`${C}.a`]: `${FITS}CONFEXT_SCOPE=initrd\n` },
    verdict: 'ignored',
  },
  {
    name: 'confext with its file in usr',
    kind: 'confext',
    files: { [`${C}.a`]: '', [`${S}.a`]: FITS },
    verdict: 'ignored',
  },
  {
    name: 'confext with etc/os-release',
    kind: 'confext',
    files: { 'a/etc/os-release': 'ID=x\n' },
    verdict: 'merged',
    differs: 'the host becomes another one: see the effects',
  },
  {
    name: 'confext with usr/lib/os-release',
    kind: 'confext',
    files: { 'a/usr/lib/os-release': 'ID=x\n' },
    verdict: 'merged',
    differs: 'usr/ is never merged',
  },
  { name: 'confext called a sysext', kind: 'confext', after: squashed('a.sysext.raw'), verdict: 'abort' },
  // what is not merged.
  {
    name: 'etc in a sysext',
    files: { 'a/etc/x': 'x' },
    verdict: 'merged',
    differs: 'it never appears: see the effects',
  },
  { name: 'a file at the top', files: { 'a/x': 'x' }, verdict: 'merged', differs: 'it never appears' },
  {
    name: 'usr in a confext',
    kind: 'confext',
    files: { 'a/usr/x': 'x' },
    verdict: 'merged',
    differs: 'it never appears',
  },
  // links.
  {
    name: 'a relative link',
    files: { [`${S}.a`]: '-> any', 'a/usr/lib/extension-release.d/any': FITS },
    verdict: 'merged',
  },
  { name: 'an absolute link to the host', files: { [`${S}.a`]: '-> /etc/os-release' }, verdict: 'ignored' },
  { name: 'a directory in its place', files: { [`${S}.a`]: '', [`${S}.a/x`]: 'x' }, verdict: 'ignored' },
  { name: 'opt is a file', files: { 'a/opt': 'x' }, verdict: 'abort' },
  {
    name: 'opt leads nowhere',
    files: { 'a/opt': '-> gone' },
    verdict: 'merged',
    differs: 'a link that leads nowhere is no payload',
  },
  { name: 'opt leads to usr', files: { 'a/opt': '-> usr' }, verdict: 'merged' },
  {
    name: 'usr leads to a directory of the host',
    files: {},
    after: 'mkdir -p /tmp/x; mv a/usr /tmp/x/; ln -s /tmp/x/usr a/usr',
    verdict: 'ignored',
  },
  {
    name: 'a link to the extension',
    after: 'mkdir ../more; mv a ../more/; ln -s ../more/a a',
    verdict: 'merged',
  },
  { name: 'a link to nowhere', after: 'ln -s gone b', verdict: 'merged' },
  { name: 'a loop of links', after: 'ln -s b b', verdict: 'abort' },
  // little in it.
  { name: 'all in opt', files: { 'a/usr/share/a/x': '', 'a/opt/v/x': 'x' }, verdict: 'merged' },
  { name: 'nothing but the release file', files: { 'a/usr/share/a/x': '' }, verdict: 'merged' },
  // what overlayfs takes for a deletion.
  {
    name: 'a whiteout',
    after: 'mknod a/usr/share/gone c 0 0',
    verdict: 'merged',
    differs: 'it hides what the base has: see the effects',
  },
  {
    name: 'an opaque directory',
    after: 'setfattr -n trusted.overlay.opaque -v y a/usr/share',
    verdict: 'merged',
    differs: 'it hides what the base has',
  },
  { name: 'a device', after: 'mknod a/usr/share/null c 1 3', verdict: 'merged', differs: stricter },
  // among them.
  { name: 'files that are no images', after: 'echo x >README; echo x >b.txt', verdict: 'merged' },
  {
    name: 'an image with another ending',
    after: 'echo x >b.squashfs; echo x >b.img',
    verdict: 'merged',
    differs: 'somebody meant it to be merged, and it is not',
  },
  { name: 'a FIFO', after: 'mkfifo b', verdict: 'merged' },
  { name: 'an .mstack', after: 'mkdir b.mstack', verdict: 'abort' },
  // images.
  { name: 'squashfs', after: squashed('a.raw'), verdict: 'merged' },
  { name: 'squashfs with the class suffix', after: squashed('a.sysext.raw'), verdict: 'merged' },
  { name: 'erofs', after: 'mkfs.erofs --all-root a.raw a >/dev/null 2>&1; rm -r a', verdict: 'merged' },
  {
    name: 'compressed erofs',
    after: 'head -c 300000 /bin/bash >a/usr/share/x; mkfs.erofs -zlz4hc --all-root a.raw a >/dev/null 2>&1; rm -r a',
    verdict: 'merged',
  },
  { name: 'ext4', after: 'mkfs.ext4 -q -d a a.raw 4M; rm -r a', verdict: 'merged' },
  { name: 'squashfs of a version', after: squashed('a_1.2_x86-64.raw'), verdict: 'merged' },
  { name: 'squashfs of a version behind a dash', after: squashed('a-1.2.raw'), verdict: 'abort' },
  { name: 'squashfs in a .v directory', after: `mkdir a.raw.v; ${squashed('a.raw.v/a_1.0.raw')}`, verdict: 'merged' },
  { name: 'squashfs without padding', after: squashed('a.raw', '-nopad'), verdict: 'abort' },
  { name: 'squashfs without a release file', files: { [`${S}.a`]: '' }, after: squashed('a.raw'), verdict: 'abort' },
  {
    name: 'squashfs with the attribute',
    files: { [`${S}.a`]: '', [`${S}.b`]: FITS },
    after: `${strict('0')} ${S}.b; ${squashed('a.raw')}`,
    verdict: 'merged',
    ...(TELLS_ATTRIBUTES ? {} : { differs: 'unsquashfs before 4.6 does not tell them, which is said' }),
  },
  {
    name: 'squashfs for another system',
    files: { [`${S}.a`]: 'ID=zz\nVERSION_ID=1.0\n' },
    after: squashed('a.raw'),
    verdict: 'ignored',
  },
  {
    name: 'squashfs with usr/lib/os-release',
    files: { 'a/usr/lib/os-release': 'ID=x\n' },
    after: squashed('a.raw'),
    verdict: 'ignored',
  },
  {
    name: 'half a squashfs',
    after: `head -c 300000 /bin/bash >a/usr/share/x; ${squashed('b.raw')}; head -c 8192 b.raw >a.raw; rm b.raw`,
    verdict: 'abort',
  },
  { name: 'an empty image', after: 'rm -r a; : >a.raw', verdict: 'abort' },
  { name: 'no image', after: 'rm -r a; head -c 65536 /dev/zero >a.raw', verdict: 'abort' },
  { name: 'confext as squashfs', kind: 'confext', after: squashed('a.confext.raw'), verdict: 'merged' },
]

const write = (top: string, files: Contents): void => {
  for (const [path, text] of Object.entries(files)) {
    if (text === '') continue
    const whole = join(top, path)
    mkdirSync(dirname(whole), { recursive: true })
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), whole)
    else writeFileSync(whole, text)
  }
}

/** Where systemd looks for those of a class, below a root. */
export const SEARCHED: Readonly<Record<ExtensionClass, string>> = {
  sysext: 'var/lib/extensions',
  confext: 'var/lib/confexts',
}

/** The root of a case, but for what `after` does. */
export const plant = (top: string, { kind = 'sysext', files = {}, base = {} }: ExtensionCase): void => {
  for (const path of ['usr/bin', 'usr/share', 'opt', 'etc', SEARCHED[kind]])
    mkdirSync(join(top, path), { recursive: true })
  write(top, {
    'usr/lib/os-release': FITS,
    'usr/share/gone': 'x',
    'etc/os-release': '-> ../usr/lib/os-release',
    ...base,
  })
  const payload = kind === 'sysext' ? 'a/usr/share/a/x' : 'a/etc/x'
  write(join(top, SEARCHED[kind]), { [`a/${RELEASE[kind]}.a`]: FITS, [payload]: 'x', ...files })
}
