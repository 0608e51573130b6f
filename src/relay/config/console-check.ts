/** Checks the configuration of the console. */
import { duration, flag, oneOf, secret, text } from '../../model/checks.ts'
import { type Check, check, list, object, required } from '../../model/options.ts'
import { readNetwork } from '../../net/networks.ts'
import type { ConsoleConfig, ConsoleGroupConfig, ConsoleOidcConfig, ConsoleSessionConfig } from './console-config.ts'
import { hostPort } from './store-check.ts'

const HEADER_NAME = /^[A-Za-z][A-Za-z0-9-]{1,63}$/

const isSafe = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))

const isIssuer = (value: unknown): boolean => {
  const url = typeof value === 'string' ? URL.parse(value) : null
  return url !== null && isSafe(url)
}

const consoleUrl: Check<string> = check('an address with https:, without a path', value => {
  const url = typeof value === 'string' ? URL.parse(value) : null
  if (url === null || !isSafe(url)) return false
  return url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
})

/** Browsers treat these as secure without TLS. */
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

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
        issuer: required(check('an address with https:', isIssuer)),
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
