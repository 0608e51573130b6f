import { expect, test } from 'vitest'
import type { RecipientEvent, TransactionEvent } from '../../src/model/events.ts'
import { type Disposition, type Override, rowOf } from '../../src/reports/dmarc/row.ts'
import { recipientEvent, transactionEvent } from '../history/events.ts'
import { DMARC, type DmarcEntry } from './events.ts'

const counted = (transaction: Partial<TransactionEvent> = {}, recipient: Partial<RecipientEvent> = {}) =>
  rowOf(transactionEvent({ dmarc: DMARC, ...transaction }), recipientEvent(recipient))

const byFilter = (rule: string, rest: object = {}) => ({ findings: [{ rule, reason: 'x', ...rest }] })

test('a row has the address, the identifiers, what aligns, and the results of SPF and DKIM', () => {
  const dmarc: DmarcEntry = { ...DMARC, result: 'pass', domain: 'news.example.com', aligned: ['dkim'] }
  expect(counted({ dmarc, reversePath: 'bounce@mail.example.net' })).toEqual({
    policyDomain: 'example.com',
    row: {
      ...{ ip: '192.0.2.1', headerFrom: 'news.example.com', envelopeFrom: 'mail.example.net' },
      ...{ disposition: 'none', dkimAligned: true, spfAligned: false, overrides: [] },
      dkim: [{ domain: 'example.com', selector: 's1', result: 'pass' }],
      spf: { domain: 'example.com', result: 'pass' },
    },
  })
})

test('the null reverse-path is an empty identifier', () => {
  expect(counted({ reversePath: '' })?.row.envelopeFrom).toBe('')
})

test('signatures of the author come first, then others that pass; what cannot be written is left out', () => {
  const signature = (domain: string, result: string, selector = 's') => ({ domain, result, selector })
  const dkim = [
    signature('a.example', 'fail'),
    signature('b.example', 'pass'),
    signature('', 'permerror'),
    signature('c.example', 'pass', ''),
    signature('example.com', 'pass'),
  ]
  expect(counted({ dkim })?.row.dkim.map(({ domain }) => domain)).toEqual(['example.com', 'b.example', 'a.example'])
})

test('an SPF result that no report knows is left out', () => {
  expect(counted({ spf: { result: 'unknown', domain: 'example.com' } })?.row).not.toHaveProperty('spf')
})

test.for<[string, Partial<DmarcEntry>, Partial<RecipientEvent>, Disposition, readonly Override[]]>([
  [
    'the policy is applied',
    {},
    { ...byFilter('dmarc/reject', { verdict: 'reject' }), verdict: 'reject' },
    'reject',
    [],
  ],
  [
    'quarantine is applied',
    { policy: 'quarantine' },
    { ...byFilter('dmarc/quarantine', { verdict: 'quarantine' }), verdict: 'quarantine' },
    ...(['quarantine', []] as const),
  ],
  [
    'the gateway quarantines where the policy asks to reject',
    {},
    { ...byFilter('dmarc/reject', { verdict: 'quarantine' }), verdict: 'quarantine' },
    ...(['quarantine', [{ type: 'local_policy' }]] as const),
  ],
  ['it counts as points alone', {}, byFilter('dmarc/reject', { points: 5 }), 'none', [{ type: 'local_policy' }]],
  [
    'shadow mode carries nothing out',
    {},
    { ...byFilter('dmarc/reject', { verdict: 'reject' }), verdict: 'accept', dryRun: 'reject' },
    ...(['none', [{ type: 'local_policy' }]] as const),
  ],
  ['a trusted forwarder brings it', {}, byFilter('dmarc/forwarded'), 'none', [{ type: 'trusted_forwarder' }]],
  [
    'a trusted sealer confirms it',
    {},
    byFilter('dmarc/sealed'),
    ...(['none', [{ type: 'local_policy', comment: 'arc=pass' }]] as const),
  ],
  ['there is no policy', { policy: 'none' }, byFilter('dmarc/none'), 'none', []],
  [
    'the domain is testing',
    { policy: 'none', testing: true },
    byFilter('dmarc/none'),
    ...(['none', [{ type: 'policy_test_mode' }]] as const),
  ],
  [
    'another filter refuses it: that is not told',
    { policy: 'none' },
    { ...byFilter('clamav/virus', { verdict: 'reject' }), verdict: 'reject' },
    ...(['none', []] as const),
  ],
  ['it passes, and another filter refuses it', { result: 'pass', aligned: ['spf'] }, { verdict: 'reject' }, 'none', []],
])('%s', ([, dmarc, recipient, disposition, overrides]) => {
  expect(counted({ dmarc: { ...DMARC, ...dmarc } }, recipient)?.row).toMatchObject({ disposition, overrides })
})

test.for<[string, Partial<TransactionEvent>, Partial<RecipientEvent>]>([
  ['no reports are asked for', { dmarc: { result: 'fail', domain: 'a.example', policy: 'none', aligned: [] } }, {}],
  ['there is no policy', { dmarc: { ...DMARC, result: 'none' } }, {}],
  ['a lookup has failed', { dmarc: { ...DMARC, result: 'temperror' } }, {}],
  ['the address of the client is not known', {}, { ip: null }],
  ['the message is deferred and comes again', {}, { verdict: 'defer' }],
])('nothing is counted where %s', ([, transaction, recipient]) => {
  expect(counted(transaction, recipient)).toBeUndefined()
})
