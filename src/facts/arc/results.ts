/** Parses Authentication-Results and ARC-Authentication-Results of other hosts (RFC 8601 §2.2). */
import { readStructured } from '../../mime/header/structured.ts'

/** One method and its result. */
export interface MethodResult {
  /** `spf`, `dkim`, `dmarc`; in lower case. */
  readonly method: string
  /** `pass`, `fail`; in lower case. */
  readonly result: string
  /** Properties such as `header.from`, by name in lower case; values as written. The first of equal names wins. */
  readonly properties: ReadonlyMap<string, string>
}

/** The contents of one field. */
export interface AuthenticationResults {
  /** The authserv-id in lower case, without quotes, comments, version and final dot; '' if there is none. */
  readonly id: string
  /** At most 100 results, in their order. */
  readonly results: readonly MethodResult[]
}

const MAX_CHARACTERS = 16_384
const MAX_RESULTS = 100

/** @param value of the field, folded or not; bytes beyond 16 KB are not read */
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
  /** The value after an equals sign. */
  readonly value: string | undefined
}

/** The words of each part between semicolons, without comments and quotes. */
function readParts(text: string): readonly (readonly Word[])[] {
  const parts: Word[][] = [[]]
  let key = ''
  let value: string | undefined
  let isSpaced = false

  const end = (): void => {
    if (key !== '') parts.at(-1)?.push({ key, value })
    key = ''
    value = undefined
    isSpaced = false
  }
  readStructured(text, (character, kind) => {
    if (kind === 'comment') isSpaced = true
    else if (kind === 'plain' && character === ';') {
      end()
      parts.push([])
    } else if (kind === 'plain' && character === '=' && value === undefined && key !== '') {
      value = ''
      isSpaced = false
    } else if (kind === 'plain' && /\s/.test(character)) isSpaced = true
    else {
      if (isSpaced && (value ?? key) !== '') end()
      isSpaced = false
      if (value === undefined) key += character
      else value += character
    }
    return false
  })
  end()
  return parts
}
