/** Every wrong configuration ends here, with all of its problems at once. */

/** One thing that is wrong with a configuration. */
export interface Problem {
  /** Where: `filters[3].name`, `listen`. */
  readonly path: string
  readonly found: unknown
  /** What would be right, in words. */
  readonly expected: string
  readonly remedy: string
}

/** The gateway cannot be built. Thrown only for mistakes of configuration or of calling code, never for a message. */
export class PosternError extends Error {
  override readonly name = 'PosternError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    const lines = problems.slice(0, MAX_LINES).map(lineOf)
    const more = problems.length - lines.length
    super([...lines, ...(more > 0 ? [`and ${more} more problems`] : [])].join('\n'))
    this.problems = problems
  }
}

const MAX_LINES = 50

/** One problem, one line. */
const lineOf = ({ path, found, expected, remedy }: Problem): string =>
  escaped(`${path.slice(0, 200)}: found ${show(found)}, expected ${expected}; ${remedy}`)

/** What somebody has thrown, in words. */
export function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : error
  return typeof reason === 'string' ? reason : show(reason)
}

/** What was found, in a few words. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
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

/** Signs that would break the line, or change how it is shown. */
const escaped = (line: string): string =>
  line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, sign => `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)

/** What an error says, whatever was thrown. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error))
