/** Addresses, the one that apt asks first in front. */
export function mirrors(): string[]
