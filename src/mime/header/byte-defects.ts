/** Finds invalid bytes in a header section. One native search is enough where there are none. */
import { isUtf8 } from 'node:buffer'
import type { HeaderDefect } from '../../model/header.ts'

const suspicious = /[^\t\n\r -~]|\r(?!\n)|(?<!\r)\n/
const kinds = [
  ['nul', /\0/g],
  ['control', /[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]/g],
  ['eight-bit', /[\x80-\xff]/g],
  ['bare-cr', /\r(?!\n)/g],
  ['bare-lf', /(?<!\r)\n/g],
] as const

/** `text` is `section` with one character for each byte. */
export function byteDefects(section: Buffer, text: string): readonly HeaderDefect[] {
  if (!suspicious.test(text)) return []
  const found: HeaderDefect[] = []
  for (const [kind, pattern] of kinds) {
    const offset = text.search(pattern)
    if (offset < 0) continue
    const count = text.length - text.replace(pattern, '').length
    found.push({ kind, offset, count })
    if (kind === 'eight-bit' && !isUtf8(section)) found.push({ kind: 'invalid-utf8', offset, count: 1 })
  }
  return found
}
