/** White space pushes nothing out of sight: of all of Unicode's, and of no width. */
import { describe, expect, test } from 'vitest'
import { newClassifier } from '../../../src/classify/classifier.ts'
import { postern } from '../../../src/engine/gateway.ts'
import { fingerprint, fingerprintOf, language, languageOf } from '../../../src/facts/index.ts'
import { classify } from '../../../src/filters/classify/classify.ts'
import { html } from '../../../src/filters/content/html.ts'
import { wording } from '../../../src/filters/content/wording/wording.ts'
import {
  collapseBlankBytes,
  collapseWhitespace,
  hasLongRun,
  visibleEnd,
  visibleStart,
} from '../../../src/mime/decode/blanks.ts'
import { ask, probe } from '../../../src/testing/probe.ts'
import { zone } from '../../../src/testing/zone.ts'
import { cpuOf, growth } from '../../support/cpu.ts'
import { fc, runs } from '../../support/property.ts'
import { sorted } from '../../support/sorted-mail.ts'

const blanks = [
  ['line ends', '\n'],
  ['line ends between blanks', ' \n\t'],
  ['blanks', ' '],
  ['tabs', '\t'],
  ['form feeds', '\f'],
  ['control characters', '\x01'],
  ['no-break spaces', '\u00a0'],
  ['em spaces', '\u2003'],
  ['ideographic spaces', '\u3000'],
  ['line separators', '\u2028'],
  ['zero-width spaces', '\u200b'],
  ['zero-width joiners', '\u200c\u200d'],
  ['word joiners', '\u2060'],
  ['soft hyphens', '\u00ad'],
  ['byte order marks', '\ufeff'],
  ['combining joiners', '\u034f'],
  ['Hangul fillers', '\u3164'],
  ['braille blanks', '\u2800'],
  ['tags', '\u{e0020}'],
  ['variation selectors', '\ufe0f'],
  ['one and the other', '\u200b\n\u00a0\u3164'],
] as const

test.for(blanks)('3,600 and 40,000 %s before and between words are one blank or none', ([, blank]) => {
  for (const count of [3600, 40_000]) {
    const text = `${blank.repeat(count)}Pay${blank.repeat(count)} now`
    expect(visibleStart(text, 400).trim().replace(/\s+/g, ' ')).toMatch(/^Pay ?now$/)
    expect(visibleEnd(`Pay now${blank.repeat(count)}`, 3)).toBe('now')
  }
})

test.for(blanks)('a megabyte of %s at the end takes less than 20 ms of CPU', ([, blank]) => {
  const text = `Pay now${blank.repeat(1_000_000 / Buffer.byteLength(blank))}`
  expect(cpuOf(() => expect(visibleEnd(text, 3)).toBe('now'), 20)).toBeLessThan(20)
})

test('a text without long runs is only cut', () => {
  const text = 'Dear Bob,\n\n  this is a list:\n\n\n   1. one\u00a0item \u{1f468}\u200d\u{1f469}\n\tand tabs'
  expect(visibleStart(text, 1000)).toBe(text)
  expect(visibleStart(text, 20)).toBe(text.slice(0, 20))
  expect(collapseWhitespace('a \n b\u200bc\u00a0\u00a0d')).toBe('a\nbc d')
})

test('bytes lose long runs of blanks alone', () => {
  const bytes = Buffer.from(`a${'\r\n'.repeat(3600)}b  c${' '.repeat(64)}d`)
  expect(collapseBlankBytes(bytes).toString()).toBe('a\r\n\r\nb  c    d')
  const plain = Buffer.from('a b\r\n\r\nc')
  expect(collapseBlankBytes(plain)).toBe(plain)
})

test('four times as much white space costs at most twelve times as much', async () => {
  for (const [, blank] of blanks) {
    const text = (count: number) => `${blank.repeat(count)}x`.repeat(2)
    const read = (shown: string) => visibleStart(shown, 30_000)
    expect(await growth(read, { small: text(100_000), large: text(400_000), enough: 12, floor: 2 })).toBeLessThan(12)
  }
})

const utf8 = (text: string, subject = 'Hello'): string =>
  `From: a@example.org\nSubject: ${subject}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n` +
  `Content-Transfer-Encoding: base64\n\n${Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\n')}\n`

describe('the word rules', () => {
  const phrase =
    'I hacked your device and recorded you with your webcam. Pay in bitcoin to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT within 48 hours. Do it now!!! v.i.a.g.r.a'
  test.for(blanks)('find a text behind %s', async ([, blank]) => {
    const rules = (await probe(wording(), { message: utf8(`${blank.repeat(31_000)}${phrase}`) })).map(
      ({ rule }) => rule,
    )
    expect(rules).toEqual(
      expect.arrayContaining(['wording/extortion', 'wording/exclamation-marks', 'wording/spaced-letters'] as const),
    )
  })

  test('find a tail before them, and a request to scan a code behind them', async () => {
    const message = utf8(`Hello Bob\n\nx7k2m9q4w1z8\n${'\n\u200b'.repeat(2000)}`)
    expect((await probe(wording(), { message })).map(({ rule }) => rule)).toContain('wording/random-suffix')
    const page = `<html><body>${'&#8203;&nbsp;'.repeat(20_000)}<p>Scan the code below to verify your account.<img src="data:image/png;base64,iVBORw0KGgo=">`
    const loud = `From: a@example.org\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n${page}\n`
    expect((await probe(html(), { message: loud })).map(({ rule }) => rule)).toContain('html/qr-code')
  })
})

test.for(blanks)('a campaign and a language are the same behind %s', async ([, blank]) => {
  const text = 'Your order is on its way and you will have it on Monday with the invoice that was not for us. '.repeat(
    4,
  )
  const padded = `${blank.repeat(40_000)}${text}`
  expect(fingerprintOf(padded)).toEqual(fingerprintOf(text))
  expect(languageOf(padded)).toEqual(languageOf(text))
  expect((await ask(fingerprint, { message: utf8(padded) })).exact).toBe(fingerprintOf(text).exact)
  expect((await ask(language, { message: utf8(padded) })).language).toBe('en')
})

describe('the classifier', async () => {
  const filter = classify({ classifier: newClassifier({ falsePositives: 0.05, minExamples: 20 }) })
  const gateway = postern({ filters: [filter], dns: zone({}) })
  for (let number = 0; number < 40; number += 1)
    for (const label of ['ham', 'spam'] as const)
      await gateway.feedback({ message: sorted(label, number), label, by: 'user:alice' })
  const found = async (message: string | Buffer): Promise<number> =>
    (await probe(filter, { message })).reduce((sum, { points = 0 }) => sum + points, 0)
  const parts = (label: 'ham' | 'spam'): readonly [header: string, body: string] => {
    const text = sorted(label, 500).toString('latin1').replaceAll('\r\n', '\n')
    const at = text.indexOf('\n\n')
    return [text.slice(0, at + 2), text.slice(at + 2)]
  }
  const eightBit = (header: string): string =>
    header
      .replace(/^content-(?:type|transfer-encoding):.*\n/gim, '')
      .replace(/\n\n$/, '\nContent-Type: text/plain; charset=utf-8\n\n')

  test.for(blanks)('gives spam behind 3,600 and 40,000 %s the same verdict as without', async ([, blank]) => {
    const [header, body] = parts('spam')
    const before = await found(Buffer.from(`${eightBit(header)}${body}`))
    expect(before).toBeGreaterThan(4)
    for (const count of [3600, 40_000])
      expect(await found(Buffer.from(`${eightBit(header)}${blank.repeat(count)}${body}`))).toBeGreaterThan(before - 1)
  })

  test('takes nothing off where there is no text to see', async () => {
    const [header, body] = parts('ham')
    expect(await found(Buffer.from(`${eightBit(header)}${body}`))).toBe(-2)
    for (const nothing of ['', '\n'.repeat(3600), '\u00a0\u200b'.repeat(5000), 'ok\n'])
      expect(await found(Buffer.from(`${eightBit(header)}${nothing}`))).toBeGreaterThanOrEqual(0)
  })

  test('takes nothing off where something was not examined', async () => {
    const [header, body] = parts('ham')
    const cut = `${eightBit(header)}${body}${'\n\nminutes budget review'.repeat(60_000)}`
    expect(await found(Buffer.from(cut))).toBeGreaterThanOrEqual(0)
  })

  test('tells how much of a long text it has read', async () => {
    const [header, body] = parts('ham')
    const [finding] = await probe(filter, { message: Buffer.from(`${eightBit(header)}${body.repeat(20)}`) })
    expect(finding?.reason).toContain('3500 of 7020 characters were examined')
  })
})

const BLANK = '\\s\\0-\\x1f\\x7f\\x85\\u115f\\u1160\\u2800\\u3164\\uffa0'
const ZERO_WIDTH =
  '\\u00ad\\u034f\\u061c\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufe00-\\ufe0f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e0fff}'
const LONG_RUN = new RegExp(`[${BLANK}${ZERO_WIDTH}]{16}`, 'u')

test('a long run is found where the pattern finds it, wherever it begins', () => {
  const unit = fc.constantFrom('a', ' ', '\n', '\u200b', '\u{e0020}', '\udb40', '\udc20', '😀', '\u3164')
  const run = fc
    .tuple(fc.constantFrom(' ', '\u200b', '\u{e0020}', ' \u2003'), fc.integer({ min: 1, max: 20 }))
    .map(([blank, count]) => blank.repeat(count))
  fc.assert(
    fc.property(fc.array(fc.oneof(unit, run), { maxLength: 40 }), pieces => {
      expect(hasLongRun(pieces.join(''))).toBe(LONG_RUN.test(pieces.join('')))
    }),
    { numRuns: runs(3000) },
  )
})

test('every character makes a long run, or none, as by the pattern', () => {
  for (let point = 0; point < 0xe1001; point += 1) {
    if (point === 0x20000) point = 0xdff00
    const text = `a${String.fromCodePoint(point).repeat(16)}`
    if (hasLongRun(text) !== LONG_RUN.test(text)) expect.fail(`U+${point.toString(16)}`)
  }
})
