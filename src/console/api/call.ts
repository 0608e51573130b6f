/** What a handler of an endpoint gets, and what it answers. */
import type { ClientInfo } from '../http/client.ts'
import type { Caller } from '../sign-in/caller.ts'
import type { BegunSession } from '../sign-in/sign-in.ts'
import type { ROUTES, RouteName } from './routes.ts'
import type { Answer, Body, ReadQuery } from './schemas.ts'

type IsPublic<N extends RouteName> = (typeof ROUTES)[N]['roles'] extends 'public' ? true : false

/** One request to one endpoint, checked by its schemas. */
interface Call<N extends RouteName> {
  /** What stands in the path in place of `:name`. */
  readonly params: Readonly<Record<string, string>>
  readonly query: ReadQuery<N>
  readonly body: Body<N>
  readonly client: ClientInfo
  /** Who makes it; undefined where an endpoint is public and called without a session. */
  readonly caller: IsPublic<N> extends true ? Caller | undefined : Caller
  /** Aborts when the answer takes too long. */
  readonly signal: AbortSignal
  /** Sets the cookie of a session, or removes it. */
  readonly setSession: (session: BegunSession | undefined) => void
}

/** Endpoints that do not answer JSON. */
type RawName = 'held.html' | 'held.source' | 'live'

/** Answers one endpoint. @throws ApiError */
type Handler<N extends RouteName> = (
  call: Call<N>,
) => N extends RawName ? Promise<Response> : Promise<Answer<N>> | Answer<N>

/** Handlers of some endpoints. */
export type Handlers<N extends RouteName = RouteName> = { readonly [K in N]: Handler<K> }
