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

const ours = bounce({ domains: ['example.org'] })
/** A bounce that returns a message with these fields. */
const returning = (...fields: readonly string[]): string =>
  report('x').replace(/From: bob@example\.org\nMessage-ID: <1@x>/, fields.join('\n'))

test.for<[string, readonly string[]]>([
  ['the Message-ID is ours', ['From: bob@example.org', 'Message-ID: <1@mail.example.org>']],
  [
    'a provider wrote the Message-ID, and the signature is ours',
    [
      'DKIM-Signature: v=1; a=rsa-sha256; d=example.org;\n\ts=google; b=x',
      'From: bob@example.org',
      'Message-ID: <CA1@mail.gmail.com>',
    ],
  ],
  [
    'a server of ours is on the route',
    ['Received: from pc by mx.example.org with ESMTPSA', 'From: a@example.net', 'Message-ID: <1@pc>'],
  ],
  [
    'it went through our list',
    ['List-Id: Talk <talk.example.org>', 'From: carla@example.net', 'Message-ID: <1@example.net>'],
  ],
  ['it names no Message-ID', ['From: carla@example.net']],
])('a bounce passes where %s', async ([, fields]) => {
  expect(await probe(ours, world('bob@example.org', returning(...fields)))).toEqual([])
})

test.for<[string, readonly string[]]>([
  ['From', ['From: bob@example.org', 'Message-ID: <AM0PR08@eurprd08.prod.outlook.com>']],
  [
    'Return-Path',
    ['Return-Path: <bob@example.org>', 'From: carla@example.net', 'Message-ID: <1@eurprd08.prod.outlook.com>'],
  ],
])('a message that only %s calls ours may be a user’s who sent it elsewhere, and costs a point', async ([, fields]) => {
  const found = await probe(ours, world('bob@example.org', returning(...fields)))
  expect(found.map(({ rule, points }) => [rule, points])).toEqual([['bounce/claimed', 1]])
})

test('a bounce of a message that names us nowhere is foreign', async () => {
  const foreign = returning('From: eve@evil.example.com', 'Message-ID: <1@evil.example.com>')
  expect(await probe(ours, world('bob@example.org', foreign))).toEqual([
    points(3, 'a bounce returns a message of “evil.example.com”, which is not one of our domains', {
      rule: 'bounce/foreign',
    }),
  ])
  // A domain that only ends in ours is another one.
  const similar = returning('From: eve@notexample.org', 'Message-ID: <1@notexample.org>')
  expect((await probe(ours, world('bob@example.org', similar))).map(({ rule }) => rule)).toEqual(['bounce/foreign'])
})

test.for(['feedback-report', '"disposition-notification"'])('a report of type %s is no bounce', async type => {
  const message = returning('From: eve@evil.example.com', 'Message-ID: <1@evil.example.com>')
  const other = message.replace('report-type=delivery-status', `report-type=${type}`)
  expect(await probe(ours, world('bob@example.org', other))).toEqual([])
  expect(await probe(bounce({ secrets: [secret] }), world('bob@example.org', other))).toEqual([])
})

test('a bounce without a part for the returned message is read as text', async () => {
  const text =
    'From: MAILER-DAEMON@mx.example.net\n\n--- Below this line is a copy.\n\nFrom: eve@example.net\nMessage-ID: <1@example.net>\n'
  expect((await probe(ours, world('bob@example.org', text))).map(({ rule }) => rule)).toEqual(['bounce/foreign'])
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
