/** The configuration of the console, as an operator writes it. */
import type { Duration } from '../../model/units.ts'

/** The console: pages and an API over HTTP. */
export interface ConsoleConfig {
  /** Where it listens: HOST:PORT. Only on the loopback may it do without `url`. */
  readonly listen: string
  /** Where people reach it through a reverse proxy with TLS: `https://console.example.org`. @default none */
  readonly url?: string
  /** Addresses and networks of reverse proxies, whose X-Forwarded-For names the client. @default none */
  readonly proxies?: readonly string[]
  /** The language of those who have not chosen one. @default 'en' */
  readonly language?: 'en' | 'zh-CN'
  /**
   * The file with accounts, sessions and tokens. @default beside a history in PostgreSQL, else console.db in
   * `maildir`
   */
  readonly accounts?: string
  /** How long sessions last. */
  readonly session?: ConsoleSessionConfig
  /** Owners of mailboxes sign in by a link in mail; needs `url` and `mail`. @default false */
  readonly mailboxes?: boolean
  /** A header with which a reverse proxy of `proxies` names who has signed in there. @default none */
  readonly proxyHeader?: string
  /** A provider of OpenID Connect; needs `url` and the package openid-client. @default none */
  readonly oidc?: ConsoleOidcConfig
  /** Refusals carry a link to the page that explains them, `url/r/REF`; needs `url`. @default false */
  readonly refusalLink?: boolean
}

/** How long sessions of the console last. */
export interface ConsoleSessionConfig {
  /** Without a request. @default '30m' */
  readonly idle?: Duration
  /** In all. @default '12h' */
  readonly absolute?: Duration
}

/** A provider of OpenID Connect. */
export interface ConsoleOidcConfig {
  /** `https://login.example.org`. */
  readonly issuer: string
  /** The name of the console at the provider. */
  readonly clientId: string
  /** Its secret; take it from the environment. */
  readonly clientSecret: string
  /** The words of the button. @default 'Single sign-on' */
  readonly label?: string
  /** The claim that names the account. @default 'email' */
  readonly claim?: string
  /** The claim with the groups of a person. @default 'groups' */
  readonly groupsClaim?: string
  /** Groups whose members need no account. @default none */
  readonly groups?: readonly ConsoleGroupConfig[]
}

/** A group of the provider. */
export interface ConsoleGroupConfig {
  /** Its name in the claim. */
  readonly group: string
  /** What its members may do. */
  readonly role: 'admin' | 'operator' | 'viewer'
  /** The domains whose mail they see. @default all */
  readonly domains?: readonly string[]
}
