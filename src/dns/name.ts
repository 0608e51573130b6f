/** Which names may be asked: a name from a message is checked before it costs a question or fools the resolver. */

const MAX_NAME_LENGTH = 253
// Letters, digits, hyphen, underscore. Node hands names to C, where a NUL would cut `a.example\0.victim.example` short.
const LABEL = /^[a-z0-9_-]{1,63}$/

/**
 * The name as it is asked and remembered: lower case, without the trailing dot.
 *
 * @returns undefined when it is not made of labels of 1 to 63 letters, digits, hyphens and underscores, 253 bytes in all.
 */
export function queryName(name: string): string | undefined {
  if (name.length > MAX_NAME_LENGTH + 1) return undefined
  const asked = (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()
  // The Kelvin sign becomes a plain k in lower case: a name must be ASCII before it is folded.
  if (asked.length > MAX_NAME_LENGTH || !isAscii(name)) return undefined
  return asked.split('.').every(label => LABEL.test(label)) ? asked : undefined
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7e) return false
  return true
}
