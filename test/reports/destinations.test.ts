import { expect, test } from 'vitest'
import { verifyDestinations } from '../../src/reports/dmarc/destinations.ts'
import { publishedBy, urisOf } from '../../src/reports/dmarc/published.ts'
import { type ZoneLiteral, zone } from '../../src/testing/zone.ts'

test.for<[string, readonly string[]]>([
  ['mailto:a@example.org', ['a@example.org']],
  ['MAILTO:A@Example.org , mailto:b@example.org!10m', ['A@Example.org', 'b@example.org 10485760']],
  ['mailto:a@example.org!500', ['a@example.org 500']],
  ['mailto:a%2Bdmarc@example.org?subject=x', ['a+dmarc@example.org']],
  ['mailto:a@example.org,mailto:A@EXAMPLE.ORG', ['A@EXAMPLE.ORG']],
  ['https://example.org/report,ftp://example.org', []],
  ['a@example.org', []],
  ['mailto:', []],
  ['mailto:a@b', []],
  ['mailto:a@[192.0.2.1]', []],
  ['mailto:"a b"@example.org', []],
  ['mailto:a@example.org%0d%0aBcc:b@example.org', []],
  ['mailto:a%00@example.org', []],
  ['mailto:%zz@example.org', []],
  ['mailto:a@example.org!10x', []],
  [`mailto:${'a'.repeat(65)}@example.org`, []],
])('rua=%s has the destinations %j', ([rua, expected]) => {
  const found = urisOf(rua).map(({ address, maxBytes }) => [address, maxBytes].filter(Boolean).join(' '))
  expect(found).toEqual(expected)
})

test('of fifty destinations ten are considered and five are sent the report', async () => {
  const rua = Array.from({ length: 50 }, (_, index) => `mailto:a${index}@example.org`).join(',')
  const uris = urisOf(rua)
  expect(uris).toHaveLength(10)
  const dns = zone({})
  const { allowed, refused } = await verifyDestinations('example.org', uris, dns)
  expect(allowed).toHaveLength(5)
  expect(refused).toHaveLength(5)
})

const STRANGER = 'example.org._report._dmarc.reports.example'

test.for<[string, ZoneLiteral, readonly string[]]>([
  ['an agreement', { [STRANGER]: { TXT: 'v=DMARC1' } }, ['a@reports.example']],
  ['an agreement among other texts', { [STRANGER]: { TXT: ['hello', 'v=DMARC1;'] } }, ['a@reports.example']],
  ['an agreement for all', { '*._report._dmarc.reports.example': { TXT: 'v=DMARC1' } }, ['a@reports.example']],
  ['another mailbox', { [STRANGER]: { TXT: 'v=DMARC1; rua=mailto:b@reports.example' } }, ['b@reports.example']],
  ['a mailbox elsewhere', { [STRANGER]: { TXT: 'v=DMARC1; rua=mailto:b@victim.example' } }, []],
  [
    'a mailbox here and one elsewhere',
    { [STRANGER]: { TXT: 'v=DMARC1; rua=mailto:b@reports.example,mailto:b@victim.example' } },
    [],
  ],
  ['a text that is none', { [STRANGER]: { TXT: 'v=DMARC2' } }, []],
  ['nothing', {}, []],
  ['no answer', { [STRANGER]: 'timeout' }, []],
])('a stranger is sent reports with %s', async ([, literal, expected]) => {
  const { allowed, isUnknown } = await verifyDestinations(
    'example.org',
    urisOf('mailto:a@reports.example'),
    zone(literal),
  )
  expect(allowed.map(({ address }) => address)).toEqual(expected)
  expect(isUnknown).toBe(Object.values(literal).includes('timeout'))
})

test.for([
  ['example.org', 'mail.example.org'],
  ['a.example.co.uk', 'b.example.co.uk'],
  ['mail.example.org', 'example.org'],
])('%s need not agree to itself: %s', async ([domain = '', host = '']) => {
  const dns = zone({})
  const { allowed } = await verifyDestinations(domain, urisOf(`mailto:a@${host}`), dns)
  expect(allowed).toHaveLength(1)
})

test('two organisations below one public suffix are strangers', async () => {
  const { allowed } = await verifyDestinations('a.co.uk', urisOf('mailto:a@b.co.uk'), zone({}))
  expect(allowed).toEqual([])
})

const published = async (text: string | readonly string[]) =>
  await publishedBy('example.org', zone({ '_dmarc.example.org': { TXT: text } }))

test('the published policy has the defaults of what it leaves out', async () => {
  expect(await published('v=DMARC1; p=reject; rua=mailto:a@example.org')).toMatchObject({
    policy: {
      ...{ domain: 'example.org', p: 'reject', sp: 'reject', adkim: 'r', aspf: 'r', fo: '0', testing: 'n' },
    },
  })
  expect(
    await published('v=DMARC1;p=Quarantine;sp=none;np=REJECT;adkim=s;aspf=S;fo=1:d:s;t=Y;rua=mailto:a@example.org'),
  ).toMatchObject({
    policy: {
      ...{ p: 'quarantine', sp: 'none', np: 'reject', adkim: 's', aspf: 's', fo: '1:d:s', testing: 'y' },
    },
  })
})

test.for([
  ['v=DMARC1; p=banana; rua=mailto:a@example.org', 'none', 'none', '0'],
  ['v=DMARC1; p=reject; sp=banana; rua=mailto:a@example.org', 'none', 'none', '0'],
  ['v=DMARC1; p=reject; fo=<x>; rua=mailto:a@example.org', 'reject', 'reject', '0'],
])('%s is reported as p=%s, sp=%s, fo=%s', async ([text = '', p, sp, fo]) => {
  expect(await published(text)).toMatchObject({ policy: { p, sp, fo } })
})

test.for<[string, string | readonly string[]]>([
  ['no record', 'hello'],
  ['two records', ['v=DMARC1; p=none; rua=mailto:a@example.org', 'v=DMARC1; p=reject']],
  ['a tag twice', 'v=DMARC1; p=none; rua=mailto:a@example.org; rua=mailto:b@example.org'],
  ['the version later', 'p=none; v=DMARC1'],
  ['a record without an end', `v=DMARC1; p=none; rua=${'mailto:a@example.org,'.repeat(1000)}`],
])('%s publish no policy', async ([, text]) => {
  expect(await published(text)).toEqual({ kind: 'none' })
})

test('a lookup that fails says nothing about the policy', async () => {
  const found = await publishedBy('example.org', zone({ '_dmarc.example.org': 'servfail' }))
  expect(found.kind).toBe('unknown')
})
