/** A console that listens, over a gateway with its real stores; and sessions for browsers. */
import { join } from 'node:path'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { type Account, Accounts } from '../../../src/console/accounts/accounts.ts'
import { Passwords } from '../../../src/console/accounts/password.ts'
import { Sessions } from '../../../src/console/accounts/sessions.ts'
import { type ConsoleSources, createConsole, serveConsole, sqliteRecords } from '../../../src/console/index.ts'
import { type Clock, systemClock } from '../../../src/model/services.ts'
import { openPage, type WatchedPage } from '../../support/browser.ts'
import { freePort, scratch } from '../../support/scratch.ts'
import { MailGateway, type MailGatewayOptions } from './mail-gateway.ts'

/** Cheap, so that signing in takes no time. */
const COST = { cost: 16, blockSize: 1, parallelization: 1 }

export interface ServedOptions extends Omit<MailGatewayOptions, 'folder'> {
  /** More of what the pages show. @default history, quarantine, lists, feedback */
  readonly sources?: (gateway: MailGateway) => Partial<ConsoleSources>
  /** That of the console. @default the system's clock */
  readonly clock?: Clock
}

/** Who looks. */
export type Viewer =
  | { readonly name: string; readonly role: Account['role']; readonly domains?: readonly string[] }
  | { readonly mailbox: string }

export class ServedConsole implements AsyncDisposable {
  readonly origin: string
  readonly gateway: MailGateway
  /** Links for signing in that were sent by mail. */
  readonly mails: { readonly address: string; readonly url: string }[]
  /** The link for the set-up of the first administrator. */
  readonly setUpLink: string
  readonly #accounts: Accounts
  readonly #sessions: Sessions
  readonly #close: () => Promise<void>

  static async open({ sources, clock = systemClock, ...options }: ServedOptions = {}): Promise<ServedConsole> {
    const folder = await scratch()
    const gateway = await MailGateway.open({ ...options, folder: folder.path })
    const records = sqliteRecords({ file: join(folder.path, 'console.db'), clock })
    const mails: { address: string; url: string }[] = []
    const printed: string[] = []
    const port = await freePort()
    const origin = `http://127.0.0.1:${port}`
    const opened = createConsole({
      ...{ url: origin, clock },
      ...{ name: 'mx.example.com', version: '0.1.0', records, store: gateway.store, record: gateway.record },
      ...{ notify: () => undefined, print: text => printed.push(text), passwordCost: COST },
      signIn: {
        link: { isMailbox: address => address.endsWith('@example.com'), send: async mail => void mails.push(mail) },
      },
      sources: {
        ...{ history: gateway.history, quarantine: gateway.quarantine, releaser: gateway.releaser },
        ...{ lists: gateway.lists, reputation: true, points: true, feedback: said => gateway.gateway.feedback(said) },
        metrics: () => gateway.gateway.metrics(),
        ...sources?.(gateway),
      },
    })
    const served = await serveConsole(opened, { port })
    const accounts = new Accounts(records, clock, new Passwords(COST))
    const sessions = new Sessions(records, accounts, clock, { idle: 30 * 60_000, absolute: 12 * 3_600_000 })
    const close = async (): Promise<void> => {
      await served.close()
      await opened.close()
      await gateway[Symbol.asyncDispose]()
      await records.close()
      await folder.remove()
    }
    const setUpLink = /http\S+/.exec(printed.join('\n'))?.[0] ?? ''
    return new ServedConsole({ origin, gateway, mails, setUpLink, accounts, sessions, close })
  }

  private constructor(parts: {
    readonly origin: string
    readonly gateway: MailGateway
    readonly mails: { readonly address: string; readonly url: string }[]
    readonly setUpLink: string
    readonly accounts: Accounts
    readonly sessions: Sessions
    readonly close: () => Promise<void>
  }) {
    this.origin = parts.origin
    this.gateway = parts.gateway
    this.mails = parts.mails
    this.setUpLink = parts.setUpLink
    this.#accounts = parts.accounts
    this.#sessions = parts.sessions
    this.#close = parts.close
  }

  /** A page of a browser in which this person is signed in. */
  async page(browser: Browser, viewer: Viewer, options?: BrowserContextOptions): Promise<WatchedPage> {
    const opened = await openPage(browser, this.origin, options)
    const value = await this.#session(viewer)
    await opened.page.context().addCookies([{ name: 'postern', value, url: this.origin }])
    return opened
  }

  async #session(viewer: Viewer): Promise<string> {
    const [name, via] = 'mailbox' in viewer ? ([viewer.mailbox, 'link'] as const) : ([viewer.name, 'password'] as const)
    if (!('mailbox' in viewer) && (await this.#accounts.get(name)) === undefined) {
      const { role, domains = null } = viewer
      await this.#accounts.add({ name, role, domains, via: 'password', created: Date.now() })
    }
    const { secret } = await this.#sessions.begin({ name, via, address: '192.0.2.7', browser: 'Firefox on Linux' })
    return secret
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close()
  }
}
