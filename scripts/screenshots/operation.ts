/** What the doctor and the reports say in the pictures. */
import type { ConsoleSources } from '../../src/console/index.ts'
import type { CheckResult } from '../../src/doctor/types.ts'

const CHECKS: readonly CheckResult[] = [
  {
    ...{ name: 'resolver', status: 'ok', found: 'the resolver at 127.0.0.1 answers in 3 ms' },
    expected: 'a resolver of this network',
  },
  {
    ...{ name: 'ptr', status: 'ok', found: '192.0.2.25 is mx.example.com, which is 192.0.2.25' },
    expected: 'the name of EHLO',
  },
  {
    ...{ name: 'certificate', status: 'warning', found: 'the certificate of mx.example.com ends in 12 days' },
    expected: 'more than 14 days',
    remedy: 'renew it: certbot renew, or what renews certificates on this machine',
  },
  {
    ...{ name: 'clamd', status: 'ok', found: 'clamd answers, its signatures are 9 hours old' },
    expected: 'signatures of the last 3 days',
  },
  {
    ...{ name: 'next-hop mailstore.example.com:25', status: 'ok', found: 'it takes mail for postmaster@example.com' },
    expected: 'a positive reply to RCPT',
  },
  {
    ...{ name: 'domain example.org', status: 'failed', found: 'example.org publishes no DMARC policy' },
    expected: 'a TXT record at _dmarc.example.org',
    remedy: 'publish "v=DMARC1; p=none; rua=mailto:dmarc@example.org" at _dmarc.example.org',
  },
  { ...{ name: 'store', status: 'ok', found: 'a value was written and read in 0.4 ms' }, expected: 'the same value' },
  { ...{ name: 'disk', status: 'ok', found: '61 GB of 80 GB are free for the spool' }, expected: 'more than 1 GB' },
  { ...{ name: 'clock', status: 'ok', found: 'the clock is 12 ms from that of the resolver' }, expected: 'under 1 s' },
]

/** The checks as the doctor found them a few minutes ago. */
export const doctor: NonNullable<ConsoleSources['doctor']> = {
  last: { time: Date.now() - 7 * 60_000, node: 'mx1/management', results: CHECKS },
  run: () => new Promise(() => undefined),
}

const DAY = 86_400_000

/** Reports of the last days. */
export const reports: NonNullable<ConsoleSources['reports']> = async () => {
  const today = Math.floor(Date.now() / DAY) * DAY
  const span = (days: number) => ({ begin: today - days * DAY, end: today - (days - 1) * DAY })
  return {
    dmarc: [
      {
        ...{ domain: 'example.com', reporter: 'bigmail.example', ...span(1), messages: 1_842, passed: 1_811 },
        ...{ quarantined: 22, rejected: 0, failing: [{ source: '198.51.100.66', messages: 29 }] },
      },
      {
        ...{ domain: 'example.com', reporter: 'freemail.example', ...span(1), messages: 640, passed: 640 },
        ...{ quarantined: 0, rejected: 0, failing: [] },
      },
      {
        ...{ domain: 'example.org', reporter: 'bigmail.example', ...span(2), messages: 211, passed: 120 },
        ...{ quarantined: 0, rejected: 64, failing: [{ source: '203.0.113.77', messages: 91 }] },
      },
    ],
    tls: [
      {
        ...{ domain: 'example.com', reporter: 'bigmail.example', ...span(1), successful: 3_120, failed: 4 },
        failures: [{ type: 'certificate-expired', sessions: 4 }],
      },
    ],
    complaints: [
      { time: today - DAY / 2, reporter: 'freemail.example', kind: 'abuse', recipient: 'press@example.com' },
    ],
    sent: [
      ...[
        { time: today + 3_600_000, domain: 'northwind-design.example', recipient: 'dmarc@northwind-design.example' },
        { time: today + 3_601_000, domain: 'garden-supplies.example', recipient: 'reports@garden-supplies.example' },
      ].map(row => ({ ...row, messages: 31, result: 'sent' as const })),
      {
        ...{ time: today + 3_602_000, domain: 'citybank.example', recipient: 'dmarc@citybank.example', messages: 9 },
        ...{ result: 'failed' as const, reason: 'mx.citybank.example: 452 4.2.2 mailbox full' },
      },
    ],
  }
}
