/** Validates DNS names: a name from a message is checked before it costs a lookup or misleads the resolver. */

const MAX_NAME_LENGTH = 253
const MAX_LABEL_LENGTH = 63

/**
 * The name as it is looked up and cached: lower case, without the trailing dot.
 *
 * @returns undefined when it is not made of labels of 1 to 63 letters, digits, hyphens and underscores, 253 bytes in
 * all.
 */
export function queryName(name: string): string | undefined {
  const length = name.endsWith('.') ? name.length - 1 : name.length
  if (length > MAX_NAME_LENGTH) return undefined
  let label = 0
  let hasCapitals = false
  for (let at = 0; at < length; at++) {
    const code = name.charCodeAt(at)
    if (code === DOT) {
      if (label === 0) return undefined
      label = 0
      continue
    }
    const isCapital = code >= 65 && code <= 90
    if (!isCapital && !isLabelCharacter(code)) return undefined
    if (++label > MAX_LABEL_LENGTH) return undefined
    hasCapitals ||= isCapital
  }
  if (label === 0) return undefined
  const query = length < name.length ? name.slice(0, length) : name
  return hasCapitals ? query.toLowerCase() : query
}

const DOT = 46

/** Letters, digits, hyphen, underscore. A NUL would truncate `a.example\0.victim.example` in resolvers written in C. */
const isLabelCharacter = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 45 || code === 95
