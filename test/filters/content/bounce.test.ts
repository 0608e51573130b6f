/** Bounces of what was never sent from here, and of what was. */
import { expect, test } from 'vitest'
import { bounce, signReturnPath, unsignedPath } from '../../../src/filters/content/bounce.ts'
import { PosternError } from '../../../src/model/errors.ts'
import { points, reject } from '../../../src/model/finding.ts'
import { clock } from '../../../src/testing/clock.ts'
import { probe } from '../../../src/testing/probe.ts'

const now = Date.UTC(2026, 10, 23)
const day = 86_400_000
const secret = 'a secret of sixteen letters'
const report = (id: string): string =>
  [
    'From: MAILER-DAEMON@mx.example.net',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'It could not be delivered.',
    '--b',
    'Content-Type: message/rfc822',
    '',
    'From: bob@example.org',
    `Message-ID: <1@${id}>`,
    '',
    'Hello',
    '--b--',
    '',
  ].join('\n')
const world = (forwardPath: string, message = report('mx.example.org'), at = now) => ({
  reversePath: '',
  forwardPath,
  clock: clock({ now: at }),
  message,
})

test('a return path is signed and read again', () => {
  const signed = signReturnPath('bob@example.org', { secret, now })
  expect(signed).toMatch(/^prvs=0\d{3}[0-9a-f]{10}=bob@example\.org$/)
  expect(unsignedPath(signed)).toBe('bob@example.org')
  expect(unsignedPath('bob@example.org')).toBe('bob@example.org')
  expect(signReturnPath('', { secret, now })).toBe('')
})

test.for<[string, string, number]>([
  ['to a signed return path', signReturnPath('bob@example.org', { secret, now }), now],
  ['to a message that is six days old', signReturnPath('bob@example.org', { secret, now }), now + 6 * day],
  ['to one in other letters', signReturnPath('bob@example.org', { secret, now }).toUpperCase(), now],
  ['to one by the secret before', signReturnPath('bob@example.org', { secret: 'the secret of last year', now }), now],
])('a bounce %s passes', async ([, path, at]) => {
  const filter = bounce({ secrets: [secret, 'the secret of last year'] })
  expect(await probe(filter, world(path, undefined, at))).toEqual([])
})

test.for<[string, string, number]>([
  ['to a plain address', 'bob@example.org', now],
  [
    'to a signature of somebody else',
    signReturnPath('bob@example.org', { secret: 'another secret, as long', now }),
    now,
  ],
  [
    'to the signature of another address',
    signReturnPath('eve@example.org', { secret, now }).replace('eve', 'bob'),
    now,
  ],
  ['to a message that is too old', signReturnPath('bob@example.org', { secret, now }), now + 8 * day],
])('a bounce %s is backscatter', async ([, path, at]) => {
  const reason = `a bounce to “${path}”, which is not a return path that was signed here in the last 7 days`
  const rule = 'bounce/unsigned'
  expect(await probe(bounce({ secrets: [secret] }), world(path, undefined, at))).toEqual([points(6, reason, { rule })])
  expect(await probe(bounce({ secrets: [secret], unsigned: 'reject' }), world(path, undefined, at))).toEqual([
    reject('5.7.1', reason, { rule }),
  ])
})

test('without secrets the returned message decides', async () => {
  const filter = bounce({ domains: ['example.org'] })
  expect(await probe(filter, world('bob@example.org'))).toEqual([])
  expect(await probe(filter, world('bob@example.org', report('evil.example.com')))).toEqual([
    points(3, 'a bounce returns a message of “evil.example.com”, which is not one of our domains', {
      rule: 'bounce/foreign',
    }),
  ])
})

test('only bounces are examined', async () => {
  const filter = bounce({ domains: ['example.org'], secrets: [secret] })
  expect(await probe(filter, { ...world('bob@example.org'), reversePath: 'alice@example.net' })).toEqual([])
  expect(await probe(filter, world('bob@example.org', 'From: vacation@example.net\n\nI am away.\n'))).toEqual([])
})

test('a secret that can be guessed is refused, and is not shown', () => {
  expect(() => bounce({ secrets: ['short'] })).toThrow(PosternError)
  expect(() => bounce({ secrets: ['short'] })).not.toThrow(/short\b(?!er)/)
})
