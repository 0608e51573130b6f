/**
 * Reads the text of structured fields: comments, which nest, quoted strings, and quoted pairs in both (RFC 5322 §3.2).
 */

/** `plain` is outside of comments and quoted strings. The marks of both, and quoted pairs in comments, are left out. */
export type CharacterKind = 'plain' | 'quoted' | 'comment'

/**
 * Visits each character with its kind, until `visit` returns true. Linear in the text.
 *
 * @returns `open` when a comment or a quoted string does not end; `stopped` when `visit` has returned true
 */
export function readStructured(
  text: string,
  visit: (character: string, kind: CharacterKind, index: number) => boolean | undefined,
): 'whole' | 'open' | 'stopped' {
  let depth = 0
  let isQuoted = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index)
    let isStopped: boolean | undefined
    if (character === '\\' && (isQuoted || depth > 0)) {
      index += 1
      if (isQuoted) isStopped = visit(text.charAt(index), 'quoted', index)
    } else if (isQuoted) {
      if (character === '"') isQuoted = false
      else isStopped = visit(character, 'quoted', index)
    } else if (character === '(') depth += 1
    else if (depth > 0) {
      if (character === ')') depth -= 1
      isStopped = visit(character, 'comment', index)
    } else if (character === '"') isQuoted = true
    else isStopped = visit(character, 'plain', index)
    if (isStopped) return 'stopped'
  }
  return isQuoted || depth > 0 ? 'open' : 'whole'
}
