import { expect, test } from 'vitest'
import { features, MAX_HEAD_LENGTH, viewsOf } from '../../src/classify/features.ts'
import { gramCollector } from '../../src/classify/grams.ts'
import { headerOf } from '../../src/mime/header/collect.ts'
import { message } from '../../src/testing/message.ts'
import { seenIn } from '../support/seen.ts'

const honest = message({ text: 'The minutes of the meeting are in the library.\n' })
const overlap = (one: Uint16Array = new Uint16Array(), other: Uint16Array = new Uint16Array()) =>
  one.filter(gram => other.includes(gram)).length / Math.max(one.length, 1)

test.for([
  'Return-Path: <a@example.org>',
  'Delivered-To: bob@example.org',
  'X-Spam-Status: Yes, score=9',
  'X-Spam-Flag: YES',
  'Authentication-Results: mx.example.org; dkim=pass',
  'Received-SPF: pass',
  'X-MS-Exchange-Organization-SCL: 9',
  'Status: RO',
  'ARC-Seal: i=1',
])('what a mailbox writes is not seen: %s', field => {
  const kept = Buffer.concat([Buffer.from(`${field}\r\n`), honest])
  expect(features(seenIn(kept))).toEqual(features(seenIn(honest)))
})

test('the way and the date are seen in the first bytes only', () => {
  const travelled = Buffer.concat([Buffer.from('Received: from a.example by b.example; Mon, 1 Jan 2024\r\n'), honest])
  const [header, body, raw] = features(seenIn(travelled))
  const [plainHeader, plainBody, plainRaw] = features(seenIn(honest))
  expect([header, body]).toEqual([plainHeader, plainBody])
  expect(raw).not.toEqual(plainRaw)
})

test('white space is no hiding place in what is read', () => {
  const seen = seenIn(honest)
  const spread = { ...seen, text: seen.text.replaceAll(' ', ' \t \n ') }
  expect(features(spread)[1]).toEqual(features(seen)[1])
})

test('where the text says next to nothing, what was sent decides', () => {
  const seen = seenIn(honest)
  expect(viewsOf({ ...seen, text: ' \n' }).body[1]).toBe(seen.head.toString())
  expect(viewsOf({ ...seen, text: '\ufffd'.repeat(60) }).body[1]).toBe(seen.head.toString())
})

test('bytes in no declared charset are read as GB 18030 when they are not UTF-8, even where they are cut', () => {
  const seen = seenIn(honest)
  const gb = Buffer.from('b9f3b9abcbbeb8bad4f0c8cb', 'hex')
  expect(viewsOf({ ...seen, text: '', head: gb }).body[1]).toBe('贵公司负责人')
  const cut = Buffer.from('贵公司负责人'.repeat(600)).subarray(0, MAX_HEAD_LENGTH)
  expect(viewsOf({ ...seen, text: '', head: cut }).body[1]).toMatch(/^贵公司负责人/)
})

test('a pair of ideographs is a feature, for it says as much as a word', () => {
  const collector = gramCollector()
  collector.text('贵公司')
  const short = collector.take()
  collector.text('你好贵公司吗')
  expect(short.length).toBe(2)
  expect(overlap(short, collector.take())).toBe(1)
})

test('only the first part of anything is read: a message of 20 MB has no more features than one of 12 KB', () => {
  const text = 'abcdefghijklmnopqrstuvwxyz'.repeat(800_000)
  const header = headerOf(Buffer.from(`Subject: ${'x y z'.repeat(20_000)}\r\n\r\n`))
  const found = features({
    header,
    text,
    urls: Array(500).fill('http://example.org/'.repeat(200)),
    head: Buffer.alloc(MAX_HEAD_LENGTH, 'ab'),
  })
  for (const view of found) expect(view.length).toBeLessThan(8_192)
  const views = viewsOf({ header, text, urls: [], head: Buffer.alloc(1_000_000) })
  expect(views.body.join('').length).toBeLessThanOrEqual(5_000)
  expect(views.raw.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(MAX_HEAD_LENGTH)
})
