/** Validates DNS names: a name from a message is checked before it costs a lookup or misleads the resolver. */

const MAX_NAME_LENGTH = 253
// Letters, digits, hyphen, underscore. A NUL would truncate `a.example\0.victim.example` in resolvers written in C.
const LABEL = /^[a-z0-9_-]{1,63}$/

/**
 * The name as it is looked up and cached: lower case, without the trailing dot.
 *
 * @returns undefined when it is not made of labels of 1 to 63 letters, digits, hyphens and underscores, 253 bytes in
 * all.
 */
export function queryName(name: string): string | undefined {
  if (name.length > MAX_NAME_LENGTH + 1) return undefined
  const query = (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()
  // The Kelvin sign becomes k in lower case, so the original name must be ASCII.
  if (query.length > MAX_NAME_LENGTH || !isAscii(name)) return undefined
  return query.split('.').every(label => LABEL.test(label)) ? query : undefined
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7e) return false
  return true
}
