/** The story of a session, for people: every word that matters is in it, and nothing can forge a line. */
import { expect, test } from 'vitest'
import { story } from '../../src/history/index.ts'
import { deliveryEvent, recipientEvent, sessionEvent, sessionOf, transactionEvent } from './events.ts'

test('the story of a delivered message goes from the client to the next hop', () => {
  expect(story(sessionOf('K3X9ABCD'))).toEqual([
    'K3X9ABCD  2026-11-25 11:59:59.200 UTC, 900 ms, at mx1',
    '  client     192.0.2.1, greeted as mx.example.com, TLSv1.3',
    '  message    MAIL FROM <ann@example.com>',
    '             author ann@example.com',
    '             subject Hello',
    '             <K3X9ABCD@example.com>',
    '             4321 bytes',
    '             SPF pass (example.com), DKIM pass (example.com), DMARC pass (example.com, reject)',
    '             1 recipient accepted, 0 refused',
    '  recipient  bob@example.org: accept with 0.5 points; the client got 250 2.0.0 Message accepted',
    '                   +0.5  rdns/generic: the client has a generic name',
    '             delivered to mail.example.org:25: 250 2.0.0 queued, queued as 4XyZ, after 12 ms',
    '  cost       dkim 1.4 ms + 12.0 ms waiting',
  ])
})

test('a client that was refused has no message', () => {
  const refused = sessionEvent({
    verdict: 'reject',
    score: 16,
    findings: [{ rule: 'dnsbl/listed', reason: 'listed', verdict: 'reject' }],
    reply: { code: 554, status: '5.7.1', text: 'Refused' },
    transactions: 0,
    filters: {},
  })
  expect(story([refused]).slice(2)).toEqual([
    '                 reject  dnsbl/listed: listed',
    '             reject with 16 points; the client got 554 5.7.1 Refused',
  ])
})

test('a queue id that the reply names is not repeated', () => {
  const delivery = deliveryEvent({ text: 'queued as 4XyZ', queueId: '4XyZ' })
  const lines = story([transactionEvent(), recipientEvent(), delivery])
  expect(lines.join('\n').match(/4XyZ/g)).toHaveLength(1)
})

test('transactions and recipients stand apart, each with its own deliveries', () => {
  const lines = story([
    transactionEvent({ transaction: 2, reversePath: '', accepted: 2 }),
    recipientEvent({ transaction: 2, recipient: 'eve@example.org', verdict: 'accept', dryRun: 'reject' }),
    recipientEvent({ transaction: 2, recipient: 'bob@example.org' }),
    transactionEvent({ transaction: 1 }),
    deliveryEvent({ transaction: 2, recipient: 'eve@example.org', result: 'refused', code: 550, tries: 3 }),
  ]).filter(line => / {2}recipient |MAIL|refused to/.test(line))
  expect(lines).toEqual([
    '  message    MAIL FROM <ann@example.com>',
    '  message    MAIL FROM <>',
    expect.stringContaining('eve@example.org: accept with 0.5 points, in shadow mode; it would be reject'),
    expect.stringContaining('refused to mail.example.org:25: 550 2.0.0 queued, queued as 4XyZ, after 12 ms, 3 tries'),
    expect.stringContaining('bob@example.org: accept'),
  ])
})

test('what a client sent cannot begin a line or turn the text around', () => {
  const subject = 'a\r\n  recipient  forged\u2028\u202e\u0000\u001b[2J'
  const lines = story([transactionEvent({ subject })])
  expect(lines.join('')).toMatch(/^[ -~]*$/)
  expect(lines).toContain('             subject a\\u000d\\u000a  recipient  forged\\u2028\\u202e\\u0000\\u001b[2J')
})

test('of nothing there is no story', () => {
  expect(story([])).toEqual([])
})
