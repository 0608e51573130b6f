/** All content filters together: honest mail of today passes, phishing does not, and scores add up. */

import dgram from 'node:dgram'
import dns from 'node:dns'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { Readable } from 'node:stream'
import { afterAll, expect, test, vi } from 'vitest'
import { rulesPage } from '../../../bench/rules-page.ts'
import { postern } from '../../../src/engine/gateway.ts'
import { contentFilters } from '../../../src/filters/content/content-filters.ts'
import { type RuleId, ruleSets } from '../../../src/filters/content/rule-sets.ts'
import { recommended } from '../../../src/filters/recommended.ts'
import type { Outcome } from '../../../src/index.ts'
import { PosternError } from '../../../src/model/errors.ts'
import { kindOf } from '../../../src/quarantine/index.ts'
import { message } from '../../../src/testing/message.ts'
import { zone } from '../../../src/testing/zone.ts'
import { honest, phishing } from '../../support/modern-mail.ts'
import { recordingZone } from '../../support/recording-zone.ts'

const gateway = postern({ name: 'mx.example.org', filters: contentFilters(), dns: zone({}) })
afterAll(() => gateway.close())

async function judge(bytes: Buffer, reversePath = 'alice@example.com', from = gateway): Promise<Outcome> {
  const session = from.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('mail.example.net')
  await session.mail(reversePath)
  await session.rcpt('bob@example.org')
  const outcome = await session.data(Readable.from([bytes]))
  session.close()
  return outcome
}

const sum = ({ findings }: Outcome): number => findings.reduce((total, { points = 0 }) => total + points, 0)

test.for(honest)('honest mail passes, and not narrowly: $name', async ({ bytes, reversePath }) => {
  const outcome = await judge(bytes, reversePath)
  expect(outcome.verdict).toBe('accept')
  expect(outcome.score).toBeLessThan(5)
  expect(outcome.score).toBeCloseTo(sum(outcome), 6)
})

test.for(phishing)('phishing is quarantined without training: $name', async ({ bytes, reversePath }) => {
  const outcome = await judge(bytes, reversePath)
  expect(outcome.score).toBeGreaterThanOrEqual(outcome.verdict === 'reject' ? 15 : 6)
  expect(['quarantine', 'reject']).toContain(outcome.verdict)
  expect(outcome.score).toBeCloseTo(sum(outcome), 6)
})

test('the test message is refused, or held where an operator wants to see how that works', async () => {
  const bytes = message({ text: 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X' })
  expect((await judge(bytes)).verdict).toBe('reject')
  const held = postern({ filters: contentFilters({ gtube: 'quarantine' }), dns: zone({}) })
  const { verdict, findings } = await judge(bytes, 'alice@example.com', held)
  const entries = findings.map(finding => ({ ...finding, rule: finding.rule ?? '' }))
  expect([verdict, kindOf(entries)]).toEqual(['quarantine', 'spam'])
  await held.close()
  expect(() => contentFilters({ gtube: 'defer' as never })).toThrow(/gtube: found "defer"/)
})

test('no group costs more than its cap, whatever fires', async () => {
  for (const { bytes, reversePath } of phishing) {
    const { findings } = await judge(bytes, reversePath)
    for (const { name, caps, rules } of ruleSets()) {
      for (const [group, cap] of Object.entries(caps)) {
        const spent = findings
          .filter(
            ({ rule = '' }) =>
              rule.startsWith(`${name}/`) && rules[rule as RuleId & keyof typeof rules]?.group === group,
          )
          .reduce((total, { points = 0 }) => total + points, 0)
        expect(spent).toBeLessThanOrEqual(cap + 1e-9)
      }
    }
  }
})

test('recommended({ content: true }) adds the content filters and protects the domains', async () => {
  const names = recommended({ domains: ['example.org'], content: true }).map(({ name }) => name)
  expect(names).toEqual([...recommended({ domains: ['example.org'] }), ...contentFilters()].map(({ name }) => name))
  const own = postern({
    name: 'mx.example.org',
    filters: contentFilters({ domains: ['mycompany.net'], points: { 'html/only': 'off' } }),
    dns: zone({}),
  })
  const { findings } = await judge(
    Buffer.from('From: Alice <alice@mycornpany.net>\r\nMessage-ID: <1@mycornpany.net>\r\n\r\nHello\r\n'),
    'a@b.example',
    own,
  )
  await own.close()
  expect(findings.map(({ rule }) => rule)).toContain('impersonation/look-alike-protected')
})

test('an unknown rule id is refused for every filter', () => {
  expect(() => contentFilters({ points: { 'links/none': 1 } as Partial<Record<RuleId, number>> })).toThrow(PosternError)
  expect(() => contentFilters({ points: { nothing: 1 } as Partial<Record<RuleId, number>> })).toThrow(PosternError)
})

test('every rule has a sentence on when it fires, and a group with a cap', () => {
  for (const { caps, rules } of ruleSets()) {
    for (const [id, { fires, group, points }] of Object.entries(rules)) {
      expect(`${id}: ${fires}`).toMatch(/: [A-Z].*\.$/s)
      expect(caps[group], id).toBeGreaterThanOrEqual(Math.min(points, caps[group] ?? 0))
      expect(caps[group], id).toBeDefined()
    }
  }
})

test('docs/reference/rules.md is current: npm run rules', () => {
  expect(readFileSync('docs/reference/rules.md', 'utf8')).toBe(rulesPage())
})

test('S07 nothing that a message names is fetched, and DNS learns of the author’s domain alone', async () => {
  const asked: string[] = []
  const watched = postern({
    name: 'mx.example.org',
    filters: recommended({ domains: ['example.org'], content: true }),
    dns: recordingZone(asked),
  })
  const opened = [
    vi.spyOn(net.Socket.prototype, 'connect'),
    vi.spyOn(dgram.Socket.prototype, 'send'),
    vi.spyOn(dns, 'lookup'),
    vi.spyOn(globalThis, 'fetch'),
  ]
  try {
    const message = [
      'From: Alice <alice@author.example.com>',
      'To: bob@example.org',
      'Date: Thu, 1 Jan 2026 12:00:00 +0000',
      'Message-ID: <1@author.example.com>',
      'BIMI-Location: v=BIMI1; l=https://bimi.named.example/logo.svg',
      'BIMI-Selector: v=BIMI1; s=named',
      'List-Unsubscribe: <https://unsubscribe.named.example/u>, <mailto:u@unsubscribe.named.example>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'Disposition-Notification-To: <receipt@named.example>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/html',
      '',
      '<base href="https://base.named.example/"><link rel="stylesheet" href="x.css"><img src="https://image.named.example/a.png">',
      '<a href="https://bit.ly/x">x</a> <a href="http://169.254.169.254/latest/meta-data/">y</a> <iframe src="https://frame.named.example/"></iframe>',
      '<meta http-equiv="refresh" content="0; url=https://refresh.named.example/">',
      '--b',
      'Content-Type: message/external-body; access-type=URL; URL="https://external.named.example/file"',
      '',
      'Content-Type: text/plain',
      '',
      '--b',
      'Content-Type: image/svg+xml; name=a.svg',
      'Content-Disposition: attachment; filename=a.svg',
      '',
      '<svg xmlns="http://www.w3.org/2000/svg"><image href="https://svg.named.example/a.png"/></svg>',
      '--b--',
      '',
    ].join('\r\n')
    await judge(Buffer.from(message), 'alice@author.example.com', watched)
    for (const spy of opened) expect(spy).not.toHaveBeenCalled()
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.filter(name => /named|bit\.ly|169/.test(name))).toEqual([])
  } finally {
    for (const spy of opened) spy.mockRestore()
    await watched.close()
  }
})
