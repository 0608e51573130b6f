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
    super(
      problems
        .map(({ path, found, expected, remedy }) => `${path}: found ${show(found)}, expected ${expected}; ${remedy}`)
        .join('\n'),
    )
    this.problems = problems
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
