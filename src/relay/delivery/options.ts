/** Checks the options of the delivery. */
import { createPrivateKey } from 'node:crypto'
import { callback, duration, flag, oneOf, secret, text, whole } from '../../model/checks.ts'
import {
  type Check,
  check,
  either,
  hidden,
  isRecord,
  list,
  object,
  record,
  relation,
  required,
  type Schema,
  schemaOf,
} from '../../model/options.ts'
import { domainName, domainPattern, readable } from '../../net/checks.ts'
import { readMailbox, readName } from '../../net/names.ts'
import { isHostAddress } from './hop/host-address.ts'
import type {
  CacheOptions,
  ConnectionOptions,
  DeliveryOptions,
  HostOptions,
  NextHopOptions,
  RecipientCallbackOptions,
  RecipientFileOptions,
  RecipientHopOptions,
  RecipientListOptions,
  RecipientOptions,
  RecipientProbeOptions,
  RecipientUrlOptions,
  RouteOptions,
  SigningKey,
  SrsOptions,
  TimeoutOptions,
} from './types.ts'

const address = (): Check<string> =>
  check('a host such as mail.example.org:25, [2001:db8::1]:25 or /run/lmtp.sock', isHostAddress)

const host: Check<string | HostOptions> = either(
  'a host such as mail.example.org:25, or { address, priority }',
  found =>
    typeof found === 'string'
      ? address()
      : object<HostOptions>({ address: required(address()), priority: whole({ max: 65_535 }) }),
)

function isPrivateKey(value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    return ['rsa', 'ed25519'].includes(createPrivateKey(value).asymmetricKeyType ?? '')
  } catch {
    return false
  }
}

const signingKey: Check<SigningKey> = object<SigningKey>({
  domain: required(domainName()),
  selector: required(domainName()),
  key: required(hidden('a private key in PEM, RSA or Ed25519', isPrivateKey)),
})

const srs: Check<SrsOptions> = object<SrsOptions>({
  domain: required(domainName()),
  secret: required(secret({ min: 16 })),
  maxAge: duration({ min: '1d', max: '365d' }),
})

const cache: Check<CacheOptions> = object<CacheOptions>({
  known: duration({ max: '31d' }),
  unknown: duration({ max: '31d' }),
  entries: whole({ min: 1, max: 10_000_000 }),
})

const nextHop: Check<NextHopOptions> = object<NextHopOptions>(
  {
    hosts: required(list(host, 'hosts', { min: 1 })),
    protocol: oneOf('smtp', 'lmtp'),
    tls: oneOf('off', 'opportunistic', 'required', 'verified'),
    ca: check(
      'certificates in PEM',
      value => typeof value === 'string' && value.includes('-----BEGIN CERTIFICATE-----'),
    ),
    names: list(domainPattern(), 'names', { min: 1 }),
    connections: object<ConnectionOptions>({
      max: whole({ min: 1, max: 10_000 }),
      idle: duration({ max: '5m' }),
      messages: whole({ min: 1, max: 1_000_000 }),
    }),
    timeouts: object<TimeoutOptions>({
      connect: duration({ min: 10, max: '5m' }),
      command: duration({ min: 10, max: '10m' }),
      data: duration({ min: 10, max: '10m' }),
      block: duration({ min: 10, max: '10m' }),
      final: duration({ min: 10, max: '10m' }),
      total: duration({ min: 10, max: '10m' }),
    }),
    reports: flag(),
    arc: signingKey,
    dkim: signingKey,
    srs,
  },
  'a next hop',
)

const probe: Check<RecipientProbeOptions> = object<RecipientProbeOptions>({
  sender: oneOf('client', 'null'),
  timeout: duration({ min: 10, max: '5m' }),
  unavailable: oneOf('accept', 'defer'),
  cache,
})

const entry = (): Check<string> =>
  readable('an address such as bob@example.org, or @example.org for all of a domain', value =>
    value.startsWith('@') ? readName(value.slice(1)) : readMailbox(value),
  )

const isUrl = (value: unknown): boolean =>
  typeof value === 'string' && /^https?:\/\/[^{}]*\{address\}/.test(value) && URL.canParse(value.replace(/[{}]/g, ''))

const RECIPIENTS = "'any', { list }, { file }, { ask }, { url } or { nextHop: {} }"

const recipients: Check<RecipientOptions> = either(RECIPIENTS, found => {
  if (found === 'any') return oneOf('any')
  if (!isRecord(found)) return undefined
  if ('list' in found) return object<RecipientListOptions>({ list: required(list(entry(), 'addresses')) })
  if ('file' in found) return object<RecipientFileOptions>({ file: required(text('the path of a file')) })
  if ('ask' in found)
    return object<RecipientCallbackOptions>({ ask: required(callback('a function that returns true or false')), cache })
  if ('url' in found)
    return object<RecipientUrlOptions>({
      url: required(check<string>('a URL with {address} in it: https://directory.example/{address}', isUrl)),
      headers: record(text('the name of a field'), text('a value'), 'header fields'),
      timeout: duration({ min: 10, max: '1m' }),
      cache,
    })
  return 'nextHop' in found ? object<RecipientHopOptions>({ nextHop: required(probe) }) : undefined
})

const route: Check<RouteOptions> = object<RouteOptions>(
  {
    domains: list(domainPattern(), 'domains', { min: 1 }),
    nextHop,
    maildir: text('the path of a folder'),
    recipients,
  },
  'a route',
)

/** The checks of one route and its parts, for programs that have them among their own options. */
export const routeCheck: Check<RouteOptions> = route
export const nextHopCheck: Check<NextHopOptions> = nextHop
export const recipientsCheck: Check<RecipientOptions> = recipients

export const deliverySchema: Schema<DeliveryOptions> = schemaOf<DeliveryOptions>(
  'delivery',
  { routes: required(list(route, 'routes', { min: 1 })) },
  relation(['routes'], ({ routes }) => {
    const wrong = routes.find(({ nextHop: hop, maildir }) => (hop === undefined) === (maildir === undefined))
    return (
      wrong && {
        found: { nextHop: wrong.nextHop, maildir: wrong.maildir },
        expected: 'either nextHop or maildir in each route',
        remedy: 'give each route exactly one of them',
      }
    )
  }),
  relation(['routes'], ({ routes }) => {
    const wrong = routes.find(
      ({ nextHop: hop, recipients: who }) => hop === undefined && isRecord(who) && 'nextHop' in who,
    )
    return (
      wrong && {
        found: wrong.recipients,
        expected: 'a source of addresses that needs no next hop',
        remedy: `set recipients to one of ${RECIPIENTS}`,
      }
    )
  }),
  relation(['routes'], ({ routes }) => {
    const open = routes.some(({ nextHop: hop, domains }) => hop !== undefined && domains === undefined)
    return (
      open && {
        found: undefined,
        expected: 'domains beside each nextHop, or the relay would be open to every sender',
        remedy: "set domains: ['example.org'] in each route with a next hop",
      }
    )
  }),
  relation(['routes'], ({ routes }) => {
    const names = routes.flatMap(({ domains = ['every other domain'] }) => domains.map(name => name.toLowerCase()))
    const found = names.find((name, index) => names.indexOf(name) !== index)
    return (
      found !== undefined && {
        found,
        expected: 'each domain in one route, and one route without domains at most',
        remedy: `leave ${found} in one of the routes`,
      }
    )
  }),
)
