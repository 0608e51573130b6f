/** Checks the configuration of the console. */
import { duration, flag, oneOf, secret, text } from '../../model/checks.ts'
import { type Check, check, list, object, required } from '../../model/options.ts'
import { readNetwork } from '../../net/networks.ts'
import type { ConsoleConfig, ConsoleGroupConfig, ConsoleOidcConfig, ConsoleSessionConfig } from './console-config.ts'
import { hostPort } from './store-check.ts'

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
