/**
 * Runs endpoints: who calls, whether they may, whether a page of ours sends it, what it says by its schema; then its
 * handler. Every endpoint goes this way.
 */
import type { ActionName, RecordAction } from '../../model/action-event.ts'
import { errorText } from '../../model/errors.ts'
import type { Notify } from '../../model/services.ts'
import type { Incoming } from '../app.ts'
import { readJson } from '../http/body.ts'
import { ApiError } from '../http/errors.ts'
import type { Guard } from '../http/guard.ts'
import type { Caller, Callers } from '../sign-in/caller.ts'
import type { BegunSession } from '../sign-in/sign-in.ts'
import type { Handlers } from './call.ts'
import { queryOf, read } from './read-request.ts'
import type { Route, RouteName } from './routes.ts'
import { type EndpointSchemas, schemas } from './schemas.ts'

/** What endpoints run with. */
export interface EndpointParts {
  readonly handlers: Handlers
  readonly callers: Callers
  readonly guard: Guard
  readonly record: RecordAction
  readonly notify: Notify
  /** `Set-Cookie` for a session, or for none. */
  readonly cookie: (session: BegunSession | undefined) => string
}

/** Requests that were refused for their role are in the record, by what they tried. */
const TRIED: Readonly<Partial<Record<RouteName, ActionName>>> = {
  'held.act': 'release',
  'messages.feedback': 'train',
  'lists.add': 'allow',
  'lists.remove': 'list-remove',
  'rules.setPoints': 'points',
  'operators.add': 'settings',
  'operators.change': 'settings',
  'operators.reset': 'settings',
  'operators.remove': 'settings',
  'tokens.add': 'token',
  undo: 'undo',
}

/** Any handler: the schemas have said what it takes. */
type AnyHandler = (call: {
  readonly params: Readonly<Record<string, string>>
  readonly query: unknown
  readonly body: unknown
  readonly client: Incoming['client']
  readonly caller: Caller | undefined
  readonly signal: AbortSignal
  readonly setSession: (session: BegunSession | undefined) => void
}) => unknown

export class Endpoints {
  readonly #parts: EndpointParts

  constructor(parts: EndpointParts) {
    this.#parts = parts
  }

  /** Never rejects. */
  async run(
    name: RouteName,
    route: Route,
    request: Request,
    params: Readonly<Record<string, string>>,
    incoming: Incoming,
  ): Promise<Response> {
    try {
      return await this.#run(name, route, request, params, incoming)
    } catch (error) {
      return this.failure(error, incoming.signal)
    }
  }

  async #run(
    name: RouteName,
    route: Route,
    request: Request,
    params: Readonly<Record<string, string>>,
    { client, signal }: Incoming,
  ): Promise<Response> {
    // A stream that no client reads would stay open.
    if (request.method === 'HEAD') throw new ApiError('bad-request', 'the API answers no HEAD: send GET')
    const { callers, guard, handlers, cookie } = this.#parts
    const caller = await callers.of(request.headers, client)
    const isAmbient = caller?.isAmbient ?? true
    if (route.method !== 'GET' && isAmbient && !guard.mayChange(request))
      throw new ApiError(
        'forbidden',
        'the request comes from another site, or does not say from which: use the console',
      )
    this.#authorize(name, route, caller)
    const { query, body }: EndpointSchemas = schemas[name]
    const asked = queryOf(new URL(request.url))
    const readQuery = query === undefined ? noQuery(asked) : read(query, asked, 'query')
    const readBody = body === undefined ? undefined : read(body, await readJson(request, signal), 'body')
    const cookies: string[] = []
    // Each handler is written for the schemas of its own name, which have just been applied.
    const handler = handlers[name] as unknown as AnyHandler
    const setSession = (session: BegunSession | undefined): void => void cookies.push(cookie(session))
    const answer = await handler({ params, query: readQuery, body: readBody, client, caller, signal, setSession })
    const response = answer instanceof Response ? answer : Response.json(answer)
    for (const one of cookies) response.headers.append('Set-Cookie', one)
    return response
  }

  /** @throws ApiError where the caller may not */
  #authorize(name: RouteName, { roles, method, path, sessionOnly = false }: Route, caller: Caller | undefined): void {
    if (roles === 'public') {
      if (caller?.scopes !== undefined && method !== 'GET') throw noToken()
      return
    }
    if (caller === undefined) throw new ApiError('unauthenticated', 'sign in: there is no session, or it has ended')
    const { viewer, scopes } = caller
    if (scopes !== undefined && sessionOnly) throw noToken()
    if (scopes !== undefined && !scopes.includes(method === 'GET' ? 'read' : 'act'))
      throw new ApiError(
        'forbidden',
        `this token may not ${method === 'GET' ? 'read' : 'act'}: another token is needed`,
      )
    if (roles.includes(viewer.role)) return
    const action = TRIED[name]
    const { name: by, role } = viewer
    const reason = `this is not for the role ${role}`
    if (action !== undefined)
      this.#parts.record({ ref: null, action, by, role, target: path, result: 'refused', reason })
    throw new ApiError('forbidden', `${reason}: ask one of ${roles.join(', ')}`)
  }

  /** What went wrong, as the API answers it; nothing of the inside. */
  failure(error: unknown, signal?: AbortSignal): Response {
    if (error instanceof ApiError) return failureAnswer(error)
    if (signal?.aborted)
      return failureAnswer(new ApiError('unavailable', 'the request took too long', { retryAfter: 5 }))
    const reason = `a request could not be answered: ${errorText(error).slice(0, 300)}`
    this.#parts.notify({ code: 'console/failed', reason, level: 'warning' })
    return failureAnswer(new ApiError('failed', 'something went wrong here: the log of the gateway says what'))
  }
}

const noToken = (): ApiError => new ApiError('forbidden', 'this is not for tokens: sign in to do it')

function noQuery(asked: Readonly<Record<string, string>>): undefined {
  const [name] = Object.keys(asked)
  if (name !== undefined) throw new ApiError('bad-request', `the query ${name.slice(0, 100)} is not known here`)
  return undefined
}

/** An error as JSON. */
export function failureAnswer({ code, message, status, details }: ApiError): Response {
  const headers: Record<string, string> =
    details.retryAfter === undefined ? {} : { 'Retry-After': String(details.retryAfter) }
  return Response.json({ error: { code, message, ...details } }, { status, headers })
}
