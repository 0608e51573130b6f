import { expect, test } from 'vitest'
import { loop } from '../../src/filters/loop.ts'
import { PosternError } from '../../src/model/errors.ts'
import { reject } from '../../src/model/finding.ts'
import { probe } from '../../src/testing/probe.ts'

const hop = (by: string) =>
  `Received: from client.example ([192.0.2.1]) by ${by}\r\n with ESMTP; Mon, 23 Nov 2026 10:00:00 +0000\r\n`
const hops = (count: number, by = 'relay.example') => hop(by).repeat(count)

test('a hundred hops are allowed (RFC 5321 §6.3), one more is a loop', async () => {
  expect(await probe(loop(), { header: hops(100) })).toEqual([])
  expect(await probe(loop(), { header: hops(101) })).toEqual([
    reject('5.4.6', 'the message has 101 Received fields, more than 100', { rule: 'loop/hops' }),
  ])
})

test('a message that was here too often is a loop, whatever the case of our name', async () => {
  const filter = loop({ name: 'mx.example.org' })
  expect(await probe(filter, { header: hops(5, 'mx.example.org') })).toEqual([])
  expect(await probe(filter, { header: hops(6, 'MX.example.org;') })).toEqual([
    reject('5.4.6', 'the message has been here 6 times, more than 5', { rule: 'loop/own' }),
  ])
  expect(await probe(filter, { header: hops(6, 'mx.example.org.attacker.example') })).toEqual([])
})

test('a message that was delivered to all of its recipients before is a loop', async () => {
  const header = 'Delivered-To: Bob@example.org\r\nDelivered-To: carol@example.org\r\n'
  expect(await probe(loop(), { header, forwardPaths: ['bob@example.org', 'carol@example.org'] })).toEqual([
    reject('5.4.6', 'the message was delivered to bob@example.org before, says its Delivered-To field', {
      rule: 'loop/delivered',
    }),
  ])
  expect(await probe(loop(), { header, forwardPaths: ['bob@example.org', 'dave@example.org'] })).toEqual([])
})

test('a limit that makes no sense is named when the filter is built', () => {
  expect(() => loop({ max: 0, own: 1.5 })).toThrow(PosternError)
  expect(() => loop({ max: 0, own: 1.5 })).toThrow(/loop\.max: .*\nloop\.own: /)
})
