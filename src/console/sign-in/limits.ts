/** How often people and programs may try: to sign in, to ask for links, to look references up. */
import { hash } from 'node:crypto'
import type { Store } from '../../model/store.ts'
import { type LimiterSpec, storeLimiter } from '../../store/limiter.ts'
import { accountId } from '../accounts/accounts.ts'
import { ApiError } from '../http/errors.ts'

const QUARTER = 900
const HOUR = 3_600

/** Tries within a time, in seconds. */
const LIMITS = {
  /** To sign in, from one client. */
  client: { points: 20, duration: QUARTER },
  /** To sign in to one account, from clients that have not signed in to it before. */
  account: { points: 10, duration: QUARTER },
  /** To sign in to one account, from one client that has: strangers cannot lock the owner out. */
  known: { points: 10, duration: QUARTER },
  /** To ask for a link, from one client, and to one mailbox. */
  asking: { points: 10, duration: HOUR },
  mailbox: { points: 3, duration: HOUR },
  /** To look a reference up, from one client. */
  reference: { points: 30, duration: 60 },
} as const satisfies Readonly<Record<string, Omit<LimiterSpec, 'keyPrefix'>>>

type LimitName = keyof typeof LIMITS

/** For so long a client stays known to an account. */
const KNOWN_MS = 30 * 86_400_000

/** Counts tries in the shared store, so that all nodes count together. */
export class SignInLimits {
  readonly #store: Store
  readonly #limiters = new Map<LimitName, ReturnType<typeof storeLimiter>>()

  constructor(store: Store) {
    this.#store = store
  }

  /** @throws ApiError when there were too many tries, and when they cannot be counted */
  async spend(name: LimitName, key: string, onFirst?: () => void): Promise<void> {
    let limiter = this.#limiters.get(name)
    if (limiter === undefined) {
      limiter = storeLimiter(this.#store, { keyPrefix: `console-${name}`, ...LIMITS[name] })
      this.#limiters.set(name, limiter)
    }
    try {
      await limiter.consume(short(key))
    } catch (error) {
      if (error instanceof Error) throw new ApiError('unavailable', 'tries cannot be counted now: try again later')
      const { consumedPoints = 0, msBeforeNext = 0 } = error as { consumedPoints?: number; msBeforeNext?: number }
      if (consumedPoints === LIMITS[name].points + 1) onFirst?.()
      const retryAfter = Math.max(1, Math.ceil(msBeforeNext / 1_000))
      throw new ApiError('rate-limited', `too many tries: try again in ${minutes(retryAfter)}`, { retryAfter })
    }
  }

  /**
   * One try to sign in.
   *
   * @param onFirst called when a limit is reached, once
   * @returns whether the client has signed in to the account before
   */
  async trySignIn(account: string, client: string, onFirst: () => void): Promise<boolean> {
    await this.spend('client', client, onFirst)
    const [known] = await this.#ask([{ op: 'get', key: knownKey(account, client) }])
    if (known === undefined) await this.spend('account', accountId(account), onFirst)
    else await this.spend('known', `${accountId(account)} ${client}`, onFirst)
    return known !== undefined
  }

  /** Someone has signed in from this client. */
  async signedIn(account: string, client: string): Promise<void> {
    await this.#ask([{ op: 'set', key: knownKey(account, client), value: '1', ttl: KNOWN_MS }])
  }

  async #ask(operations: Parameters<Store['run']>[0]) {
    try {
      return await this.#store.run(operations)
    } catch {
      throw new ApiError('unavailable', 'the store does not answer now: try again later')
    }
  }
}

const knownKey = (account: string, client: string): string =>
  `console-knows:${short(`${accountId(account)} ${client}`)}`

/** Keys come from clients: of bounded length, and without their words. */
const short = (key: string): string => hash('sha256', key, 'base64url')

const minutes = (seconds: number): string =>
  seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`
