/**
 * The names of interfaces that we write into rules of nft(8) and keys of sysctl.d(5). The kernel takes nearly anything; there
 * a `*` is a pattern, a quote ends the name, and `.` alone is a directory.
 */
export const isSafeInterface = (name: string): boolean => /^(?!\.{1,2}$)[A-Za-z0-9_.@-]{1,15}$/.test(name)
