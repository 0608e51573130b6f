/** The console: everything that people see and do, as a handler of requests. */
import type { Clock } from '../model/services.ts'
import { systemClock } from '../model/services.ts'
import { toMilliseconds } from '../model/units.ts'
import { ScopedSources } from './access/scoped-sources.ts'
import { Accounts } from './accounts/accounts.ts'
import { Links } from './accounts/links.ts'
import { Passwords } from './accounts/password.ts'
import { Sessions } from './accounts/sessions.ts'
import { ApiTokens } from './accounts/tokens.ts'
import { Training } from './actions/training.ts'
import { Reversals } from './actions/undo.ts'
import { Endpoints, failureAnswer } from './api/endpoints.ts'
import { API } from './api/routes.ts'
import { type App, createApp, type Incoming } from './app.ts'
import { checkConsole } from './check.ts'
import { ownAccountHandlers, sessionHandlers } from './handlers/account.ts'
import { heldHandlers } from './handlers/held.ts'
import { listHandlers } from './handlers/lists.ts'
import { messageHandlers } from './handlers/messages.ts'
import { operationHandlers } from './handlers/operation.ts'
import { operatorHandlers, tokenHandlers } from './handlers/operators.ts'
import { watchingHandlers } from './handlers/watching.ts'
import { Proxies } from './http/client.ts'
import { cookieNames, setCookie } from './http/cookies.ts'
import { ApiError } from './http/errors.ts'
import { Guard } from './http/guard.ts'
import { secure } from './http/headers.ts'
import type { Console, ConsoleOptions } from './options.ts'
import { PublicPages } from './public-pages/public-pages.ts'
import { Callers } from './sign-in/caller.ts'
import { SignInLimits } from './sign-in/limits.ts'
import { Oidc } from './sign-in/oidc.ts'
import { OidcPages } from './sign-in/oidc-pages.ts'
import { type BegunSession, SignIn } from './sign-in/sign-in.ts'
import { StaticFiles } from './static-files.ts'
import { Watching } from './watching.ts'

/** Records that have expired are removed so often. */
const TIDY_EVERY_MS = 3_600_000

/**
 * Makes a console. Its handler answers requests of any server that hands over `Request`s; {@link serveConsole} is one.
 *
 * @throws PosternError when an option is wrong
 * @example
 * const console = createConsole({ name: 'mx.example.org', records, store, record, notify, sources: { history } })
 * const answer = await console.fetch(request, '192.0.2.1')
 */
export function createConsole(options: ConsoleOptions): Console {
  checkConsole(options)
  return new ConsoleHandler(options)
}

class ConsoleHandler implements Console {
  readonly #options: ConsoleOptions
  readonly #clock: Clock
  readonly #isHttps: boolean
  readonly #proxies: Proxies
  readonly #guard: Guard
  readonly #signIn: SignIn
  readonly #endpoints: Endpoints
  readonly #watching: Watching | undefined
  readonly #public: PublicPages
  readonly #oidc: OidcPages | undefined
  readonly #files: StaticFiles
  #base: string
  #app: Promise<App> | undefined
  #cancelTidy: () => void = () => undefined

  constructor(options: ConsoleOptions) {
    const { records, store, record, notify, name, url, clock = systemClock, sources = {}, signIn = {} } = options
    this.#options = options
    this.#clock = clock
    this.#isHttps = url?.startsWith('https:') ?? false
    this.#base = url === undefined ? 'http://localhost' : new URL(url).origin
    this.#proxies = new Proxies(options.proxies ?? [])
    this.#guard = new Guard({ own: url }, clock)
    this.#files = new StaticFiles(options.assets)
    const limits = new SignInLimits(store)
    const accounts = new Accounts(records, clock, new Passwords(options.passwordCost))
    const sessions = new Sessions(records, accounts, clock, timesOf(options))
    const tokens = new ApiTokens(records, accounts, clock)
    const links = new Links(records, clock)
    const cookies = cookieNames(this.#isHttps)
    const parts = { accounts, sessions, links, limits, record, notify, clock, name, link: signIn.link }
    this.#signIn = new SignIn({ ...parts, url: () => this.#base })
    this.#watching =
      sources.metrics && new Watching({ metrics: sources.metrics, sources, store, node: name, clock, notify })
    const scoped = new ScopedSources(sources)
    const reversals = new Reversals(records, clock)
    const training = new Training({ sources: scoped, quarantine: sources.quarantine, feedback: sources.feedback })
    const acting = { sources: scoped, releaser: sources.releaser, training, reversals, record }
    const about = aboutOf(options)
    const account = { accounts, sessions, signIn: this.#signIn, record, clock, name, about }
    const managing = { accounts, sessions, tokens, signIn: this.#signIn, record, clock }
    const cookie = (session: BegunSession | undefined): string => this.#cookie(cookies.session, session)
    this.#endpoints = new Endpoints({
      handlers: {
        ...sessionHandlers(account),
        ...ownAccountHandlers(account),
        ...operatorHandlers(managing),
        ...tokenHandlers(managing),
        ...messageHandlers(acting),
        ...heldHandlers({ ...acting, quarantine: sources.quarantine, clock }),
        ...listHandlers({ ...acting, has: sources, store }),
        ...watchingHandlers({ has: sources, store, watching: this.#watching, record, clock }),
        ...operationHandlers({ has: sources, notify }),
      },
      callers: new Callers({ accounts, sessions, tokens }, clock, {
        cookie: cookies.session,
        proxyHeader: signIn.proxyHeader,
      }),
      guard: this.#guard,
      record,
      notify,
      cookie,
    })
    this.#public = new PublicPages({ history: sources.history, limits, status: options.status })
    this.#oidc =
      signIn.oidc &&
      new OidcPages({
        oidc: new Oidc(signIn.oidc, { records, accounts, clock }, this.#base),
        signIn: this.#signIn,
        limits,
        notify,
        cookie,
        flow: { name: cookies.flow, isHttps: this.#isHttps },
      })
    this.#scheduleTidy()
  }

  async start(base?: string): Promise<void> {
    if (base !== undefined && this.#options.url === undefined) this.#base = base
    const link = await this.#signIn.firstLink()
    if (link === undefined) return
    const { print = text => process.stderr.write(`${text}\n`) } = this.#options
    print(`postern console: open ${link} within a day to set up the first administrator`)
  }

  async fetch(request: Request, peer?: string): Promise<Response> {
    const client = this.#proxies.client(peer, request.headers)
    const response = await this.#answer(request, { client, signal: request.signal })
    const { pathname } = new URL(request.url)
    const isHtml = response.headers.get('content-type')?.startsWith('text/html') ?? false
    const kind = !pathname.startsWith(`${API}/`) ? 'page' : isHtml ? 'held' : 'data'
    secure(response.headers, kind, this.#isHttps)
    return response
  }

  async close(): Promise<void> {
    this.#cancelTidy()
    await this.#watching?.close()
  }

  async #answer(request: Request, { client }: Incoming): Promise<Response> {
    const refusal = this.#guard.refusal(request)
    if (refusal !== undefined) return text(refusal.message, refusal.status)
    try {
      const app = await this.#loadApp()
      const answer = await this.#guard.within(client, signal => app(request, { client, signal }))
      return answer ?? failureAnswer(new ApiError('unavailable', BUSY, { retryAfter: 5 }))
    } catch (error) {
      return this.#endpoints.failure(error)
    }
  }

  #loadApp(): Promise<App> {
    this.#app ??= createApp({
      endpoint: (name, route, request, params, incoming) => this.#endpoints.run(name, route, request, params, incoming),
      noEndpoint: () => failureAnswer(new ApiError('not-found', 'there is nothing at this address')),
      refusal: (ref, { client }) => this.#public.refusal(ref, client),
      status: request => this.#public.status(request),
      digest: async (request, { client }) =>
        (await this.#options.digestPages?.(request, client)) ?? text('there are no digests here', 404),
      oidcStart: async (_request, { client }) => (await this.#oidc?.start(client)) ?? text('not configured', 404),
      oidcCallback: async (request, { client }) =>
        (await this.#oidc?.callback(request, client)) ?? text('not configured', 404),
      document: request => this.#files.answer('openapi.json', request),
      asset: (path, request) => this.#files.answer(path, request),
    }).catch(error => {
      this.#app = undefined
      throw error
    })
    return this.#app
  }

  #cookie(name: string, session: BegunSession | undefined): string {
    const seconds = session === undefined ? 0 : (session.expires - this.#clock.now()) / 1_000
    return setCookie(name, session?.secret ?? '', { seconds, isHttps: this.#isHttps, sameSite: 'Strict' })
  }

  #scheduleTidy(): void {
    this.#cancelTidy = this.#clock.after(TIDY_EVERY_MS, () => {
      const { records, notify } = this.#options
      const failed = (error: unknown): void =>
        notify({ code: 'console/tidy', reason: `what has expired was not removed: ${error}`, level: 'warning' })
      void records.tidy().catch(failed)
      this.#scheduleTidy()
    })
  }
}

const BUSY = 'too many requests are answered at once, or this one took too long: try again'

const text = (words: string, status: number): Response =>
  new Response(`${words}\n`, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' } })

const timesOf = ({ session: { idle = '30m', absolute = '12h' } = {} }: ConsoleOptions) => ({
  idle: toMilliseconds(idle),
  absolute: toMilliseconds(absolute),
})

/** What the pages show to everyone. */
function aboutOf({ name, version = '', language = 'en', signIn = {}, sources: has = {} }: ConsoleOptions) {
  return {
    ...{ name, version, language },
    signIn: {
      password: true,
      link: signIn.link !== undefined,
      oidc: signIn.oidc === undefined ? null : (signIn.oidc.label ?? 'Single sign-on'),
    },
    sources: {
      history: has.history !== undefined,
      quarantine: has.quarantine !== undefined,
      lists: has.lists !== undefined,
      reputation: has.reputation ?? false,
      feedback: has.feedback !== undefined,
      points: has.points ?? false,
      metrics: has.metrics !== undefined,
      forecast: has.metrics !== undefined,
      doctor: has.doctor !== undefined,
      reports: has.reports !== undefined,
    },
  }
}
