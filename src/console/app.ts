/** The routes of the console. The only file that knows Hono, which is loaded with the first request. */
import type { Context } from 'hono'
import { API, ROUTES, type Route, type RouteName } from './api/routes.ts'
import type { ClientInfo } from './http/client.ts'

/** One request, and what is known of it before it is routed. */
export interface Incoming {
  readonly client: ClientInfo
  readonly signal: AbortSignal
}

/** What the routes lead to. */
export interface Targets {
  /** An endpoint of the API. */
  readonly endpoint: (
    name: RouteName,
    route: Route,
    request: Request,
    params: Readonly<Record<string, string>>,
    incoming: Incoming,
  ) => Promise<Response>
  /** No endpoint. */
  readonly noEndpoint: () => Response
  readonly refusal: (ref: string, incoming: Incoming) => Promise<Response>
  readonly status: (request: Request) => Promise<Response>
  readonly digest: (request: Request, incoming: Incoming) => Promise<Response>
  readonly oidcStart: (request: Request, incoming: Incoming) => Promise<Response>
  readonly oidcCallback: (request: Request, incoming: Incoming) => Promise<Response>
  /** The OpenAPI document. */
  readonly document: (request: Request) => Promise<Response>
  readonly asset: (path: string, request: Request) => Promise<Response>
}

/** Answers a request. */
export type App = (request: Request, incoming: Incoming) => Promise<Response>

type Env = { readonly Bindings: Incoming }

export async function createApp(targets: Targets): Promise<App> {
  const { Hono } = await import('hono')
  const app = new Hono<Env>({ strict: true })
  for (const [name, route] of Object.entries(ROUTES) as [RouteName, Route][])
    app.on(route.method, `${API}${route.path}`, c =>
      targets.endpoint(name, route, c.req.raw, paramsOf(c), incomingOf(c)),
    )
  app.get(`${API}/openapi.json`, c => targets.document(c.req.raw))
  app.all(`${API}/*`, () => targets.noEndpoint())
  app.get('/r/:ref', c => targets.refusal(c.req.param('ref'), incomingOf(c)))
  app.get('/status', c => targets.status(c.req.raw))
  app.all('/d/*', c => targets.digest(c.req.raw, incomingOf(c)))
  app.get('/oidc/start', c => targets.oidcStart(c.req.raw, incomingOf(c)))
  app.get('/oidc/callback', c => targets.oidcCallback(c.req.raw, incomingOf(c)))
  app.get('*', c => targets.asset(new URL(c.req.url).pathname.slice(1), c.req.raw))
  app.notFound(() => targets.noEndpoint())
  app.onError(error => {
    throw error
  })
  return async (request, incoming) => await app.fetch(request, incoming)
}

const incomingOf = (c: Context<Env>): Incoming => c.env

const paramsOf = (c: Context<Env>): Readonly<Record<string, string>> => c.req.param()
