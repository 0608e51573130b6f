/** Who makes a request: by a session, a token of a script, or the header of a trusted proxy. */
import type { Clock } from '../../model/services.ts'
import type { Viewer } from '../access/viewer.ts'
import { type Account, type Accounts, isPlainName } from '../accounts/accounts.ts'
import type { FoundSession, Sessions, Via } from '../accounts/sessions.ts'
import type { ApiTokens, TokenScope } from '../accounts/tokens.ts'
import type { ClientInfo } from '../http/client.ts'
import { cookieOf } from '../http/cookies.ts'

/** Who makes a request. */
export interface Caller {
  readonly viewer: Viewer
  readonly via: Via
  /** When the session or token ends at the latest. */
  readonly expires: number
  /** Names the session in lists; absent without one. */
  readonly sessionId?: string
  /** What a token may do; absent: everything that the account may. */
  readonly scopes?: readonly TokenScope[]
  /** The browser adds what signs it in by itself: requests of other sites must be told apart. */
  readonly isAmbient: boolean
}

/** Finds out who makes a request. */
export class Callers {
  readonly #accounts: Accounts
  readonly #sessions: Sessions
  readonly #tokens: ApiTokens
  readonly #clock: Pick<Clock, 'now'>
  readonly #cookie: string
  readonly #proxyHeader: string | undefined

  constructor(
    parts: { readonly accounts: Accounts; readonly sessions: Sessions; readonly tokens: ApiTokens },
    clock: Pick<Clock, 'now'>,
    names: { readonly cookie: string; readonly proxyHeader: string | undefined },
  ) {
    this.#accounts = parts.accounts
    this.#sessions = parts.sessions
    this.#tokens = parts.tokens
    this.#clock = clock
    this.#cookie = names.cookie
    this.#proxyHeader = names.proxyHeader
  }

  /** Undefined where nothing, or nothing that still counts, says who it is. */
  async of(headers: Headers, client: ClientInfo): Promise<Caller | undefined> {
    const authorization = headers.get('authorization')
    if (authorization !== null) return await this.#byToken(authorization)
    const secret = cookieOf(headers.get('cookie'), this.#cookie)
    const session = secret === undefined ? undefined : await this.#sessions.find(secret)
    if (session !== undefined) return callerOf(session)
    return await this.#byProxy(headers, client)
  }

  async #byToken(authorization: string): Promise<Caller | undefined> {
    const [, secret] = /^Bearer ([\w-]{1,200})$/i.exec(authorization) ?? []
    const found = secret === undefined ? undefined : await this.#tokens.find(secret)
    if (found === undefined) return undefined
    const { token, account } = found
    return { viewer: viewerOf(account), via: 'token', expires: token.expires, scopes: token.scopes, isAmbient: false }
  }

  async #byProxy(headers: Headers, client: ClientInfo): Promise<Caller | undefined> {
    if (this.#proxyHeader === undefined || !client.isProxied) return undefined
    const name = headers.get(this.#proxyHeader)
    if (name === null || name === '' || name.length > 200 || !isPlainName(name)) return undefined
    const account = await this.#accounts.get(name)
    if (account === undefined || account.isDisabled) return undefined
    const expires = this.#clock.now() + this.#sessions.times.idle
    return { viewer: viewerOf(account), via: 'proxy', expires, isAmbient: true }
  }
}

/** The caller of a session: without an account it is the user of a mailbox. */
export function callerOf({ id, session, expires, account }: FoundSession): Caller {
  const viewer: Viewer =
    account === undefined
      ? { name: session.name, role: 'user', domains: null, addresses: [session.name] }
      : viewerOf(account)
  return { viewer, via: session.via, expires, sessionId: id, isAmbient: true }
}

const viewerOf = ({ name, role, domains }: Account): Viewer => ({ name, role, domains, addresses: null })
