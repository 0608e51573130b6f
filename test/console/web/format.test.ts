/** Values as people read them, and what strangers have written, made inert. */
import { expect, test } from 'vitest'
import { Formats, inert } from '../../../src/console/web/format.ts'

const english = new Formats('en-GB', 'UTC')
const chinese = new Formats('zh-CN', 'Asia/Shanghai')
const NOW = Date.UTC(2026, 10, 30, 12)

test.for([
  [20, '20 seconds ago'],
  [0, 'now'],
  [-90, 'in 1 minute'],
  [3_599, '59 minutes ago'],
  [86_400, 'yesterday'],
  [86_400 * 6, '6 days ago'],
  [86_400 * 40, '21 Oct 2026'],
] as const)('%i seconds ago reads as "%s"', ([seconds, text]) => {
  expect(english.relative(NOW - seconds * 1_000, NOW)).toBe(text)
})

test('times are in the language and the zone of the reader', () => {
  expect(chinese.relative(NOW - 60_000, NOW)).toBe('1分钟前')
  expect(chinese.full(NOW)).toContain('20:00')
})

test('a time beyond all calendars is shown as none, and throws nothing', () => {
  for (const time of [Number.NaN, Number.POSITIVE_INFINITY, 8.65e15])
    expect([english.full(time), english.day(time), english.clock(time), english.relative(time, NOW)]).toEqual(
      Array(4).fill('–'),
    )
})

test.for([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1_500, '1.5 kB'],
  [48_211, '48 kB'],
  [88_123_456, '88 MB'],
  [3e15, '3,000 TB'],
] as const)('%i bytes read as "%s"', ([bytes, text]) => {
  expect(english.bytes(bytes)).toBe(text)
})

test.for([
  [0.4, '0 ms'],
  [320, '320 ms'],
  [4_200, '4.2 secs'],
  [90_000, '1.5 mins'],
  [86_400_000 * 2, '2 days'],
] as const)('%i milliseconds read as "%s"', ([ms, text]) => {
  expect(english.duration(ms)).toBe(text)
})

test('points have their sign, a score has none', () => {
  expect([english.points(2.5), english.points(-1), english.points(0), english.score(12.345)]).toEqual([
    '+2.5',
    '-1',
    '0',
    '12.35',
  ])
})

test('S03 controls, reversing marks and invisible characters of strangers are written as escapes', () => {
  expect(inert('pay\u202egpj.exe\u0000\n\u2066x\u{e0041}\ufeff')).toBe(
    'pay\\u202egpj.exe\\u0000\\u000a\\u2066x\\udb40\\udc41\\ufeff',
  )
})

test('honest names keep their joiners, accents and scripts', () => {
  const names = ['می‌خواهم', '👩‍👩‍👧', 'Zoë Müller', '会议纪要', 'क्‍ष']
  expect(names.map(name => inert(name))).toEqual(names)
})

test('a text of 100 KB is cut', () => {
  expect(inert('a'.repeat(100_000))).toBe(`${'a'.repeat(300)}…`)
  expect(inert('a'.repeat(300))).toBe('a'.repeat(300))
})
