/** Reads what others wrote into Authentication-Results and ARC-Authentication-Results (RFC 8601 §2.2). */

/** One method and what came of it. */
export interface MethodResult {
  /** `spf`, `dkim`, `dmarc`; in lower case. */
  readonly method: string
  /** `pass`, `fail`; in lower case. */
  readonly result: string
  /** By `header.from`, `smtp.mailfrom`, in lower case; values as written. Of equal ones the first. */
  readonly properties: ReadonlyMap<string, string>
}

/** What one field says. */
export interface AuthenticationResults {
  /** Who says so: the authserv-id in lower case, without quotes, comments, version and final dot. '' if there is none. */
  readonly id: string
  readonly results: readonly MethodResult[]
}

const MAX_CHARACTERS = 16_384
const MAX_RESULTS = 100

/** @param value of the field, unfolded or not; what lies beyond 16 KB is not read. */
export function readResults(value: string): AuthenticationResults {
  const [first = [], ...rest] = readParts(value.slice(0, MAX_CHARACTERS))
  return {
    id: (first[0]?.key ?? '').toLowerCase().replace(/\.$/, ''),
    results: rest.slice(0, MAX_RESULTS).flatMap(toResult),
  }
}

function toResult([head, ...properties]: readonly Word[]): readonly MethodResult[] {
  const [, method] = /^([a-z0-9-]+)(?:\/\d+)?$/i.exec(head?.key ?? '') ?? []
  if (method === undefined || head?.value === undefined) return []
  const pairs = properties.map(({ key, value = '' }) => [key.toLowerCase(), value] as const)
  return [{ method: method.toLowerCase(), result: head.value.toLowerCase(), properties: new Map(pairs.reverse()) }]
}

interface Word {
  readonly key: string
  /** What stands behind an equals sign. */
  readonly value: string | undefined
}

/** The words of each part between semicolons: comments left out, quotes undone. */
function readParts(text: string): readonly (readonly Word[])[] {
  const parts: Word[][] = [[]]
  let key = ''
  let value: string | undefined
  let depth = 0
  let quoted = false
  let spaced = false

  const end = () => {
    if (key !== '') parts.at(-1)?.push({ key, value })
    key = ''
    value = undefined
    spaced = false
  }
  const add = (character: string) => {
    if (spaced && (value ?? key) !== '') end()
    spaced = false
    if (value === undefined) key += character
    else value += character
  }
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index)
    if (character === '\\' && (quoted || depth > 0)) {
      index += 1
      if (quoted) add(text.charAt(index))
    } else if (quoted) {
      if (character === '"') quoted = false
      else add(character)
    } else if (character === '(') depth += 1
    else if (depth > 0) {
      if (character === ')') depth -= 1
      spaced = true
    } else if (character === '"') quoted = true
    else if (character === ';') {
      end()
      parts.push([])
    } else if (character === '=' && value === undefined && key !== '') {
      value = ''
      spaced = false
    } else if (/\s/.test(character)) spaced = true
    else add(character)
  }
  end()
  return parts
}
