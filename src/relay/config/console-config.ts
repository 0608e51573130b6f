/** The configuration of the console, as an operator writes it, and its check. */
import { duration, flag, oneOf, secret, text } from '../../model/checks.ts'
import { type Check, check, list, object, required } from '../../model/options.ts'
import type { Duration } from '../../model/units.ts'
import { readNetwork } from '../../net/networks.ts'
import { hostPort } from './store-check.ts'

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
  /** The file with accounts, sessions and tokens. @default console.db in `maildir` */
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

const HEADER_NAME = /^[A-Za-z][A-Za-z0-9-]{1,63}$/

const consoleUrl: Check<string> = check('an address with https:, without a path', value => {
  const url = typeof value === 'string' ? URL.parse(value) : null
  return url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '' && url.hash === ''
})

const group: Check<ConsoleGroupConfig> = object<ConsoleGroupConfig>(
  {
    group: required(text('the name of a group')),
    role: required(oneOf('admin', 'operator', 'viewer')),
    domains: list(text('a domain'), 'domains'),
  },
  'a group',
)

/** The console. What its parts say together is checked when it is made. */
export const consoleCheck: Check<ConsoleConfig> = object<ConsoleConfig>(
  {
    listen: required(hostPort(0)),
    url: consoleUrl,
    proxies: list(
      check('an address or a network', value => typeof value === 'string' && 'width' in readNetwork(value)),
      'networks of proxies',
    ),
    language: oneOf('en', 'zh-CN'),
    accounts: text('the path of a file'),
    session: object<ConsoleSessionConfig>(
      {
        idle: duration({ min: '1m', max: '30d' }),
        absolute: duration({ min: '5m', max: '90d' }),
      },
      'how long sessions last',
    ),
    mailboxes: flag(),
    proxyHeader: check('the name of a header', value => typeof value === 'string' && HEADER_NAME.test(value)),
    oidc: object<ConsoleOidcConfig>(
      {
        issuer: required(check('an address with https:', value => typeof value === 'string' && URL.canParse(value))),
        clientId: required(text('the name of the console at the provider')),
        clientSecret: required(secret()),
        label: text('the words of a button', { max: 60 }),
        claim: text('the name of a claim'),
        groupsClaim: text('the name of a claim'),
        groups: list(group, 'groups'),
      },
      'a provider of OpenID Connect',
    ),
    refusalLink: flag(),
  },
  'the console',
)
