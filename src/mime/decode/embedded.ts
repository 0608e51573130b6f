/** Files inside text, between a begin line and an end line. */
import type { Encoding } from './encoding.ts'

export interface EmbeddedFile {
  readonly kind: 'uuencode' | 'yenc'
  readonly name: string
  /** In bytes of the decoded text. */
  readonly start: number
  readonly stop: number
  readonly encoding: Encoding
}

/** Where the next line begins. */
export function lineStop(text: Buffer, from: number): number {
  const lf = text.indexOf(10, from)
  return lf < 0 ? text.length : lf + 1
}
