import { expect, test } from 'vitest'
import { earlyTalker } from '../../src/filters/early-talker.ts'
import { points, reject } from '../../src/model/finding.ts'
import { probe } from '../../src/testing/probe.ts'

const reason = '192.0.2.1 spoke before it was greeted, which RFC 5321 §4.3.1 forbids'
const rule = 'early-talker'

test('W09 a client that speaks before the greeting is turned away and hung up on', async () => {
  expect(await probe(earlyTalker(), { ip: '192.0.2.1', spokeEarly: true })).toEqual([
    reject('5.5.1', reason, { close: true, rule }),
  ])
})

test('W09 it may cost points instead', async () => {
  expect(await probe(earlyTalker({ points: 3 }), { ip: '192.0.2.1', spokeEarly: true })).toEqual([
    points(3, reason, { rule }),
  ])
})

test('a client that waits is left alone', async () => {
  expect(await probe(earlyTalker(), { ip: '192.0.2.1' })).toEqual([])
})
