/** What a person who begins is likely to get wrong: each mistake stops the start, and the error says what to do. */
import { SMTPServer } from 'smtp-server'
import { expect, test } from 'vitest'
import { milter } from '../src/adapters/milter/index.ts'
import { deliver, guard, protect } from '../src/adapters/smtp-server/index.ts'
import { resolver } from '../src/dns/index.ts'
import * as filters from '../src/filters/index.ts'
import { type Message, PosternError, points, postern, thresholds } from '../src/index.ts'
import { redisStore } from '../src/store/redis/redis.ts'
import { sqliteStore } from '../src/store/sqlite/sqlite.ts'
import { message, probe, zone } from '../src/testing/index.ts'

const ok = filters.recommended({ domains: ['example.org'] })
const gateway = postern({ filters: ok })
/** Calls a factory as JavaScript does, without types. */
const call = (factory: unknown, ...args: readonly unknown[]): unknown =>
  (factory as (...all: unknown[]) => unknown)(...args)

test.for<readonly [mistake: string, make: () => unknown, remedy: string]>([
  ['no options', () => call(postern), 'write postern({ filters: … })'],
  ['filters in place of options', () => call(postern, ok), 'write postern({ filters: … })'],
  ['a filter that is not in a list', () => call(postern, { filters: filters.rdns() }), 'write filters: []'],
  ['a factory that was not called', () => call(postern, { filters: [filters.rdns] }), 'call it: rdns'],
  ['a filter that is there only sometimes', () => call(postern, { filters: [false] }), '...(wanted ? [filter] : [])'],
  ['domains for the gateway', () => call(postern, { filters: ok, domains: ['a.example'] }), 'recommended({ domains'],
  ['a log', () => call(postern, { filters: ok, log: 'mail.log' }), 'write events: […] with a sink of postern/log'],
  ['a dry run', () => call(postern, { filters: ok, dryRun: true }), "write mode: 'shadow'"],
  ['a policy as an object', () => call(postern, { filters: ok, policy: { reject: 5 } }), 'as thresholds() makes it'],
  ['a Map as store', () => call(postern, { filters: ok, store: new Map() }), 'as memoryStore() makes it'],
  ['a misspelt limit', () => call(postern, { filters: ok, limits: { sise: '5mb' } }), 'did you mean size?'],
  ['seconds as a number', () => call(postern, { filters: ok, deadline: 10 }), "such as '5m'"],
  ['no domains', () => call(filters.recommended), 'write recommended({ domains: … })'],
  ['a domain', () => call(filters.recommended, 'example.org'), "write recommended({ domains: ['example.org'] })"],
  ['a list of domains', () => call(filters.recommended, ['a.example']), 'write recommended({ domains: … })'],
  ['a domain that is no list', () => call(filters.recommended, { domains: 'a.example' }), "write ['a.example']"],
  ['an address', () => call(filters.recommended, { domains: ['a@a.example'] }), 'write the domain alone: a.example'],
  [
    'a domain with an @',
    () => call(filters.recommended, { domains: ['@a.example'] }),
    'write the domain alone: a.example',
  ],
  ['a domain with a star', () => call(filters.recommended, { domains: ['*.a.example'] }), '; write .a.example'],
  [
    'content as a word',
    () => call(filters.recommended, { domains: ['a.example'], content: 'yes' }),
    'true, false or options of contentFilters',
  ],
  [
    'a misspelt option',
    () => call(filters.recommended, { domains: ['a.example'], contents: true }),
    'did you mean content?',
  ],
  ['thresholds that cross', () => call(thresholds, { quarantine: 9, reject: 5 }), 'the lower one to quarantine'],
  ['a misspelt threshold', () => call(thresholds, { quarentine: 3 }), 'did you mean quarantine?'],
  ['a zone as text', () => call(filters.dnsbl, { zones: ['zen.example.org'] }), "write { zone: 'zen.example.org' }"],
  ['another zone as text', () => call(filters.uribl, { zones: ['u.example.org'] }), "write { zone: 'u.example.org' }"],
  ['no zones', () => call(filters.dnsbl), 'write dnsbl({ zones: … })'],
  ['zones in place of options', () => call(filters.dnsbl, [{ zone: 'zen.example.org' }]), 'write dnsbl({ zones: … })'],
  ['a list without its kind', () => call(filters.access, { deny: ['192.0.2.0/24'] }), 'write { networks: … }'],
  ['a misspelt rule', () => contentPoints({ 'links/mismach': 2 }), 'did you mean links/mismatch?'],
  [
    'points as text',
    () => contentPoints({ 'links/mismatch': '2' }),
    "points as a number, 'reject', 'quarantine' or 'off'",
  ],
  ['a window that is called otherwise', () => limit({ window: '1m' }), 'set rateLimit.limits[0].within to a duration'],
  [
    'what is not counted',
    () => limit({ what: 'conns', within: '1m' }),
    "set rateLimit.limits[0].what to 'connections'",
  ],
  ['no client of Redis', () => call(redisStore), 'write redisStore({ client: … })'],
  ['an address of Redis', () => call(redisStore, 'redis://127.0.0.1'), 'write redisStore({ client: … })'],
  ['no file', () => call(sqliteStore), 'write sqliteStore({ file: … })'],
  ['a file in place of options', () => call(sqliteStore, 'postern.db'), "write sqliteStore({ file: 'postern.db' })"],
  ['a name in place of an address', () => call(resolver, { servers: ['dns.example'] }), 'write its IP address'],
  ['a guard without a gateway', () => call(guard, { onData() {} }), 'write guard(postern({ filters }), …)'],
  ['a guard without delivery', () => call(guard, gateway, {}), 'write onData: (content, session, done) => …'],
  ['swapped arguments', () => call(protect, gateway, new SMTPServer({})), 'write protect(new SMTPServer(…), gateway)'],
  ['a delivery for accepted mail alone', () => call(deliver, { accept() {} }), 'write async ({ content }) => …'],
  ['a rule as a function', () => call(postern, { filters: [...ok, () => false] }), "write { name: 'my-rule'"],
  ['a zone as a list', () => call(zone, ['example.org']), "write zone({ 'example.org': {"],
  ['a misspelt type of record', () => call(zone, { 'a.example': { TEXT: 'x' } }), 'did you mean TXT?'],
  ['a misspelt failure of DNS', () => call(zone, { 'a.example': 'timeuot' }), 'one of timeout, servfail'],
  ['a milter without a gateway', () => call(milter), 'write milter(postern({ filters }), …)'],
  ['a name in place of the address of a client', () => gateway.open({ ip: 'localhost' }), 'pass the address'],
])('%s', ([, make, remedy]) => {
  expect(make).toThrow(PosternError)
  expect(make).toThrow(remedy)
})

const rule = { name: 'rule', header: () => points(1, 'found') }

test.for<readonly [mistake: string, probed: () => unknown, remedy: string]>([
  ['a list of filters', () => call(probe, [rule], { header: {} }), 'probe each filter of the list by itself'],
  ['a function', () => call(probe, () => false, { header: {} }), "write { name: 'my-rule'"],
  ['a misspelt stage', () => call(probe, { name: 'rule', headers: rule.header }, {}), 'did you mean header?'],
  ['a name with capitals', () => call(probe, { ...rule, name: 'MyRule' }, { header: {} }), 'a name of small letters'],
  ['a misspelt option', () => call(probe, rule, { header: {}, reversepath: '' }), 'did you mean reversePath?'],
  ['records without a zone', () => call(probe, rule, { header: {}, dns: { 'a.example': {} } }), 'write dns: zone({'],
  ['an address that is none', () => call(probe, rule, { header: {}, ip: '1.2.3' }), "such as '192.0.2.1'"],
  ['no header for a rule of the header', () => call(probe, rule, { reversePath: 'a@a.example' }), 'give header'],
])('a test of a rule with %s fails, and does not find nothing', async ([, probed, remedy]) => {
  const error = await Promise.resolve(probed()).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(PosternError)
  expect(error).toHaveProperty('message', expect.stringContaining(remedy))
})

test('the name of a fact in place of a fact is named', async () => {
  const filter = { name: 'rule', message: (message: Message) => call(message.ask, 'links') as false }
  expect(await probe(filter, { message: message() })).toMatchObject([
    { reason: expect.stringContaining('ask: found "links", expected a fact') },
  ])
})

test('an unknown rule is answered with those of its filter, not with all', () => {
  const error = thrown(() => contentPoints({ 'links/xyzxyz': 1 }))
  expect(error.message).toMatch(/one of \d{3} names, such as links\//)
  expect(error.message.length).toBeLessThan(2500)
})

test('what is written to remedy a text in place of an object shows no password', () => {
  const { message } = thrown(() => call(sqliteStore, 'redis://user:hunter2@192.0.2.1/0'))
  expect(message).not.toContain('hunter2')
})

const contentPoints = (points: object) => call(filters.contentFilters, { domains: ['example.org'], points })

const limit = (one: object) =>
  call(filters.rateLimit, { limits: [{ what: 'connections', per: 'ip', limit: 10, ...one }] })

function thrown(make: () => unknown): PosternError {
  try {
    make()
  } catch (error) {
    if (error instanceof PosternError) return error
  }
  throw new Error('no PosternError was thrown')
}
