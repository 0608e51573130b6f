/** The two addresses of a sign-in by OpenID Connect: one leads to the provider, one comes back from it. */
import { errorText } from '../../model/errors.ts'
import type { Notify } from '../../model/services.ts'
import type { ClientInfo } from '../http/client.ts'
import { cookieOf, setCookie } from '../http/cookies.ts'
import { ApiError } from '../http/errors.ts'
import { plainPage, redirect } from '../http/pages.ts'
import type { SignInLimits } from './limits.ts'
import { FLOW_MS, type Oidc } from './oidc.ts'
import type { BegunSession, SignIn } from './sign-in.ts'

/** What these pages work with. */
export interface OidcPagesParts {
  readonly oidc: Oidc
  readonly signIn: SignIn
  readonly limits: SignInLimits
  readonly notify: Notify
  /** `Set-Cookie` of a session. */
  readonly cookie: (session: BegunSession | undefined) => string
  readonly flow: { readonly name: string; readonly isHttps: boolean }
}

/** Characters of what a provider sends back. */
const MAX_SEARCH = 4_096

export class OidcPages {
  readonly #parts: OidcPagesParts

  constructor(parts: OidcPagesParts) {
    this.#parts = parts
  }

  async start(client: ClientInfo): Promise<Response> {
    const { oidc, limits } = this.#parts
    try {
      await limits.spend('client', client.key)
      const { url, secret } = await oidc.begin()
      return redirect(url, this.#flowCookie(secret))
    } catch (error) {
      return this.#failed(error, client)
    }
  }

  /** Comes back to `/` and to no other place, whatever the provider says. */
  async callback(request: Request, client: ClientInfo): Promise<Response> {
    const { oidc, signIn, limits, cookie, flow } = this.#parts
    try {
      await limits.spend('client', client.key)
      const { search } = new URL(request.url)
      if (search.length > MAX_SEARCH) throw new ApiError('bad-request', 'the answer of the provider is too long')
      const account = await oidc.finish(search, cookieOf(request.headers.get('cookie'), flow.name))
      const session = await signIn.begin(account.name, 'oidc', client)
      const response = redirect('/', cookie(session))
      response.headers.append('Set-Cookie', this.#flowCookie(''))
      return response
    } catch (error) {
      return this.#failed(error, client)
    }
  }

  #failed(error: unknown, client: ClientInfo): Response {
    const { notify, signIn } = this.#parts
    if (error instanceof ApiError) {
      if (error.code === 'sign-in-failed') signIn.failed('', error.message, client)
      return plainPage('The sign-in did not succeed', [error.message], { status: error.status })
    }
    notify({ code: 'console/oidc', reason: `a sign-in failed: ${errorText(error).slice(0, 300)}`, level: 'warning' })
    return plainPage('The sign-in did not succeed', ['The log of the gateway says why.'], { status: 500 })
  }

  /** Lax: the provider sends the browser back from another site. */
  #flowCookie(value: string): string {
    const { name, isHttps } = this.#parts.flow
    return setCookie(name, value, { seconds: FLOW_MS / 1_000, isHttps, sameSite: 'Lax' })
  }
}
