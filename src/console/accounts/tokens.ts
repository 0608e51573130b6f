/** Tokens for scripts: shown once, kept hashed, with scopes and an end. */
import type { Clock } from '../../model/services.ts'
import { type Account, type Accounts, accountId } from './accounts.ts'
import type { ConsoleRecords } from './records.ts'
import { hashOf, newId, newSecret } from './secrets.ts'

/** What a script may do: look, or also act. */
export type TokenScope = 'read' | 'act'

/** A token, as it is kept. */
export interface ApiToken {
  /** Names it in lists. */
  readonly id: string
  readonly name: string
  readonly label: string
  readonly scopes: readonly TokenScope[]
  readonly created: number
  readonly expires: number
  readonly lastUsed?: number
}

/** Tokens of one account. */
const MAX_TOKENS = 50
const TOUCH_MS = 60_000

/** Makes, finds and removes tokens. */
export class ApiTokens {
  readonly #records: ConsoleRecords
  readonly #accounts: Accounts
  readonly #clock: Pick<Clock, 'now'>

  constructor(records: ConsoleRecords, accounts: Accounts, clock: Pick<Clock, 'now'>) {
    this.#records = records
    this.#accounts = accounts
    this.#clock = clock
  }

  /** @returns undefined where the account has too many */
  async add(
    name: string,
    { label, scopes, days }: Pick<ApiToken, 'label' | 'scopes'> & { readonly days: number },
  ): Promise<{ readonly token: ApiToken; readonly secret: string } | undefined> {
    const owner = accountId(name)
    if ((await this.#records.list('token', owner)).length >= MAX_TOKENS) return undefined
    const secret = `postern_${newSecret()}`
    const created = this.#clock.now()
    const expires = created + days * 86_400_000
    const token: ApiToken = { id: newId(), name, label, scopes, created, expires }
    await this.#records.put('token', hashOf(secret), { owner, value: JSON.stringify(token), expires }, 0)
    return { token, secret }
  }

  /** The token of a request and its account, while both may be used. */
  async find(secret: string): Promise<{ readonly token: ApiToken; readonly account: Account } | undefined> {
    const record = await this.#records.get('token', hashOf(secret))
    if (record === undefined) return undefined
    const token = JSON.parse(record.value) as ApiToken
    const account = await this.#accounts.get(token.name)
    if (account === undefined || account.isDisabled) return undefined
    const now = this.#clock.now()
    if (now - (token.lastUsed ?? 0) > TOUCH_MS) {
      const { id, owner, version } = record
      const value = JSON.stringify({ ...token, lastUsed: now })
      await this.#records.put('token', id, { owner, value, expires: token.expires }, version)
    }
    return { token, account }
  }

  async list(name: string): Promise<readonly ApiToken[]> {
    return (await this.#records.list('token', accountId(name))).map(({ value }) => JSON.parse(value) as ApiToken)
  }

  /** @returns whether the account had such a token */
  async remove(name: string, id: string): Promise<boolean> {
    const own = await this.#records.list('token', accountId(name))
    const found = own.find(({ value }) => (JSON.parse(value) as ApiToken).id === id)
    return found !== undefined && (await this.#records.remove('token', found.id))
  }

  async removeAll(name: string): Promise<void> {
    await this.#records.removeOwned('token', accountId(name))
  }
}
