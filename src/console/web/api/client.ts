/** Calls the API of the console: its endpoints and types are those of the server, by name. */
import { API, ROUTES, type RouteName } from '../../api/routes.ts'
import type { Answer, Body, Query } from '../../api/schemas.ts'

/** What a call takes besides its name: only what its endpoint has. */
type CallOptions<N extends RouteName> = {
  /** What stands in the path in place of `:name`. */
  readonly params?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
} & ([Query<N>] extends [never] ? unknown : { readonly query?: Query<N> }) &
  ([Body<N>] extends [never] ? unknown : { readonly body: Body<N> })

/** Endpoints that take a body need their options. */
type CallArguments<N extends RouteName> = [Body<N>] extends [never]
  ? readonly [options?: CallOptions<N>]
  : readonly [options: CallOptions<N>]

/** Why a call has failed. `offline`: there was no answer; `input`: the page itself did not accept it. */
export type FailureCode =
  | 'input'
  | 'offline'
  | 'bad-request'
  | 'unauthenticated'
  | 'sign-in-failed'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'rate-limited'
  | 'not-configured'
  | 'unavailable'
  | 'failed'

/** A call that was not answered, or answered with a failure. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: FailureCode
  /** When to try again, in seconds. */
  readonly retryAfter: number | undefined

  constructor(code: FailureCode, message: string, retryAfter?: number) {
    super(message)
    this.code = code
    this.retryAfter = retryAfter
  }
}

/** A person's session has ended: the sign-in page is shown. */
type SessionEnded = () => void

let sessionEnded: SessionEnded = () => undefined

/** Says what happens when the server no longer knows the session. */
export function onSessionEnded(ended: SessionEnded): void {
  sessionEnded = ended
}

/**
 * Calls an endpoint and returns what it answers.
 *
 * @throws ApiError when there is no answer, or a failure
 * @example
 * const page = await call('messages.search', { query: { text: 'ann@example.com' } })
 */
export async function call<N extends RouteName>(name: N, ...[options]: CallArguments<N>): Promise<Answer<N>> {
  const given: AnyOptions = options ?? {}
  const response = await answered(name, given)
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.ok && answer !== undefined) return answer as Answer<N>
  const failure = failureOf(response.status, answer)
  if (failure.code === 'unauthenticated' && !name.startsWith('session.')) sessionEnded()
  throw failure
}

/** The URL of an endpoint, for a link, a frame or a stream of events. */
export function urlOf(
  name: RouteName,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const path = ROUTES[name].path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''))
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return `.${API}${path}${given.length === 0 ? '' : `?${new URLSearchParams(given)}`}`
}

interface AnyOptions {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
  readonly signal?: AbortSignal
}

async function answered(name: RouteName, { params, query, body, signal }: AnyOptions): Promise<Response> {
  const request: RequestInit = {
    method: ROUTES[name].method,
    headers: { accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }) },
    credentials: 'same-origin',
    cache: 'no-store',
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }
  try {
    return await fetch(urlOf(name, params, query), request)
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError('offline', '')
  }
}

/** A proxy in front may answer with a page of its own making. */
function failureOf(status: number, answer: unknown): ApiError {
  const { error } = (answer ?? {}) as { readonly error?: { code?: unknown; message?: unknown; retryAfter?: unknown } }
  if (error === undefined || typeof error.code !== 'string')
    return new ApiError(status === 401 ? 'unauthenticated' : status === 429 ? 'rate-limited' : 'unavailable', '')
  const message = typeof error.message === 'string' ? error.message : ''
  const retryAfter = typeof error.retryAfter === 'number' ? error.retryAfter : undefined
  return new ApiError(error.code as FailureCode, message, retryAfter)
}
