/** Signing in with a password and a code, and with a link in mail; the set-up of accounts. */
import { randomBytes } from 'node:crypto'
import type { RecordAction } from '../../model/action-event.ts'
import type { Clock, Notify } from '../../model/services.ts'
import { addressKey, mailboxOf } from '../../net/path.ts'
import { type Account, type Accounts, accountId, newRecoveryCodes } from '../accounts/accounts.ts'
import type { Links } from '../accounts/links.ts'
import { Busy, weaknessOf } from '../accounts/password.ts'
import type { FoundSession, Sessions } from '../accounts/sessions.ts'
import { stepOf, totpUri } from '../accounts/totp.ts'
import type { ClientInfo } from '../http/client.ts'
import { ApiError } from '../http/errors.ts'
import type { SignInOptions } from '../options.ts'
import type { SignInLimits } from './limits.ts'

/** What signing in works with. */
export interface SignInParts {
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly links: Links
  readonly limits: SignInLimits
  readonly record: RecordAction
  readonly notify: Notify
  readonly clock: Clock
  /** The name of the gateway. */
  readonly name: string
  /** Where people reach the console, without a `/` at the end. */
  readonly url: () => string
  readonly link: SignInOptions['link']
}

/** A session that has begun, with the secret for the cookie. */
export type BegunSession = FoundSession & { readonly secret: string }

const MINUTE = 60_000
const MAILBOX_LINK_MS = 15 * MINUTE
const SETUP_LINK_MS = 24 * 60 * MINUTE
/** Mails with links that are on their way at once: more are not sent. */
const MAX_SENDING = 20

/** Begins sessions. */
export class SignIn {
  readonly #parts: SignInParts
  #sending = 0

  constructor(parts: SignInParts) {
    this.#parts = parts
  }

  /** @throws ApiError, the same whether the name, the password or the code is wrong */
  async password(
    { name, password, code }: { readonly name: string; readonly password: string; readonly code: string },
    client: ClientInfo,
  ): Promise<BegunSession> {
    const account = await this.verify(name, password, code, client)
    return await this.begin(account.name, 'password', client)
  }

  /** Compares password and code; what fails is counted and recorded. @throws ApiError */
  async verify(name: string, password: string, code: string, client: ClientInfo): Promise<Account> {
    const { limits, accounts } = this.#parts
    const isKnown = await limits.trySignIn(name, client.key, () => this.failed(name, 'too many tries', client))
    const account = await accounts.verify(name, password, code, isKnown).catch(error => {
      if (error instanceof Busy) throw new ApiError('unavailable', `${error.message}: try again`, { retryAfter: 5 })
      throw error
    })
    if (account !== undefined) return account
    this.failed(name, 'the name, the password or the code is wrong', client)
    throw new ApiError('sign-in-failed', 'the name, the password or the code is wrong, or the code was used before')
  }

  /** Begins a session with a new name, and records it. */
  async begin(name: string, via: 'password' | 'oidc' | 'link', client: ClientInfo): Promise<BegunSession> {
    const { accounts, sessions, limits, record, clock } = this.#parts
    // The owner of a mailbox is not known to an account of the same name.
    if (via !== 'link') await limits.signedIn(name, client.key)
    const session = await sessions.begin({ name, via, address: client.address, browser: client.browser })
    if (via !== 'link') await accounts.update(name, account => ({ ...account, lastSignIn: clock.now() }))
    const role = session.account?.role ?? 'user'
    record({ ref: null, action: 'sign-in', by: name, role, target: `${via} from ${client.address}`, result: 'done' })
    return session
  }

  failed(name: string, reason: string, client: ClientInfo): void {
    const by = name.slice(0, 100)
    const target = `from ${client.address}`
    this.#parts.record({ ref: null, action: 'sign-in-failed', by, role: 'viewer', target, result: 'refused', reason })
  }

  /** Sends a link to the owner of a mailbox. Answers the same whether there is one. */
  async askForLink(address: string, client: ClientInfo): Promise<void> {
    const { limits, link } = this.#parts
    if (link === undefined) throw new ApiError('not-configured', 'this gateway sends no links for signing in')
    await limits.spend('asking', client.key)
    if (this.#sending >= MAX_SENDING) return
    this.#sending += 1
    // Not awaited: how long it takes would say whether there is such a mailbox.
    void this.#sendLink(address, link).finally(() => {
      this.#sending -= 1
    })
  }

  async #sendLink(given: string, { isMailbox, send }: NonNullable<SignInOptions['link']>): Promise<void> {
    const { limits, links, url, notify } = this.#parts
    try {
      const mailbox = mailboxOf(given)
      const address = addressKey(mailbox)
      if (mailbox.domain === '' || !PLAIN_ADDRESS.test(address) || !(await isMailbox(address))) return
      await limits.spend('mailbox', address)
      const { secret } = await links.add({ for: 'mailbox', address }, MAILBOX_LINK_MS)
      await send({ address, url: `${url()}/#/link/${secret}`, minutes: MAILBOX_LINK_MS / MINUTE })
    } catch (error) {
      if (error instanceof ApiError) return
      const reason = `a link for signing in could not be sent: ${error instanceof Error ? error.message : String(error)}`
      notify({ code: 'console/link', reason, level: 'warning' })
    }
  }

  /** Signs in with a link, once. */
  async redeem(token: string, client: ClientInfo): Promise<BegunSession> {
    const { limits, links } = this.#parts
    await limits.spend('client', client.key)
    const link = await links.get(token)
    if (link?.for !== 'mailbox' || !(await links.use(token))) throw usedLink()
    return await this.begin(link.address, 'link', client)
  }

  /** A link for the set-up of the first administrator; undefined where there is one. */
  async firstLink(): Promise<string | undefined> {
    const { accounts, links, url } = this.#parts
    if (await accounts.hasAdmin()) return undefined
    const { secret } = await links.add({ for: 'first' }, SETUP_LINK_MS)
    return `${url()}/#/set-up/${secret}`
  }

  /** A link for the set-up of an account, also anew. */
  async setupLink(name: string): Promise<{ readonly link: string; readonly expires: number }> {
    const { links, url } = this.#parts
    const { secret, expires } = await links.add({ for: 'setup', name }, SETUP_LINK_MS)
    return { link: `${url()}/#/set-up/${secret}`, expires }
  }

  async beginSetup(token: string, client: ClientInfo) {
    const { limits, links, accounts, name: issuer } = this.#parts
    await limits.spend('client', client.key)
    const link = await links.enrol(token)
    if (link === undefined || link.for === 'mailbox') throw usedLink()
    const account = link.for === 'setup' ? await accounts.get(link.name) : undefined
    if (link.for === 'setup' && account === undefined) throw usedLink()
    const uri = await totpUri(link.secret, issuer, account?.name ?? 'admin')
    return { name: account?.name ?? null, role: account?.role ?? ('admin' as const), secret: link.secret, uri }
  }

  async finishSetup(
    given: { readonly token: string; readonly name: string; readonly password: string; readonly code: string },
    client: ClientInfo,
  ): Promise<{ readonly session: BegunSession; readonly recoveryCodes: readonly string[] }> {
    const { limits, links, accounts, sessions, clock, record } = this.#parts
    await limits.spend('client', client.key)
    const link = await links.get(given.token)
    if (link === undefined || link.for === 'mailbox' || link.secret === undefined) throw usedLink()
    const name = link.for === 'setup' ? link.name : given.name
    checkPassword(given.password, name)
    const last = await stepOf(link.secret, given.code, clock.now(), 0)
    if (last === undefined) throw new ApiError('sign-in-failed', WRONG_CODE)
    const password = await accounts.passwords.hash(given.password)
    const { codes, hashes } = newRecoveryCodes(randomBytes)
    const ready = { password, totp: { secret: link.secret, last }, recovery: hashes }
    if (link.for === 'first') await this.#addFirst(name, ready, given.token)
    else {
      if (!(await links.use(given.token))) throw usedLink()
      if ((await accounts.update(name, account => ({ ...account, ...ready }))) === undefined) throw usedLink()
      await sessions.endAll(name)
    }
    const session = await this.begin(name, 'password', client)
    const role = session.account?.role ?? 'admin'
    record({ ref: null, action: 'settings', by: name, role, target: `set-up of ${name}`, result: 'done' })
    return { session, recoveryCodes: codes }
  }

  async #addFirst(name: string, ready: Partial<Account>, token: string): Promise<void> {
    const { accounts, links, clock } = this.#parts
    if (await accounts.hasAdmin()) throw new ApiError('conflict', 'there is an administrator already: ask them')
    if (await accounts.get(name))
      throw new ApiError('conflict', `there is an account ${name} already: choose another name`)
    if (!(await links.use(token))) throw usedLink()
    const created = clock.now()
    const isAdded = await accounts.add({ name, role: 'admin', domains: null, via: 'password', created, ...ready })
    // Another link has made it at the same moment: the session would be that of its owner.
    if (!isAdded) throw usedLink()
  }
}

/** @throws ApiError when a password is too easy to guess */
export function checkPassword(password: string, name: string): void {
  const weakness = weaknessOf(password, accountId(name))
  if (weakness === undefined) return
  const message = `the password ${weakness}: take a longer one, such as four words that nothing connects`
  throw new ApiError('bad-request', message, { problems: [{ path: 'password', message }] })
}

export const WRONG_CODE =
  'the code is wrong: enter the six digits that the authenticator shows now, and compare the clock of the phone'

const usedLink = (): ApiError => new ApiError('sign-in-failed', 'this link was used, or has ended: ask for a new one')

/** An address that goes into our own mail. */
const PLAIN_ADDRESS = /^[^\s<>",;:\\()[\]]{1,64}@[a-z0-9.-]{1,253}$/
