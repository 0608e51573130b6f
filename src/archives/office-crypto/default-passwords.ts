/** Passwords that Office tries before it asks a person: a document with one of them opens as if it had none. */
export const DEFAULT_PASSWORDS: readonly string[] = ['VelvetSweatshop', '/01Hannes Ruescher/01']
