/** What `engine-server.ts` needs of the small engine beyond lib/host/engine.d.ts: stdio(3). */
declare module 'qjs:std' {
  interface File {
    /** Without its newline; null at the end. */
    getline(): string | null
    puts(text: string): void
    flush(): void
  }
  export const fdopen: (fd: number, flags: string) => File
}
