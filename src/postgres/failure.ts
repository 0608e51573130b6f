/** What went wrong with a statement, in words without secrets, and whether trying again can help. */

/**
 * `away`: the server cannot be reached, does not answer in time, or takes no statements now: try again. `data`: these
 * values can never be stored. `refused`: the server refuses for another reason, which an operator must mend.
 */
export type FailureKind = 'away' | 'data' | 'refused'

/** A statement that failed. The message holds no secret and no value of the statement. */
export class PostgresFailure extends Error {
  override readonly name = 'PostgresFailure'
  readonly kind: FailureKind
  /** SQLSTATE, where the server answered. */
  readonly state: string | undefined

  constructor(kind: FailureKind, message: string, state?: string) {
    super(message)
    this.kind = kind
    this.state = state
  }
}

/** PostgreSQL, Appendix A: classes of SQLSTATE by their first two characters. */
const AWAY_CLASSES = new Set(['08', '40', '53', '55', '57', '58'])
const DATA_CLASSES = new Set(['21', '22', '23', '54'])
const READ_ONLY = '25006'

/** @param secrets what must not be shown */
export function failureOf(error: unknown, secrets: readonly string[]): PostgresFailure {
  if (error instanceof PostgresFailure) return error
  const { code, message } = partsOf(error)
  const text = secrets.reduce((shown, hidden) => shown.replaceAll(hidden, '…'), message).slice(0, 500)
  if (!/^[0-9A-Z]{5}$/.test(code)) return new PostgresFailure('away', text === '' ? code : text)
  return new PostgresFailure(kindOf(code), `${text} (SQLSTATE ${code})`, code)
}

function kindOf(state: string): FailureKind {
  const group = state.slice(0, 2)
  if (AWAY_CLASSES.has(group) || state === READ_ONLY) return 'away'
  return DATA_CLASSES.has(group) ? 'data' : 'refused'
}

function partsOf(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) }
  // Several addresses of one name: each has its own error.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined
  const message = error.message || (first instanceof Error ? first.message : '')
  return { code: 'code' in error ? String(error.code) : '', message }
}
