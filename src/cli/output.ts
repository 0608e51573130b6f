/** Where the command line writes. */

/** Writes lines for a person. */
export interface Output {
  readonly out: (line: string) => void
  readonly error: (line: string) => void
}
