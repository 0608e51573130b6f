/** The tokens of a structured field (RFC 5322 §3.2): atoms, quoted strings, comments, domain literals, specials. */

export interface Token {
  /** A special is its own kind. */
  readonly kind: 'atom' | 'quoted' | 'comment' | 'literal' | '<' | '>' | '@' | ',' | ';' | ':' | '.' | 'stray'
  /** Without quotes, escapes, brackets or parentheses. */
  readonly text: string
  /** Where it begins and ends in the source. */
  readonly start: number
  readonly stop: number
  /** White space stood before it. */
  readonly spaced: boolean
  /** The closing delimiter was missing, or comments were nested too deep. */
  readonly broken: boolean
}

const blanks = /[ \t]+/y
const atom = /[^ \t()<>@,;:\\".[\]]+/y
const specials = new Set(['<', '>', '@', ',', ';', ':', '.'] as const)

/** Linear in the length of `source`. Comments nest at most `depth` deep (RFC 5322 sets no limit). */
export function* tokens(source: string, depth = 20): Generator<Token> {
  for (let at = 0; at < source.length; ) {
    const start = skip(blanks, source, at)
    const spaced = start > at
    if (start === source.length) return
    const token = readToken(source, start, spaced, depth)
    yield token
    at = token.stop
  }
}

function readToken(source: string, start: number, spaced: boolean, depth: number): Token {
  const first = source.charAt(start)
  for (const special of specials) {
    if (first === special) return { kind: special, text: first, start, stop: start + 1, spaced, broken: false }
  }
  if (first === '"') return delimited('quoted', source, start, spaced, 1)
  if (first === '(') return delimited('comment', source, start, spaced, depth)
  if (first === '[') return delimited('literal', source, start, spaced, 1)
  const stop = skip(atom, source, start)
  if (stop > start) return { kind: 'atom', text: source.slice(start, stop), start, stop, spaced, broken: false }
  return { kind: 'stray', text: first, start, stop: start + 1, spaced, broken: false }
}

const closers = { quoted: '"', comment: ')', literal: ']' } as const

function delimited(kind: keyof typeof closers, source: string, start: number, spaced: boolean, depth: number): Token {
  const close = closers[kind]
  const text: string[] = []
  let level = 1
  let deepest = 1
  let at = start + 1
  let from = at
  for (; at < source.length; at++) {
    const char = source.charAt(at)
    if (char === '\\') {
      text.push(source.slice(from, at))
      from = ++at
    } else if (char === close) {
      if (--level === 0) break
    } else if (char === '(' && kind === 'comment') deepest = Math.max(deepest, ++level)
  }
  text.push(source.slice(from, at))
  const stop = Math.min(at + 1, source.length)
  return { kind, text: text.join(''), start, stop, spaced, broken: level > 0 || deepest > depth }
}

function skip(pattern: RegExp, source: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(source) ? pattern.lastIndex : at
}
