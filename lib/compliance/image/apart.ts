import type { Finished, Host } from '../../host/host.ts'
import { HostError } from '../../host/host.ts'
import { Unseen } from './source.ts'

/** Nobody's: what reads an image that anybody may have made must not be able to do more than that. */
const NOBODY = '65534'

const SECONDS = 60
/** timeout(1) ends it, and then the port would. */
const GRACE = 10

/** Of memory, in bytes, and of seconds of processors. */
const LIMITS = ['--core=0', `--as=${2 << 30}`, '--cpu=60', '--nofile=64', '--fsize=0']

/** An image that not everybody may read is copied for a program that is not root; larger ones are not. */
const LARGEST_COPY = 1 << 30

/**
 * The image is open as 3 before root is given up, so no directory above it has to be for everybody; its own mode still
 * counts, and if that is in the way it is copied to a file without a name. What is run finds it as /proc/self/fd/3.
 */
const SCRIPT = `
[ "$1" = /dev/null ] || { [ -f "$1" ] && [ ! -L "$1" ]; } || exit 126
exec 3<"$1" || exit 126
shift
as_nobody="prlimit ${LIMITS.join(' ')} -- timeout --kill-after=5 ${SECONDS}"
if [ "$(id -u)" = 0 ]; then
  drop="setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all --"
  if ! $drop test -r /proc/self/fd/3; then
    [ "$(stat -L -c %s /proc/self/fd/3)" -le ${LARGEST_COPY} ] || exit 125
    copy=$(mktemp) && cat <&3 >"$copy" && chmod 0444 "$copy" && exec 3<"$copy" && rm -f "$copy" || exit 126
  fi
  as_nobody="$as_nobody $drop"
fi
exec env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin LC_ALL=C $as_nobody sh -c "$@"
`

/** What a program is called, and where it is from, for the message that it is missing. */
export interface Tool {
  readonly name: string
  readonly package: string
}

/**
 * Runs a line of sh(1) that reads the image /proc/self/fd/3, as nobody, within limits; /dev/null for one that needs none. `args`
 * are its "$1" and so on.
 * Throws HostError when the program is missing; whether it did well has to be seen from what it printed.
 */
export const runApart = (host: Host, image: string, tool: Tool, line: string, args: readonly string[]): Finished => {
  const guarded = `command -v ${tool.name} >/dev/null || exit 127; ${line}`
  const finished = host.run(['sh', '-c', SCRIPT, 'sh', image, guarded, 'sh', ...args], SECONDS + GRACE)
  if (finished.status === 127)
    throw new Unseen(image, `cannot be looked into: ${tool.name} is missing, which is in the package ${tool.package}`)
  if (finished.status === 126) throw new Unseen(image, 'cannot be opened')
  if (finished.status === 125)
    throw new Unseen(image, 'cannot be looked into: not everybody may read it, and it is too large to be copied')
  return finished
}

const LARGEST_PART = 4 << 20

/** A part of what the program prints, bytes as they are. */
export const bytesApart = (
  host: Host,
  image: string,
  tool: Tool,
  program: string,
  args: readonly string[],
  offset: number,
  length: number,
): Uint8Array => {
  const part = Math.min(length, LARGEST_PART)
  const line = `${program} | tail -c +${offset + 1} | head -c ${part} | od -An -v -tx1`
  const { stdout, stderr } = runApart(host, image, tool, line, args)
  const digits = stdout.match(/[0-9a-f]{2}/g) ?? []
  const said = stderr.trim().split('\n').at(-1) ?? ''
  if (digits.length < part)
    throw new HostError(image, `cannot be read: ${tool.name} says ${said === '' ? 'nothing' : said}`)
  return Uint8Array.from(digits, (pair) => Number.parseInt(pair, 16))
}
