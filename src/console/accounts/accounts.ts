/** Accounts: who may sign in, with which role, for which domains. */
import type { Clock } from '../../model/services.ts'
import type { ConsoleRole } from '../api/routes.ts'
import { Passwords } from './password.ts'
import type { ConsoleRecords } from './records.ts'
import { hashOf, isSame } from './secrets.ts'
import { stepOf } from './totp.ts'

/** One account, as it is kept. */
export interface Account {
  /** As it was written; compared without case. */
  readonly name: string
  readonly role: Exclude<ConsoleRole, 'user'>
  /** Null: all domains. */
  readonly domains: readonly string[] | null
  /** How it signs in. */
  readonly via: 'password' | 'oidc' | 'proxy'
  readonly created: number
  readonly lastSignIn?: number
  readonly isDisabled?: boolean
  /** The hash of the password; absent until it is set up. */
  readonly password?: string
  readonly totp?: {
    readonly secret: string
    /** The step of the last code that was used. */
    readonly last: number
  }
  /** Hashes of recovery codes that were not used. */
  readonly recovery?: readonly string[]
  /** A new secret that is not confirmed yet. */
  readonly pendingTotp?: { readonly secret: string; readonly expires: number }
}

/** Names are the same in whatever case. */
export const accountId = (name: string): string => name.normalize('NFKC').toLowerCase()

/**
 * Whether a name is compared as it is, but for its case. What providers and proxies name must be: to them `ａdmin` is
 * not `admin`, and its owner would sign in as another.
 */
export const isPlainName = (name: string): boolean => name.normalize('NFKC') === name

/** The owner of what belongs to a mailbox. `:` is in no name of an account: an operator of the same name is another. */
export const mailboxOwner = (address: string): string => `:mailbox:${accountId(address)}`

/** Tries of a change that others make at the same time. */
const MAX_TRIES = 10

/** Reads and changes accounts. */
export class Accounts {
  readonly #records: ConsoleRecords
  readonly #clock: Pick<Clock, 'now'>
  readonly passwords: Passwords

  constructor(records: ConsoleRecords, clock: Pick<Clock, 'now'>, passwords = new Passwords()) {
    this.#records = records
    this.#clock = clock
    this.passwords = passwords
  }

  async get(name: string): Promise<Account | undefined> {
    const record = await this.#records.get('account', accountId(name))
    return record && (JSON.parse(record.value) as Account)
  }

  async list(): Promise<readonly Account[]> {
    return (await this.#records.list('account')).map(({ value }) => JSON.parse(value) as Account)
  }

  /** @returns false where there is an account of this name */
  async add(account: Account): Promise<boolean> {
    return await this.#records.put('account', accountId(account.name), { value: JSON.stringify(account) }, 0)
  }

  /** @param change the new account, or undefined to leave it. @returns the account as it is now */
  async update(name: string, change: (account: Account) => Account | undefined): Promise<Account | undefined> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const record = await this.#records.get('account', accountId(name))
      const changed = record && change(JSON.parse(record.value) as Account)
      if (record === undefined || changed === undefined) return undefined
      const { id, version } = record
      if (await this.#records.put('account', id, { value: JSON.stringify(changed) }, version)) return changed
    }
    throw new Error(`the account ${name} is changed by others all the time`)
  }

  /** Removes an account with its sessions and tokens. @returns whether there was one */
  async remove(name: string): Promise<boolean> {
    const id = accountId(name)
    await this.#records.removeOwned('session', id)
    await this.#records.removeOwned('token', id)
    await this.#records.removeOwned('link', id)
    return await this.#records.remove('account', id)
  }

  /** Whether an administrator can sign in. */
  async hasAdmin(): Promise<boolean> {
    return (await this.list()).some(account => account.role === 'admin' && !account.isDisabled && isReady(account))
  }

  /**
   * Compares password and code, and uses the code up. Takes as long for a name that does not exist.
   *
   * @param code six digits of the authenticator, or a recovery code
   * @param isKnown the client has signed in to the account before
   * @throws Busy
   */
  async verify(name: string, password: string, code: string, isKnown = false): Promise<Account | undefined> {
    const account = await this.get(name)
    const isRight = await this.passwords.verify(password, account?.isDisabled ? undefined : account?.password, isKnown)
    return isRight ? await this.#useCode(name, code) : undefined
  }

  async #useCode(name: string, code: string): Promise<Account | undefined> {
    const account = await this.get(name)
    if (account?.totp === undefined) return undefined
    const step = await stepOf(account.totp.secret, code, this.#clock.now(), account.totp.last)
    if (step !== undefined)
      return await this.update(name, now =>
        // Of two who use a code at the same time, one signs in.
        now.totp !== undefined && now.totp.secret === account.totp?.secret && now.totp.last < step
          ? { ...now, totp: { ...now.totp, last: step } }
          : undefined,
      )
    const hash = hashOf(plainCode(code))
    return await this.update(name, now => {
      const left = (now.recovery ?? []).filter(other => !isSame(other, hash))
      return left.length < (now.recovery ?? []).length ? { ...now, recovery: left } : undefined
    })
  }
}

const isReady = ({ via, password }: Account): boolean => via !== 'password' || password !== undefined

/** Recovery codes are read with or without hyphens, in either case. */
const plainCode = (code: string): string => code.toLowerCase().replace(/[^a-z2-7]/g, '')

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

/** Ten codes of 80 bits, and their hashes. */
export function newRecoveryCodes(random: (bytes: number) => Uint8Array) {
  const codes = Array.from({ length: 10 }, () =>
    Array.from(random(16), (byte, index) => (index % 4 === 0 && index > 0 ? '-' : '') + ALPHABET[byte % 32]).join(''),
  )
  return { codes, hashes: codes.map(code => hashOf(plainCode(code))) }
}
