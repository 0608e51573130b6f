/**
 * Signing in by OpenID Connect: authorization code with PKCE, state and nonce. The only file that knows openid-client.
 */
import type * as OpenidClient from 'openid-client'
import { errorText, PosternError } from '../../model/errors.ts'
import type { Clock } from '../../model/services.ts'
import { type Account, type Accounts, accountId, isPlainName } from '../accounts/accounts.ts'
import type { ConsoleRecords } from '../accounts/records.ts'
import { hashOf, newSecret } from '../accounts/secrets.ts'
import { ApiError } from '../http/errors.ts'
import type { OidcOptions } from '../options.ts'

/** Where the provider sends people back to. */
const CALLBACK = '/oidc/callback'

/** How long a person may take at the provider. */
export const FLOW_MS = 10 * 60_000

/** How long the provider may take, in seconds. */
const TIMEOUT_S = 10

interface Flow {
  readonly verifier: string
  readonly nonce: string
}

/** One provider. */
export class Oidc {
  readonly #options: OidcOptions
  readonly #records: ConsoleRecords
  readonly #accounts: Accounts
  readonly #clock: Pick<Clock, 'now'>
  readonly #redirectUri: string
  #configuration: Promise<OpenidClient.Configuration> | undefined

  constructor(
    options: OidcOptions,
    parts: { readonly records: ConsoleRecords; readonly accounts: Accounts; readonly clock: Pick<Clock, 'now'> },
    url: string,
  ) {
    this.#options = options
    this.#records = parts.records
    this.#accounts = parts.accounts
    this.#clock = parts.clock
    this.#redirectUri = `${url}${CALLBACK}`
  }

  /** The words of the button. */
  get label(): string {
    return this.#options.label ?? 'Single sign-on'
  }

  /** @returns where the browser goes, and the secret that binds it to this sign-in */
  async begin(): Promise<{ readonly url: string; readonly secret: string }> {
    const client = await library()
    const configuration = await this.#discover()
    const [secret, verifier, nonce] = [newSecret(), client.randomPKCECodeVerifier(), client.randomNonce()]
    const flow: Flow = { verifier, nonce }
    const expires = this.#clock.now() + FLOW_MS
    await this.#records.put('flow', hashOf(secret), { value: JSON.stringify(flow), expires }, 0)
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#redirectUri,
      scope: 'openid email profile',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: stateOf(secret),
      nonce,
    })
    return { url: url.href, secret }
  }

  /**
   * The account of a person whom the provider has sent back.
   *
   * @param secret of the browser that began
   * @throws ApiError when the provider refuses, or when the answer belongs to another browser
   */
  async finish(search: string, secret: string | undefined): Promise<Account> {
    const record = secret === undefined ? undefined : await this.#records.get('flow', hashOf(secret))
    if (secret === undefined || record === undefined || !(await this.#records.remove('flow', record.id)))
      throw new ApiError('sign-in-failed', 'this sign-in was not begun in this browser, or took too long: begin again')
    const { verifier, nonce } = JSON.parse(record.value) as Flow
    const client = await library()
    const configuration = await this.#discover()
    try {
      const tokens = await client.authorizationCodeGrant(configuration, new URL(`${this.#redirectUri}${search}`), {
        pkceCodeVerifier: verifier,
        expectedState: stateOf(secret),
        expectedNonce: nonce,
        idTokenExpected: true,
      })
      return await this.#accountOf(tokens.claims() ?? {})
    } catch (error) {
      if (error instanceof ApiError) throw error
      throw new ApiError(
        'sign-in-failed',
        `the provider did not confirm who this is: ${errorText(error).slice(0, 200)}`,
      )
    }
  }

  /** By name; else by a group, whose role is taken anew at each sign-in. */
  async #accountOf(claims: Readonly<Record<string, unknown>>): Promise<Account> {
    const { claim = 'email', groupsClaim = 'groups', groups = [] } = this.#options
    const name = claims[claim]
    if (typeof name !== 'string' || name === '' || name.length > 200)
      throw new ApiError('sign-in-failed', `the provider names no ${claim}: let it send this claim`)
    if (claim === 'email' && claims.email_verified !== true)
      throw new ApiError('sign-in-failed', 'the provider has not verified the address of this person')
    if (!isPlainName(name))
      throw new ApiError('sign-in-failed', 'the name of this person has characters that stand for others: change it')
    const known = await this.#accounts.get(name)
    if (known?.isDisabled) throw noAccount()
    const own = claims[groupsClaim]
    const rule = Array.isArray(own) ? groups.find(({ group }) => own.includes(group)) : undefined
    if (known !== undefined && known.via !== 'oidc') return known
    if (rule === undefined) {
      // An account that its groups gave does not outlive them.
      if (known === undefined || groups.length > 0) throw noAccount()
      return known
    }
    const { role, domains = null } = rule
    if (known !== undefined) {
      const renewed = await this.#accounts.update(known.name, account => ({ ...account, role, domains }))
      if (renewed === undefined) throw noAccount()
      return renewed
    }
    const account: Account = { name: accountId(name), role, domains, via: 'oidc', created: this.#clock.now() }
    await this.#accounts.add(account)
    return account
  }

  /** Reads the configuration of the provider once; a failure is tried again by the next sign-in. */
  #discover(): Promise<OpenidClient.Configuration> {
    this.#configuration ??= this.#read().catch(error => {
      this.#configuration = undefined
      if (error instanceof ApiError) throw error
      throw new ApiError('unavailable', `the provider cannot be reached: ${errorText(error).slice(0, 200)}`)
    })
    return this.#configuration
  }

  async #read(): Promise<OpenidClient.Configuration> {
    const client = await library()
    const { issuer, clientId, clientSecret } = this.#options
    const url = new URL(issuer)
    const isLocal = url.protocol === 'http:' && LOOPBACK.has(url.hostname)
    return await client.discovery(url, clientId, clientSecret, undefined, {
      timeout: TIMEOUT_S,
      ...(isLocal && { execute: [client.allowInsecureRequests] }),
    })
  }
}

/** Only on the loopback may a provider do without TLS. */
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** The state is seen by the provider and stands in addresses: it must not say what the cookie holds. */
const stateOf = (secret: string): string => hashOf(`state ${secret}`)

const noAccount = (): ApiError =>
  new ApiError('sign-in-failed', 'this person has no account here: ask an administrator of the gateway')

async function library(): Promise<typeof OpenidClient> {
  try {
    return await import('openid-client')
  } catch {
    const remedy = 'npm install openid-client'
    throw new PosternError([
      { path: 'console.oidc', found: 'no openid-client', expected: 'the package openid-client', remedy },
    ])
  }
}
