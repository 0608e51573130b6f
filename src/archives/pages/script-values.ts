/** Constant values in scripts: what is done to them is computed without running the script. */

/** A text, a number, or a list of both. */
export type Value = string | number | readonly (string | number)[]

/** Characters of a text that is split, and elements of a list. */
const MAX_SPLIT = 65_536
export const MAX_ITEMS = 65_536

/** `.split('')`, `['reverse']()`, `.replace(/x/g, '')`, `[3]`, after a constant. */
const METHOD =
  /\s{0,8}(?:\.\s{0,8}([a-zA-Z]{3,12})|\[\s{0,8}["']([a-zA-Z]{3,12})["']\s{0,8}\])\s{0,8}\(\s{0,8}(?:"([^"\\\n]{0,64})"|'([^'\\\n]{0,64})'|\/([^/\\\n*]{1,32})\/[gi]{0,2}|(-?\d{1,9}))?\s{0,8}(?:,\s{0,8}(?:"([^"\\\n]{0,64})"|'([^'\\\n]{0,64})'|(-?\d{1,9}))\s{0,8})?\)/y
const INDEX = /\s{0,8}\[\s{0,8}(\d{1,6}|0x[0-9a-f]{1,6})\s{0,8}\]/iy

/** A value and where the code goes on behind what was done to it. */
export interface Applied {
  readonly value: Value
  readonly at: number
}

/** Applies the methods that follow a constant at `at`, as far as they are known. */
export function applyMethods(code: string, at: number, start: Value): Applied {
  let [value, next] = [start, at]
  for (let count = 0; count < 8; count++) {
    if (typeof value === 'number' || !mayFollow(code, next)) break
    INDEX.lastIndex = METHOD.lastIndex = next
    const index = INDEX.exec(code)
    if (index) {
      const item = value[Number(index[1])]
      if (item === undefined) break
      value = item
      next = INDEX.lastIndex
      continue
    }
    const call = METHOD.exec(code)
    if (!call) break
    const [, name, quoted, first, single, pattern, number, second, other, until] = call
    const argument = first ?? single ?? pattern ?? number
    const result = applyMethod(value, name ?? quoted ?? '', argument, second ?? other ?? until, pattern !== undefined)
    if (result === undefined) break
    value = result
    next = METHOD.lastIndex
  }
  return { value, at: next }
}

/** Whether a known method or an index may begin here: a look at two characters spares most searches. */
function mayFollow(code: string, at: number): boolean {
  const first = code.charCodeAt(at)
  const second = code.charCodeAt(at + 1)
  if (first === 46) return METHOD_STARTS.includes(code.charAt(at + 1))
  if (first === 91) return second === 34 || second === 39 || second === 32 || (second >= 48 && second <= 57)
  return (first === 32 || first === 10) && (second === 46 || second === 91 || second === 32 || second === 10)
}

/** The first letters of the methods below. */
const METHOD_STARTS = 'srjctv '

function applyMethod(
  value: Value,
  name: string,
  first: string | undefined,
  second: string | undefined,
  isPattern: boolean,
): Value | undefined {
  if (typeof value === 'object') {
    if (name === 'reverse') return value.toReversed()
    if (name === 'join') return value.join(first ?? ',')
    return name === 'concat' || name === 'slice' ? value : undefined
  }
  if (typeof value === 'number') return undefined
  switch (name) {
    case 'split':
      return value.length > MAX_SPLIT ? undefined : value.split(isPattern ? plainPattern(first) : (first ?? '\0'))
    case 'replace':
    case 'replaceAll':
      return value.length > 16 * MAX_SPLIT || first === undefined || second === undefined
        ? undefined
        : isPattern || name === 'replaceAll'
          ? removed(value, isPattern ? plainPattern(first) : first, second)
          : value.replace(first, () => second)
    case 'concat':
      return first === undefined ? value : value + first
    case 'slice':
    case 'substring':
      return value.slice(Number(first ?? 0), second === undefined ? undefined : Number(second))
    case 'substr':
      return value.substr(Number(first ?? 0), second === undefined ? undefined : Number(second))
    case 'charAt':
      return value.charAt(Number(first ?? 0))
    case 'trim':
    case 'toString':
    case 'valueOf':
      return value
    case 'toLowerCase':
      return value.toLowerCase()
    case 'toUpperCase':
      return value.toUpperCase()
    default:
      return undefined
  }
}

/** Of a pattern that is a text or one class of characters: `x`, `[xyz]`. Others match nothing here. */
const plainPattern = (pattern = ''): string =>
  /^[\w #@!~%&=:;,<>-]+$/.test(pattern) ? pattern : (/^\[([^\]^-]+)\]$/.exec(pattern)?.[1] ?? '\0')

/** A class of several characters is removed character by character where it stands for one thing: padding. */
const removed = (value: string, part: string, by: string): string => value.replaceAll(part, () => by)

/** Functions that make a text of a constant. */
export function decodeValue(name: string, list: readonly Value[]): string | undefined {
  const [first] = list
  if (name === 'fromCharCode' || name === 'fromCodePoint') {
    const codes = list.flat()
    return codes.length === 0 ||
      codes.length > MAX_ITEMS ||
      codes.some(code => typeof code !== 'number' || !(code >= 0 && code <= 0xffff))
      ? undefined
      : textOfCodes(codes as number[])
  }
  if (typeof first !== 'string') return undefined
  switch (name) {
    case 'atob':
    case 'fromBase64':
      return first.length > MAX_DECODED ? undefined : Buffer.from(first, 'base64').toString('latin1')
    case 'unescape':
    case 'decodeURIComponent':
    case 'decodeURI':
      return first.length > MAX_DECODED ? undefined : unescapeText(first)
    case 'String':
      return first
    default:
      return undefined
  }
}

const MAX_DECODED = 1_048_576

export function textOfCodes(codes: readonly number[]): string {
  const pieces: string[] = []
  for (let at = 0; at < codes.length; at += 8192) pieces.push(String.fromCharCode(...codes.slice(at, at + 8192)))
  return pieces.join('')
}

/** `%41`, `%u0041`: what `unescape` reads. */
export const unescapeText = (text: string): string =>
  text.includes('%')
    ? text.replace(/%u([0-9a-f]{4})|%([0-9a-f]{2})/gi, (_, wide?: string, byte?: string) =>
        String.fromCharCode(Number.parseInt(wide ?? byte ?? '', 16)),
      )
    : text

/** The escapes of string literals: `\x41`, `\u0041`, `\u{41}`, `\101`, `\n`. */
export const unescapeLiteral = (text: string): string =>
  text.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\}|([0-7]{1,3})|\r?\n|([\s\S]))/gi,
    (_, hex, wide, point, octal, other) => {
      const digits = hex ?? wide ?? point
      if (digits !== undefined) return pointText(Number.parseInt(digits, 16))
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
      return other === undefined ? '' : (NAMED.get(other) ?? other)
    },
  )

const pointText = (point: number): string => (point <= 0x10ffff ? String.fromCodePoint(point) : '')

const NAMED: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
])

/** A list of texts and numbers; undefined where not all of it is constant. */
export function listOf(items: readonly (Value | undefined)[]): Value | undefined {
  const list: (string | number)[] = []
  for (const item of items) {
    if (item === undefined || typeof item === 'object') return undefined
    list.push(item)
  }
  return list.length === 0 ? undefined : list
}

/** What an operator, by its character code, makes of two constants. */
export function combined(left: Value, operator: number, right: Value): Value | undefined {
  if (typeof left === 'number' && typeof right === 'number') {
    if (operator === 43) return left + right
    if (operator === 45) return left - right
    return operator === 42 ? left * right : left ^ right
  }
  if (operator !== 43 || typeof left === 'object' || typeof right === 'object') return undefined
  return `${left}${right}`
}
