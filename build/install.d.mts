/** Types of install.mjs, for the bench. The engine's executable has been built. */
export declare const installTree: (
  destdir: string,
  options: { readonly engine: 'native' | 'portable'; readonly manPages: boolean },
) => void
