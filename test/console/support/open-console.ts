/** A console with a clock by hand, a store in memory and accounts at will; and a browser that speaks to it. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import { type Account, Accounts } from '../../../src/console/accounts/accounts.ts'
import { Passwords } from '../../../src/console/accounts/password.ts'
import { Sessions } from '../../../src/console/accounts/sessions.ts'
import { API, ROUTES, type RouteName } from '../../../src/console/api/routes.ts'
import {
  type ActionEvent,
  type Console,
  type ConsoleOptions,
  createConsole,
  sqliteRecords,
} from '../../../src/console/index.ts'
import { EVENT_VERSION } from '../../../src/model/event-base.ts'
import type { Notice } from '../../../src/model/services.ts'
import { memoryStore } from '../../../src/store/index.ts'
import { clock, type HandClock } from '../../../src/testing/clock.ts'
import { scratch } from '../../support/scratch.ts'

/** Wednesday, 25 November 2026, 12:00 UTC. */
export const NOON = Date.UTC(2026, 10, 25, 12)

export const PASSWORD = 'four unconnected words'
/** Cheap, so that a test can sign in often. */
const COST = { cost: 16, blockSize: 1, parallelization: 1 }

export interface OpenedConsole extends AsyncDisposable {
  readonly console: Console
  readonly clock: HandClock
  readonly records: ReturnType<typeof sqliteRecords>
  readonly store: ReturnType<typeof memoryStore>
  readonly accounts: Accounts
  readonly actions: ActionEvent[]
  readonly printed: string[]
  readonly notices: Notice[]
  /** A browser without a session. */
  readonly browser: (address?: string) => Browser
  /** A browser with a session of a new account. */
  readonly as: (role: Account['role'], domains?: readonly string[]) => Promise<Browser>
  /** A browser with a session of a mailbox. */
  readonly asUser: (address: string) => Promise<Browser>
  /** An account with a password and codes. */
  readonly account: (name: string, fields?: Partial<Account>) => Promise<TOTP>
}

export async function openConsole(options: Partial<ConsoleOptions> = {}): Promise<OpenedConsole> {
  const folder = await scratch()
  const hand = clock({ now: NOON })
  const records = sqliteRecords({ file: join(folder.path, 'console.db'), clock: hand })
  const store = memoryStore({ clock: hand })
  const actions: ActionEvent[] = []
  const printed: string[] = []
  const notices: Notice[] = []
  const opened = createConsole({
    name: 'mx.example.org',
    clock: hand,
    records,
    store,
    record: action => actions.push({ ...action, type: 'action', v: EVENT_VERSION, time: hand.now(), node: 'test' }),
    notify: notice => notices.push(notice),
    print: text => printed.push(text),
    passwordCost: COST,
    assets: await pagesIn(join(folder.path, 'pages')),
    ...options,
  })
  const accounts = new Accounts(records, hand, new Passwords(COST))
  const sessions = new Sessions(records, accounts, hand, { idle: 30 * 60_000, absolute: 12 * 3_600_000 })
  const origin = new URL(options.url ?? 'http://localhost:8080').origin
  const cookie = origin.startsWith('https:') ? '__Host-postern' : 'postern'
  const browser = (address = '127.0.0.1'): Browser => new Browser(opened, origin, address)
  const begin = async (name: string, via: 'password' | 'link'): Promise<Browser> => {
    const { secret } = await sessions.begin({ name, via, address: '127.0.0.1', browser: 'test' })
    const signedIn = browser()
    signedIn.cookies.set(cookie, secret)
    return signedIn
  }
  let number = 0
  return {
    ...{ console: opened, clock: hand, records, store, accounts, actions, printed, notices, browser },
    as: async (role, domains) => {
      number += 1
      const name = `${role}-${number}`
      await accounts.add({ name, role, domains: domains ?? null, via: 'password', created: hand.now() })
      return await begin(name, 'password')
    },
    asUser: address => begin(address, 'link'),
    account: async (name, fields = {}) => {
      const secret = new Secret({ size: 20 })
      const password = await accounts.passwords.hash(PASSWORD)
      const totp = { secret: secret.base32, last: 0 }
      await accounts.add({
        ...{ name, role: 'operator', domains: null, via: 'password', created: hand.now(), password, totp },
        ...fields,
      })
      return new TOTP({ secret })
    },
    [Symbol.asyncDispose]: async () => {
      await opened.close()
      await records.close()
      await folder.remove()
    },
  }
}

/** The smallest pages. */
async function pagesIn(folder: string): Promise<string> {
  await mkdir(join(folder, 'assets'), { recursive: true })
  const files = { 'index.html': 'text/html; charset=utf-8', 'assets/app-1.js': 'text/javascript; charset=utf-8' }
  for (const file of Object.keys(files)) await writeFile(join(folder, file), `content of ${file}`)
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(files))
  return folder
}

export interface CallOptions {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Undefined leaves a header of the browser out. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** What an answer was. */
export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // Tests look into answers of every shape.
  readonly json: Readonly<Record<string, unknown>> & {
    readonly error?: { readonly code: string; readonly message: string }
  }
}

/** Keeps cookies, and says from which site its requests come. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly #console: Console
  readonly #origin: string
  readonly #address: string

  constructor(opened: Console, origin: string, address: string) {
    this.#console = opened
    this.#origin = origin
    this.#address = address
  }

  /** Calls an endpoint. */
  async call(name: RouteName, { params = {}, query = {}, ...options }: CallOptions = {}): Promise<Answered> {
    const { method, path } = ROUTES[name]
    const filled = path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''))
    const search = new URLSearchParams(query).toString()
    return await this.request(method, `${API}${filled}${search === '' ? '' : `?${search}`}`, options)
  }

  /** Any request. */
  async request(method: string, path: string, { body, headers = {} }: CallOptions = {}): Promise<Answered> {
    const isRaw = body instanceof ReadableStream || typeof body === 'string'
    const sent = new Headers({
      host: new URL(this.#origin).host,
      'sec-fetch-site': 'same-origin',
      'user-agent': 'test',
    })
    if (method !== 'GET') sent.set('origin', this.#origin)
    if (body !== undefined) sent.set('content-type', 'application/json')
    const cookie = Array.from(this.cookies, pair => pair.join('=')).join('; ')
    if (cookie !== '') sent.set('cookie', cookie)
    for (const [name, value] of Object.entries(headers)) {
      if (value === undefined) sent.delete(name)
      else sent.set(name, value)
    }
    const init: RequestInit & { duplex?: 'half' } = {
      method,
      headers: sent,
      ...(body !== undefined && { body: isRaw ? body : JSON.stringify(body) }),
      ...(body instanceof ReadableStream && { duplex: 'half' }),
    }
    const response = await this.#console.fetch(new Request(`${this.#origin}${path}`, init), this.#address)
    for (const set of response.headers.getSetCookie()) this.#keep(set)
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson && text !== '' ? JSON.parse(text) : {},
    }
  }

  #keep(set: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
    if (value === '') this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}
