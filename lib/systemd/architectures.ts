/** What systemd calls architectures, `systemd-analyze architectures`; `ConditionArchitecture=` of systemd.unit(5). */
export const ARCHITECTURES: ReadonlySet<string> = new Set(
  (
    'alpha arc arc-be arm arm-be arm64 arm64-be cris ia64 loongarch64 m68k mips mips-le mips64 mips64-le nios2 parisc parisc64 ' +
    'ppc ppc-le ppc64 ppc64-le riscv32 riscv64 s390 s390x sh sh64 sparc sparc64 tilegx x86 x86-64'
  ).split(' '),
)
