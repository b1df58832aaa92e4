/** What files are called, by technology. */

const NAMES: Readonly<Record<string, RegExp>> = {
  openpgp: /^(?:[0-9a-f]{40}|[0-9a-f]{64})\.openpgp$/,
  ssh: /^[0-9a-f]{64}\.pub$/,
  x509: /^.+-(?:certificate|public-key)\.pem$/,
  minisign: /^.+\.pub$/,
  signify: /^.+\.pub$/,
}

/** Whether a verifier of this technology may be called so; of one that is not known, anything. */
export const isVerifierName = (technology: string, name: string): boolean =>
  !Object.hasOwn(NAMES, technology) || (NAMES[technology] as RegExp).test(name)
