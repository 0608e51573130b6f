/** The records of our domains. */
import { expect, test } from 'vitest'
import { domainChecks } from '../../src/doctor/domains.ts'
import { runChecks } from '../../src/doctor/run.ts'
import { type ZoneLiteral, zone } from '../../src/testing/zone.ts'

const HOST: ZoneLiteral = {
  'mx.example.org': { A: '198.51.100.1' },
  'other.example.net': { A: '198.51.100.7' },
  'inner.example.net': { A: '10.1.1.1' },
}

const POLICY = 'version: STSv1\r\nmode: enforce\r\nmx: mx.example.org\r\nmx: *.example.net\r\nmax_age: 604800\r\n'

/** What is found of one kind of record, as `status found`. */
async function found(kind: string, records: ZoneLiteral, policy: string | Error = POLICY): Promise<string> {
  const fetchText = async (url: string) => {
    if (policy instanceof Error || url !== 'https://mta-sts.example.org/.well-known/mta-sts.txt') throw policy
    return policy
  }
  const dns = zone({ ...HOST, ...records })
  const checks = domainChecks({ domains: ['example.org'], name: 'mx.example.org', dns, fetchText })
  const [result] = await runChecks(checks.filter(({ name }) => name === kind))
  if (result?.name !== `${kind} example.org`) throw new Error('another name')
  if (/warning|failed/.test(result.status) && !result.remedy) throw new Error('it does not say what to do')
  return `${result.status} ${result.found}`
}

const mx = (...exchanges: readonly string[]): ZoneLiteral => ({
  'example.org': { MX: exchanges.map((exchange, priority) => ({ exchange, priority })) },
})
const txt = (name: string, ...records: readonly string[]): ZoneLiteral => ({
  [name]: { TXT: records.map(text => [text]) },
})

test.for<[ZoneLiteral, string]>([
  [mx('MX.example.org.'), 'ok mx.example.org; this host is among them'],
  [{ ...mx('alias.example.net'), 'alias.example.net': { A: '198.51.100.1' } }, 'ok alias.example.net; this host'],
  [mx('other.example.net'), 'warning other.example.net; none of them is mx.example.org'],
  [mx('gone.example.net'), 'failed gone.example.net has no address'],
  [mx('inner.example.net'), 'failed inner.example.net has only the private address 10.1.1.1'],
  [mx('.'), 'failed its MX record says that it takes no mail'],
  [{}, 'failed it has no MX record'],
  [{ 'example.org': 'servfail' }, 'unknown DNS gives no answer (servfail'],
  [{ ...mx('dark.example.net'), 'dark.example.net': 'timeout' }, 'unknown DNS does not say which addresses'],
])('MX %#: %s', async ([records, text]) => {
  expect(await found('mx', records)).toContain(text)
})

test.for<[readonly string[], string]>([
  [['v=spf1 mx -all'], 'ok v=spf1 mx -all'],
  [['v=spf1 redirect=_spf.example.net'], 'ok v=spf1 redirect'],
  [['google-site-verification=x', 'v=spf1 mx ~all'], 'ok v=spf1 mx ~all'],
  [['v=spf1 +all'], 'failed its SPF record allows every host'],
  [['v=spf1 a ALL'], 'failed its SPF record allows every host'],
  [['v=spf1 mx'], 'warning its SPF record has no end'],
  [['v=spf1 mx -all', 'v=spf1 a -all'], 'failed it has 2 SPF records'],
  [['v=spf10 -all'], 'warning it has no SPF record'],
])('SPF %#: %s', async ([records, text]) => {
  expect(await found('spf', txt('example.org', ...records))).toContain(text)
})

test.for<[readonly string[], string]>([
  [['v=DMARC1; p=reject'], 'ok v=DMARC1; p=reject'],
  [['v=DMARC1;p=none; rua=mailto:a@example.org'], 'ok v=DMARC1;p=none; rua=mailto:a@example.org: it asks for reports'],
  [['v=DMARC1; sp=none'], 'failed its DMARC record has no policy'],
  [['v=DMARC1; p=none', 'v=DMARC1; p=reject'], 'failed it has 2 DMARC records'],
  [['v=DMARC10; p=none'], 'warning it has no DMARC record'],
])('DMARC %#: %s', async ([records, text]) => {
  expect(await found('dmarc', txt('_dmarc.example.org', ...records))).toContain(text)
})

test('a domain below another has the policy that the organisation gives to those below it', async () => {
  const dns = zone(txt('_dmarc.example.org', 'v=DMARC1; p=reject; sp=quarantine'))
  const fetchText = () => Promise.reject(new Error('none'))
  const checks = domainChecks({ domains: ['lists.example.org'], name: 'mx.example.org', dns, fetchText })
  const [result] = await runChecks(checks.filter(({ name }) => name === 'dmarc'))
  expect(result?.status).toBe('ok')
})

test.for<[readonly string[], string]>([
  [[], 'ok it asks for no reports'],
  [['v=TLSRPTv1; rua=mailto:tls@example.org'], 'ok v=TLSRPTv1'],
  [['v=TLSRPTv1; rua=tls@example.org'], 'failed it names no address'],
  [['v=TLSRPTv1; rua=mailto:a@example.org', 'v=TLSRPTv1; rua=mailto:b@example.org'], 'failed it has 2 records'],
])('TLS-RPT %#: %s', async ([records, text]) => {
  expect(await found('tls-rpt', txt('_smtp._tls.example.org', ...records))).toContain(text)
})

const STS = { ...txt('_mta-sts.example.org', 'v=STSv1; id=1'), ...mx('mx.example.org', 'other.example.net') }

test.for<[ZoneLiteral, string | Error, string]>([
  [{}, POLICY, 'ok it has no policy'],
  [STS, POLICY, 'ok mode enforce for mx.example.org, *.example.net'],
  [STS, POLICY.replace('enforce', 'testing'), 'warning its mode is testing'],
  [STS, POLICY.replace('mx: *.example.net\r\n', ''), 'failed the policy does not name other.example.net'],
  [{ ...STS, ...mx('a.b.example.net') }, POLICY, 'failed the policy does not name a.b.example.net'],
  [STS, POLICY.replace('STSv1', 'STSv2'), 'does not begin with version'],
  [
    STS,
    POLICY.replace('604800', '60'),
    'failed https://mta-sts.example.org/.well-known/mta-sts.txt: its max_age is not a day',
  ],
  [STS, POLICY.replace('max_age: 604800', ''), 'its max_age is not a day at least, but missing'],
  [STS, '<html>', 'failed'],
  [STS, new Error('certificate has expired'), 'cannot be fetched: certificate has expired'],
  [{ ...STS, '_mta-sts.example.org': 'timeout' }, POLICY, 'unknown DNS gives no answer'],
])('MTA-STS %#', async ([records, policy, text]) => {
  expect(await found('mta-sts', records, policy)).toContain(text)
})
