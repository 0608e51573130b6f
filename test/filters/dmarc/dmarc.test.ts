/** DMARC carried out, and who may have a good word for a message. */
import { describe, expect, test } from 'vitest'
import { type Arc, arc } from '../../../src/facts/arc/arc.ts'
import { readResults } from '../../../src/facts/arc/results.ts'
import { type Dkim, dkim as signatures } from '../../../src/facts/dkim/dkim.ts'
import { type DmarcOptions, dmarc } from '../../../src/filters/dmarc/dmarc.ts'
import { PosternError } from '../../../src/model/errors.ts'
import { defer, type Finding, points, quarantine, reject } from '../../../src/model/finding.ts'
import type { FailureCause } from '../../../src/model/resolver.ts'
import { probe } from '../../../src/testing/probe.ts'
import type { Probed } from '../../../src/testing/probed.ts'
import { type ZoneLiteral, zone } from '../../../src/testing/zone.ts'

const policy = (text: string): ZoneLiteral => ({ '_dmarc.example.org': { TXT: [text] } })
const signedBy = (result: Dkim['result'], domain = 'example.org') =>
  [
    signatures,
    {
      result,
      ignored: 0,
      signatures: [
        { domain, selector: 's', identity: '', algorithm: '', result, reason: '', fields: [], unsigned: [], b: '' },
      ],
    },
  ] as const

/** The one thing that is said, if anything is. */
async function found(dns: ZoneLiteral, options?: DmarcOptions, world: Probed = {}): Promise<Finding | undefined> {
  const plain = { ip: '192.0.2.1', reversePath: '', message: 'From: alice@example.org\n\n' }
  const [finding, ...more] = await probe(dmarc(options), { ...plain, ...world, dns: zone(dns) })
  expect(more).toEqual([])
  return finding
}

const fails = (applied: string) => `neither SPF nor DKIM aligns with example.org, whose policy is ${applied}`

describe('what fails', () => {
  test.for<[string, Finding]>([
    ['v=DMARC1; p=reject', reject('5.7.26', fails('reject'), { rule: 'dmarc/reject' })],
    ['v=DMARC1; p=quarantine', quarantine(fails('quarantine'), { rule: 'dmarc/quarantine' })],
    ['v=DMARC1; p=reject; t=y', quarantine(fails('quarantine'), { rule: 'dmarc/quarantine' })],
    ['v=DMARC1; p=none', points(1, fails('none'), { rule: 'dmarc/none' })],
  ])('%s', async ([record, finding]) => {
    expect(await found(policy(record))).toEqual(finding)
  })

  test('refusal can be made milder', async () => {
    expect(await found(policy('v=DMARC1; p=reject'), { onReject: 8 })).toEqual(
      points(8, fails('reject'), { rule: 'dmarc/reject' }),
    )
  })

  test.for<[string, ZoneLiteral, Probed]>([
    ['passes', policy('v=DMARC1; p=reject'), { facts: [signedBy('pass')] }],
    ['is of a domain without a policy', {}, {}],
  ])('nothing is said of mail that %s', async ([, dns, world]) => {
    expect(await found(dns, {}, world)).toBeUndefined()
  })

  test('A18 mail for which only a worthless SPF record speaks costs two points', async () => {
    const dns = { ...policy('v=DMARC1; p=reject'), 'example.org': { TXT: ['v=spf1 +all'] } }
    expect(await found(dns, {}, { reversePath: 'a@example.org' })).toEqual(
      points(2, 'DMARC of example.org passes only by SPF, which allows half the Internet', { rule: 'dmarc/weak' }),
    )
  })

  test('A03 mail without exactly one author is never passed over in silence', async () => {
    const message = 'From: a@example.org\nFrom: b@example.com\n\n'
    const dns = policy('v=DMARC1; p=none')
    expect(await found(dns, {}, { message })).toEqual(points(3, 'there are 2 From fields', { rule: 'dmarc/unclear' }))
    expect(await found(dns, { invalidFrom: 'reject' }, { message })).toEqual(
      reject('5.7.26', 'there are 2 From fields', { rule: 'dmarc/unclear' }),
    )
  })
})

describe('without a policy', () => {
  const world = { reversePath: 'a@sender.example', facts: [signedBy('pass', 'mailer.example.net')] }

  test('what proves another organisation costs half a point', async () => {
    expect(await found({}, { unaligned: 0.5 }, world)).toEqual(
      points(0.5, 'mailer.example.net signed the message, and nothing proves that example.org sent it', {
        rule: 'dmarc/unaligned',
      }),
    )
    expect(await found({}, { unaligned: 0 }, world)).toBeUndefined()
  })

  test.for<[string, ZoneLiteral, Probed]>([
    ['the author’s organisation signed', {}, { ...world, facts: [signedBy('pass', 'mail.example.org')] }],
    [
      'SPF proves the author’s organisation',
      { 'bounce.example.org': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } },
      { ...world, reversePath: 'a@bounce.example.org' },
    ],
    ['a list sent it', {}, { ...world, message: 'List-Id: <a.lists.example>\nFrom: alice@example.org\n\n' }],
    ['the key of a signature is not known', {}, { ...world, facts: [signedBy('temperror')] }],
    ['SPF is not known', { 'sender.example': 'timeout' }, world],
    ['the client is not known', {}, { ...world, ip: undefined }],
    ['a trusted forwarder sent it', {}, { ...world, client: 'forwarder' }],
  ])('nothing is charged where %s', async ([, dns, probed]) => {
    expect(await found(dns, {}, probed)).toBeUndefined()
  })
})

test('a bounce of a server without an address has no domain that could have a policy', async () => {
  const message = 'From: MAILER-DAEMON <>\n\n'
  expect(await found({}, {}, { message })).toBeUndefined()
  expect(await found({}, {}, { message, reversePath: 'a@example.org' })).toMatchObject({ rule: 'dmarc/unclear' })
})

describe('an outage of DNS', () => {
  const unknown = (applied: string) =>
    `a failed lookup hides whether SPF or DKIM aligns with example.org; its policy is ${applied}`

  test.for(['reject', 'quarantine'])('A16 a key whose lookup fails under p=%s is deferred', async applied => {
    const facts = [signedBy('temperror')]
    expect(await found(policy(`v=DMARC1; p=${applied}`), {}, { facts })).toEqual(
      defer('4.4.3', unknown(applied), { rule: 'dmarc/unknown' }),
    )
  })

  test.for<FailureCause>(['timeout', 'servfail', 'refused', 'unreachable', 'malformed', 'budget'])(
    'A16 SPF that fails by %s under p=reject is deferred, never refused',
    async cause => {
      const dns = { ...policy('v=DMARC1; p=reject'), 'example.org': { TXT: cause } }
      expect(await found(dns, {}, { reversePath: 'a@example.org' })).toMatchObject({
        verdict: 'defer',
        status: '4.4.3',
      })
    },
  )

  test('A16 a policy whose lookup fails is deferred, unless the author domain itself is aligned', async () => {
    const dns: ZoneLiteral = { '_dmarc.example.org': 'timeout' }
    expect(await found(dns)).toEqual(
      defer('4.4.3', 'the lookup of the DMARC policy of example.org failed', { rule: 'dmarc/unknown' }),
    )
    expect(await found(dns, {}, { facts: [signedBy('pass')] })).toBeUndefined()
  })

  test('under p=none nothing hangs on it', async () => {
    expect(await found(policy('v=DMARC1; p=none'), {}, { facts: [signedBy('temperror')] })).toBeUndefined()
  })

  test('who wants no delay can have mail passed', async () => {
    const facts = [signedBy('temperror')]
    expect(await found(policy('v=DMARC1; p=reject'), { unknown: 'pass' }, { facts })).toBeUndefined()
  })
})

describe('trusted forwarders', () => {
  const dns: ZoneLiteral = {
    ...policy('v=DMARC1; p=reject'),
    '1.2.0.192.in-addr.arpa': { PTR: 'out7.forwarder.example' },
    'out7.forwarder.example': { A: '192.0.2.1' },
    '2.2.0.192.in-addr.arpa': { PTR: 'out7.forwarder.example' },
  }
  const forwarded = (who: string) => ({
    rule: 'dmarc/forwarded',
    reason: `${who} is trusted to forward mail of example.org`,
  })

  test.for<[string, DmarcOptions['forwarders'] & {}, Finding]>([
    ['an address', ['192.0.2.1'], forwarded('192.0.2.1')],
    ['a network', ['2001:db8::/32', '192.0.2.0/24'], forwarded('192.0.2.1')],
    ['a name', ['out7.forwarder.example'], forwarded('out7.forwarder.example')],
    ['all names below one', ['.forwarder.example'], forwarded('out7.forwarder.example')],
    ['a function', ({ ip }) => ip === '192.0.2.1', forwarded('192.0.2.1')],
  ])('%s is trusted, and the finding says so', async ([, forwarders, finding]) => {
    expect(await found(dns, { forwarders })).toEqual(finding)
  })

  test.for<[string, string, DmarcOptions['forwarders'] & {}]>([
    ['another address', '192.0.2.1', ['192.0.2.2']],
    ['a name that does not lead back', '192.0.2.2', ['.forwarder.example']],
    ['a function that says no', '192.0.2.1', async () => false],
  ])('%s is not', async ([, ip, forwarders]) => {
    expect(await found(dns, { forwarders }, { ip })).toMatchObject({ verdict: 'reject' })
  })

  test('what is neither address nor name is a mistake of configuration, as are all others', () => {
    expect(() => dmarc({ forwarders: ['192.0.2.0/33', 'ok.example', 'no such thing'] })).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({ path: 'dmarc.forwarders[0]' }),
          expect.objectContaining({ path: 'dmarc.forwarders[2]' }),
        ],
      }),
    )
    expect(() => dmarc({ sealers: ['.example.org'] })).toThrow(PosternError)
  })
})

describe('sealers', () => {
  const dns = policy('v=DMARC1; p=reject')
  const chain = (report: string, given: Partial<Arc> = {}) =>
    [
      arc,
      {
        result: 'pass',
        reason: '',
        unknown: false,
        unsigned: [],
        sealers: [
          { domain: 'first.example', selector: 's' },
          { domain: 'lists.example', selector: 's' },
        ],
        reported: readResults(report),
        ...given,
      },
    ] as const
  const sealers = ['lists.example']
  const said = 'mx.lists.example; dmarc=pass header.from=example.org'

  test('A13 the word of a named sealer counts', async () => {
    expect(await found(dns, { sealers }, { facts: [chain(said)] })).toEqual({
      rule: 'dmarc/sealed',
      reason: 'lists.example has sealed that the message of example.org passed there',
    })
  })

  test.for([
    'x; dkim=pass header.d=mail.example.org',
    'x; dkim=fail header.d=a.example; dkim=pass header.i=@example.org',
    'x; spf=pass smtp.mailfrom=bounce@mail.example.org',
    'x; dmarc=pass (p=reject)',
  ])('A13 %s speaks for the author', async report => {
    expect(await found(dns, { sealers }, { facts: [chain(report)] })).toMatchObject({ rule: 'dmarc/sealed' })
  })

  test.for([
    'x; dmarc=fail header.from=example.org',
    'x; dmarc=fail header.from=example.org; dkim=pass header.d=example.org',
    'x; dmarc=pass header.from=example.org; dmarc=fail header.from=example.org',
    'x; dmarc=pass header.from=example.com',
    'x; dkim=pass header.d=example.com; spf=pass smtp.mailfrom=example.com',
    'x; auth=pass; arc=pass; iprev=pass',
    'x; spf=fail (; dmarc=pass header.from=example.org)',
    'x; none',
  ])('A13 A14 %s does not', async report => {
    expect(await found(dns, { sealers }, { facts: [chain(report)] })).toMatchObject({ verdict: 'reject' })
  })

  test.for<[string, readonly string[], Partial<Arc>]>([
    ['is not named', ['other.example'], {}],
    ['is named but not the newest', ['first.example'], {}],
    ['is a name below a named one', ['example'], {}],
    ['is in a chain that fails', ['lists.example'], { result: 'fail', sealers: [] }],
  ])('A13 a sealer that %s is not heard', async ([, named, given]) => {
    expect(await found(dns, { sealers: named }, { facts: [chain(said, given)] })).toMatchObject({ verdict: 'reject' })
  })

  test.for([
    ['a second Subject', { name: 'subject', present: 2, signed: 1 }, false],
    ['a Subject that the sealer did not cover', { name: 'subject', present: 1, signed: 0 }, false],
    ['a second Reply-To', { name: 'reply-to', present: 2, signed: 0 }, false],
    [
      'a Content-Type that the sealer did not cover, as many do not',
      { name: 'content-type', present: 1, signed: 0 },
      true,
    ],
  ] as const)('A08 A13 with %s the word of a named sealer counts: %s', async ([, field, counts]) => {
    const facts = [chain(said, { unsigned: [field] })]
    expect(await found(dns, { sealers }, { facts })).toMatchObject(
      counts ? { rule: 'dmarc/sealed' } : { verdict: 'reject' },
    )
  })

  test('A16 a chain that could not be verified defers what it might have saved', async () => {
    const facts = [chain('', { result: 'fail', reason: 'no answer', unknown: true, sealers: [] })]
    expect(await found(dns, { sealers }, { facts })).toEqual(defer('4.4.3', 'no answer', { rule: 'dmarc/unknown' }))
    expect(await found(dns, {}, { facts })).toMatchObject({ verdict: 'reject' })
    expect(await found(policy('v=DMARC1; p=none'), { sealers }, { facts })).toMatchObject({ points: 1 })
  })

  test('the chain is read on the one pass only where sealers are named', () => {
    expect(dmarc().reads?.map(({ name }) => name)).toEqual(['dkim'])
    expect(dmarc({ sealers }).reads?.map(({ name }) => name)).toEqual(['dkim', 'arc'])
  })
})
