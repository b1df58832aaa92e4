/** What a whole machine has said in one boot. */

interface Answer {
  readonly status: number
  /** Standard output and error, without the newline at its end. */
  readonly output: string
}

/** Of an interface, as ip(8) describes it with `-json`. */
export interface Link {
  readonly ifname: string
  readonly flags: readonly string[]
  readonly altnames?: readonly string[]
  readonly linkinfo?: { readonly info_kind?: string }
  readonly addr_info?: readonly { readonly family: string; readonly local: string; readonly prefixlen: number }[]
}

export class Answers {
  readonly #answers: ReadonlyMap<string, Answer>

  /** Lines of report.sh, one for each probe. */
  constructor(lines: readonly string[]) {
    this.#answers = new Map(
      lines.map((line) => {
        const { name, status, output } = JSON.parse(line) as Answer & { name: string }
        return [name.replace(/^\d+-/, ''), { status, output: output.replace(/\n$/, '') }]
      }),
    )
  }

  /** Throws when nobody asked. */
  answer(name: string): Answer {
    const answer = this.#answers.get(name)
    if (answer === undefined) throw new Error(`the machine was not asked for ${name}`)
    return answer
  }

  output(name: string): string {
    return this.answer(name).output
  }

  /** Of `systemctl show`: names and values. */
  properties(name: string): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.output(name)
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
  }

  /** Microseconds since the kernel started. */
  time(name: string, property = 'ActiveEnterTimestampMonotonic'): number {
    const value = Number(this.properties(name)[property])
    if (!(value > 0)) throw new Error(`${name} has no ${property}: ${this.output(name)}`)
    return value
  }

  /** Lines of the journal, asked for by that name. */
  journal(pattern: RegExp): readonly string[] {
    return this.output('journal')
      .split('\n')
      .filter((line) => pattern.test(line))
  }

  /** What the kernel has to say is not about us. */
  journalWithoutKernel(): string {
    return this.journal(/^(?!.* kernel: )/).join('\n')
  }

  /** An interface in the answer to `name`, which is JSON of ip(8). */
  link(name: string, ifname: string): Link | undefined {
    return (JSON.parse(this.output(name)) as readonly Link[]).find((link) => link.ifname === ifname)
  }
}
