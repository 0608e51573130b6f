/**
 * Whatever is given for the options of whatever factory: it works, or a PosternError says why. Nothing else, and soon.
 */
import { expect, test } from 'vitest'
import { haraka } from '../../src/adapters/haraka/index.ts'
import { milter } from '../../src/adapters/milter/index.ts'
import { policyService } from '../../src/adapters/postfix-policy/index.ts'
import { rspamd } from '../../src/adapters/rspamd/index.ts'
import { guard } from '../../src/adapters/smtp-server/index.ts'
import { hooks, serve } from '../../src/adapters/stalwart/index.ts'
import { webhook } from '../../src/adapters/webhook/index.ts'
import { resolver } from '../../src/dns/index.ts'
import * as filters from '../../src/filters/index.ts'
import { postern, thresholds } from '../../src/index.ts'
import { forecast, loadMeter } from '../../src/load/index.ts'
import { PosternError, type Problem } from '../../src/model/errors.ts'
import { memoryStore, withFallback } from '../../src/store/index.ts'
import { redisStore } from '../../src/store/redis/redis.ts'
import { sqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { authenticationResults, receivedSpf } from '../../src/trace/index.ts'
import { fc, runs } from '../support/property.ts'

const gateway = postern({ filters: [] })
const ownStore = memoryStore()

/** Everything that takes one object of options. */
const factories: Readonly<Record<string, (options: never) => unknown>> = {
  postern,
  thresholds,
  resolver,
  loadMeter,
  forecast,
  memoryStore,
  withFallback: options => withFallback(ownStore, options),
  redisStore,
  sqliteStore,
  authenticationResults,
  receivedSpf,
  access: filters.access,
  admission: filters.admission,
  attachments: filters.attachments,
  authenticatedFrom: filters.authenticatedFrom,
  bounce: filters.bounce,
  bulk: filters.bulk,
  clamav: filters.clamav,
  classify: filters.classify,
  recentlyRefused: filters.recentlyRefused,
  contentFilters: filters.contentFilters,
  dkim: filters.dkim,
  dmarc: filters.dmarc,
  dnsbl: filters.dnsbl,
  earlyTalker: filters.earlyTalker,
  greylist: filters.greylist,
  gtube: filters.gtube,
  headerForm: filters.headerForm,
  headers: filters.headers,
  helo: filters.helo,
  html: filters.html,
  impersonation: filters.impersonation,
  knownSender: filters.knownSender,
  links: filters.links,
  lists: filters.lists,
  senderLists: filters.senderLists,
  loop: filters.loop,
  newClassifier: filters.newClassifier,
  opinion: filters.opinion,
  rateLimit: filters.rateLimit,
  rdns: filters.rdns,
  recipients: filters.recipients,
  recommended: filters.recommended,
  reputation: filters.reputation,
  senderDomain: filters.senderDomain,
  loadShedding: options => filters.loadShedding([], options),
  spf: filters.spf,
  structure: filters.structure,
  traps: filters.traps,
  loadControl: filters.loadControl,
  unexamined: filters.unexamined,
  uribl: filters.uribl,
  wording: filters.wording,
  guard: options => guard(gateway, options),
  haraka: options => haraka(gateway, options),
  hooks: options => hooks(gateway, options),
  milter: options => milter(gateway, options),
  policyService: options => policyService(gateway, options),
  rspamd: options => rspamd(gateway, options),
  serve: options => serve(async () => new Response(), options),
  webhook: options => webhook(gateway, options),
}

test('every factory of a filter is fuzzed', () => {
  const helpers = [
    'all',
    'any',
    'atLeast',
    'composite',
    'not',
    'rule',
    'saveShortLinks',
    'signReturnPath',
    'unsignedPath',
  ]
  const missing = Object.keys(filters).filter(name => !helpers.includes(name) && !Object.hasOwn(factories, name))
  expect(missing).toEqual([])
})

function build(make: (options: never) => unknown, options: unknown): readonly Problem[] {
  try {
    make(options as never)
    return []
  } catch (error) {
    if (!(error instanceof PosternError)) throw error
    return error.problems
  }
}

/** The keys that a factory takes, as its error lists them when it is handed a number. */
function keysOf(make: (options: never) => unknown): readonly string[] {
  const { expected = '' } = build(make, 7)[0] ?? {}
  return /\((.*)\)$/.exec(expected)?.[1]?.split(', ') ?? []
}

const primitive = fc.oneof(
  fc.constantFrom<unknown>(Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1, 1.5, 20, null, undefined, true, false),
  fc.constantFrom(
    '',
    '5m',
    '1s',
    '10',
    '25mb',
    'reject',
    'off',
    'example.org',
    '192.0.2.0/24',
    '0.5%',
    '\n\u202e',
    'pass',
  ),
  fc.string(),
  fc.double(),
)
const { value } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    { arbitrary: primitive, weight: 4 },
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.string({ maxLength: 9 }), fc.constantFrom('zone', 'points', 'file', 'what', 'bits', '__proto__')),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
}))

/** Whether something in it is NaN. What is under a key that was never looked at would be accepted, too. */
const holdsNaN = (found: unknown): boolean =>
  Number.isNaN(found) || (typeof found === 'object' && found !== null && Object.values(found).some(holdsNaN))

test.for(Object.entries(factories))('P10 %s takes any options, or says what is wrong with them', ([name, make]) => {
  const keys = keysOf(make)
  if (name !== 'guard') expect(keys.length).toBeGreaterThan(0)
  const entries = fc.dictionary(fc.constantFrom(...keys, 'onData', 'toString'), value, { maxKeys: 5 })
  fc.assert(
    fc.property(fc.oneof({ arbitrary: entries, weight: 9 }, value), options => {
      const problems = build(make, options)
      // smtp-server's own options are smtp-server's affair.
      if (problems.length === 0) return name === 'guard' || !holdsNaN(options)
      const lines = new PosternError(problems).message.split('\n')
      return (
        lines.length === Math.min(problems.length, 51) &&
        problems.every(({ path, expected, remedy }) => path !== '' && expected !== '' && remedy !== '')
      )
    }),
    { numRuns: runs(150) },
  )
})

test.for(Object.entries(factories))(
  'P10 each option of %s alone, with what no option may be, is named',
  ([name, make]) => {
    for (const key of keysOf(make))
      for (const wrong of [Number.NaN, null, Symbol.iterator]) {
        const paths = build(make, { [key]: wrong }).map(({ path }) => path)
        expect(paths, `${name}.${key}: ${String(wrong)}`).toContainEqual(expect.stringMatching(`(?:^|\\.)${key}$`))
      }
  },
)
