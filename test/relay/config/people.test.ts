/** Mistakes in the blocks of the configuration that serve people: each is named before anything starts. */
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { CHECK_NAMES } from '../../../src/doctor/names.ts'
import { PosternError } from '../../../src/model/errors.ts'
import { needDriver } from '../../../src/postgres/installed.ts'
import { effective } from '../../../src/relay/config/options.ts'

function mistakes(config: object): string {
  try {
    effective(config, { args: ['--config', 'x'], environment: {} })
    return ''
  } catch (error) {
    return error instanceof PosternError ? error.message : String(error)
  }
}

const console = { listen: '127.0.0.1:8080' }
const at = { ...console, url: 'https://console.example.org' }

test.for<[title: string, config: object, message: RegExp]>([
  ['a url without TLS', { console: { ...console, url: 'http://console.example.org' } }, /console\.url: .*https:/],
  ['a url with a password', { console: { ...console, url: 'https://a:pw@c.example.org' } }, /console\.url: .*https:/],
  [
    'a provider without TLS',
    { console: { ...at, oidc: { issuer: 'http://login.example.org' } } },
    /oidc\.issuer: .*https:/,
  ],
  ['a header of no proxy', { console: { ...console, proxyHeader: 'X-Remote-User' } }, /proxies.*from which the header/],
  [
    'a check that there is not',
    { doctor: { skip: ['clocks'] } },
    /doctor\.skip\[0\]: found "clocks", expected one of dns/,
  ],
  [
    'a budget of nobody',
    { quarantine: { folder: 'x', recipients: { 'a b': {} } } },
    /recipients\['a b'\]: .*an address or/,
  ],
])('%s is a mistake', ([, config, message]) => expect(mistakes(config)).toMatch(message))

test.for<[title: string, config: object]>([
  ['a url of this machine', { console: { ...console, url: 'http://127.0.0.1:8080' } }],
  ['a header of a proxy', { console: { ...console, proxyHeader: 'X-Remote-User', proxies: ['127.0.0.1'] } }],
  ['a check to skip', { doctor: { skip: ['clock', 'port-25'] } }],
  ['budgets', { quarantine: { folder: 'x', recipients: { 'example.org': {}, 'Bob@example.org': { messages: 5 } } } }],
])('%s is right', ([, config]) => expect(mistakes(config)).toBe(''))

describe('no secret stands in an error', () => {
  const url = 'postgres://postern:s3cr/e@t@db.example.org/postern'
  test.for<[title: string, config: object]>([
    ['the url of a database in place of its block', { log: { history: { postgres: url } } }],
    ['the url of a database in place of a history', { log: { history: url } }],
    ['the url of a database in place of a quarantine', { quarantine: url }],
    ['the url of a store', { store: 'redis://:s3cr/e@t@db.example.org' }],
    ['a password in a query', { quarantine: { postgres: 'postgres://db.example.org/p?user=a&password=s3cr' } }],
    [
      'a key of DKIM in place of its block',
      { mail: { from: 'a@example.org', dkim: '-----BEGIN PRIVATE KEY-----\ns3cr' } },
    ],
    ['a misspelt key', { quarantine: { folder: 'x', keys: 's3cr' } }],
    ['a misspelt secret', { console: { ...at, oidc: { clientsecret: 's3cr' } } }],
    ['a misplaced password', { log: { history: { postgres: { url: 'postgres://a@b/c', password: 's3cr' } } } }],
  ])('%s', ([, config]) => {
    expect(mistakes(config)).toMatch(/found/)
    expect(mistakes(config)).not.toMatch(/s3cr|e@t/)
  })
})

test('the checks that a configuration may skip are those of docs/guides/doctor.md', async () => {
  const text = await readFile(new URL('../../../docs/guides/doctor.md', import.meta.url), 'utf8')
  const rows = text.slice(text.indexOf('| check |')).match(/^\| `.*?\|/gm) ?? []
  expect(rows.flatMap(row => row.match(/[\w-]+/g) ?? [])).toEqual(CHECK_NAMES)
})

test('a database without its driver is a mistake that says what to install', () => {
  expect(() => needDriver('log.history.postgres', () => false)).toThrow(
    /^log\.history\.postgres: .*no such package.*npm install postgres$/,
  )
  expect(() => needDriver('log.history.postgres')).not.toThrow()
})
