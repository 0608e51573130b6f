/** What the API answers when it does not do what it was asked. */

const STATUS = {
  'bad-request': 400,
  unauthenticated: 401,
  'sign-in-failed': 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  'rate-limited': 429,
  failed: 500,
  'not-configured': 501,
  unavailable: 503,
} as const

/** Why it was not done. */
export type ApiErrorCode = keyof typeof STATUS

/** Ends a request with an answer for people. */
export class ApiError extends Error {
  readonly code: ApiErrorCode
  readonly details: {
    readonly problems?: readonly { readonly path: string; readonly message: string }[]
    /** In seconds. */
    readonly retryAfter?: number
  }

  /** @param message what was found, what was expected, how to fix it */
  constructor(code: ApiErrorCode, message: string, details: ApiError['details'] = {}) {
    super(message)
    this.code = code
    this.details = details
  }

  get status(): number {
    return STATUS[this.code]
  }
}

/** Of what another may not know whether it is there: the same answer for both. */
export const notFound = (what: string): ApiError =>
  new ApiError('not-found', `there is no such ${what}, or this account may not see it`)

/** A page whose source is absent says so. */
export const notConfigured = (what: string): ApiError =>
  new ApiError('not-configured', `this gateway has no ${what}: its configuration does not name it`)
