/** The one error class of the package: a stable code, and all problems at once. */

/** One thing that is wrong with a configuration or a call. */
export interface Problem {
  /** The option or argument: `filters[3].name`, `listen`. */
  readonly path: string
  /** The value as it was given; a secret is not shown. */
  readonly found: unknown
  /** What would be right, in words. */
  readonly expected: string
  /** What to do about it. */
  readonly remedy: string
}

/**
 * What went wrong, for programs. The codes never change their meaning; docs/reference/errors.md says what to do
 * about each.
 *
 * - `ERR_POSTERN_OPTIONS`: options or filters are wrong
 * - `ERR_POSTERN_CLIENT_ADDRESS`: `Client.ip` is not an IP address
 * - `ERR_POSTERN_FACT_STAGE`: a fact was asked for before its stage
 * - `ERR_POSTERN_FEEDBACK`: feedback or sent mail is malformed, or no filter takes it
 * - `ERR_POSTERN_UNKNOWN_MESSAGE`: no filter remembers the message that feedback is about
 * - `ERR_POSTERN_MESSAGE_SIZE`: the message of a feedback is larger than `limits.size`
 * - `ERR_POSTERN_SNAPSHOT`: a saved state of a filter cannot be read
 * - `ERR_POSTERN_HOST_VERSION`: the host library lacks what the adapter needs
 */
export type ErrorCode =
  | 'ERR_POSTERN_OPTIONS'
  | 'ERR_POSTERN_CLIENT_ADDRESS'
  | 'ERR_POSTERN_FACT_STAGE'
  | 'ERR_POSTERN_FEEDBACK'
  | 'ERR_POSTERN_UNKNOWN_MESSAGE'
  | 'ERR_POSTERN_MESSAGE_SIZE'
  | 'ERR_POSTERN_SNAPSHOT'
  | 'ERR_POSTERN_HOST_VERSION'

/** A mistake of configuration or of calling code. Never thrown because of what a client sent. */
export class PosternError extends Error {
  /** Tells it from errors of other packages where `instanceof` cannot. */
  override readonly name = 'PosternError'
  /** Stable; see {@link ErrorCode}. */
  readonly code: ErrorCode
  /** All that is wrong, not only the first. */
  readonly problems: readonly Problem[]

  /** The message has one line for each problem, at most 50. */
  constructor(problems: readonly Problem[], code: ErrorCode = 'ERR_POSTERN_OPTIONS') {
    const lines = problems.slice(0, MAX_LINES).map(lineOf)
    const more = problems.length - lines.length
    super([...lines, ...(more > 0 ? [`and ${more} more problems`] : [])].join('\n'))
    this.code = code
    this.problems = problems
  }
}

const MAX_LINES = 50

/** One problem, one line. */
const lineOf = ({ path, found, expected, remedy }: Problem): string =>
  escaped(`${path.slice(0, 200)}: found ${show(found)}, expected ${expected}; ${remedy}`)

/** The text of an error, whatever was thrown. Never throws itself. */
export function errorText(error: unknown): string {
  const reason = error instanceof Error ? error.message : error
  return typeof reason === 'string' ? reason : show(reason)
}

/** A value in a few words, for error messages. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    const text = withoutSecrets(value.slice(0, 4_000))
    return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
  }
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name.slice(0, 40)}`
  if (typeof value === 'bigint') return 'a bigint'
  if (typeof value !== 'object' || value === null) return String(value).slice(0, 80)
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`
  if (value instanceof Promise) return 'a promise'
  const keys = Object.keys(value)
  if (keys.length === 0) return 'an empty object'
  const named = keys.slice(0, 4).map(key => key.slice(0, 40))
  return `an object with ${named.join(', ')}${keys.length > named.length ? ' …' : ''}`
}

/** What is shown in place of a secret. */
export const HIDDEN = 'a text that is not shown'

/** Hides the password of a URL, and a private key: both are often written where an object is expected. */
export const withoutSecrets = (text: string): string =>
  /PRIVATE KEY/i.test(text) ? HIDDEN : text.replace(/\S+/g, withoutPassword).replace(PASSWORD_IN_QUERY, '$1(hidden)')

/** Hides what stands between the user of a URL and its last @: a password may have an @ itself. */
function withoutPassword(word: string): string {
  const user = word.indexOf('://') + 3
  const colon = word.indexOf(':', user)
  const end = word.lastIndexOf('@')
  const isPassword = user > 2 && colon !== -1 && colon < end && !/[@/?#]/.test(word.slice(user, colon))
  return isPassword ? `${word.slice(0, colon)}:(hidden)${word.slice(end)}` : word
}

const PASSWORD_IN_QUERY = /([?&](?:password|secret|token|key)=)[^&\s]*/gi

/** Replaces characters that would break the line, or change how it is displayed. */
const escaped = (line: string): string =>
  line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, sign => `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
