/** Messages with several readings: found, named, and honest ones left alone. */
import { describe, expect, test } from 'vitest'
import { structure } from '../../../src/filters/content/structure.ts'
import { points } from '../../../src/model/finding.ts'
import { probe } from '../../../src/testing/probe.ts'

const mixed = (...lines: readonly string[]): string =>
  ['From: alice@example.org', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b', '', ...lines, ''].join(
    '\n',
  )
const rule = (name: string) => ({ rule: `structure/${name}` })

describe('honest messages', () => {
  test.for([
    ['of plain text', 'From: alice@example.org\n\nHello\n'],
    [
      'of two parts',
      mixed('--b', 'Content-Type: text/plain', '', 'Hello', '--b', 'Content-Type: image/gif', '', 'GIF89a', '--b--'),
    ],
    [
      'with a word before the parts',
      mixed('This is a multi-part message in MIME format.', '--b', '', 'Hello', '--b--'),
    ],
  ] as const)('%s cost nothing', async ([, message]) => {
    expect(await probe(structure(), { message })).toEqual([])
  })
})

test('M10 a file that only some mail programs see costs six points, and the reason names it', async () => {
  const message = mixed(
    '--b',
    'Content-Type: text/plain',
    '',
    'Hello',
    'begin 644 evil.exe',
    '#0V%T',
    '`',
    'end',
    '--b--',
  )
  expect(await probe(structure(), { message })).toEqual([
    points(6, 'some mail programs see a file “evil.exe”, others do not (uuencode)', rule('hidden-file')),
    points(2, 'mail programs differ: “the text contains a file in uuencode: evil.exe”', rule('ambiguous')),
  ])
})

test('M12 message/partial and message/external-body are reported', async () => {
  const partial = 'Content-Type: message/partial; id=x; number=1; total=2\n\nFrom: a@example.org\n\nx\n'
  expect((await probe(structure(), { message: partial })).map(({ rule }) => rule)).toEqual(['structure/partial'])
  const external = mixed(
    '--b',
    'Content-Type: message/external-body; access-type=URL; URL="http://example.org/x"',
    '',
    'Content-Type: text/plain',
    '',
    '--b--',
  )
  expect((await probe(structure(), { message: external })).map(({ rule }) => rule)).toEqual(['structure/external-body'])
})

test('M06 parts that are nested too deep are reported', async () => {
  let nested = 'Content-Type: text/plain\n\nHello'
  for (let depth = 0; depth < 120; depth += 1)
    nested = `Content-Type: multipart/mixed; boundary=b${depth}\n\n--b${depth}\n${nested}\n--b${depth}--`
  const found = await probe(structure(), { message: `From: a@example.org\n${nested}\n` })
  expect(found).toEqual([points(3, 'the message was not examined completely: too-deep', rule('beyond-bounds'))])
})

test('the operator sets what a rule leads to', async () => {
  const message = mixed('--b', 'Content-Type: text/plain', '', 'Hello')
  expect(await probe(structure(), { message })).toEqual([
    points(1, 'a multipart has no closing delimiter', rule('unclosed')),
  ])
  expect(await probe(structure({ points: { 'structure/unclosed': 'off' } }), { message })).toEqual([])
})

describe('an alternative', () => {
  const html = ['--c', 'Content-Type: text/html', '', '<p>Hello</p>']
  const plain = ['--c', 'Content-Type: text/plain', '', 'Hello']
  const inside = (...lines: readonly string[]) =>
    mixed('--b', 'Content-Type: multipart/alternative; boundary=c', '', ...lines, '--c--', '--b--')
  const found = async (message: string) => {
    const filter = structure({ points: { 'structure/no-alternative': 1 } })
    return (await probe(filter, { message })).map(({ rule }) => rule)
  }

  test.for([
    ['at the top', inside(...html).replace('multipart/mixed; boundary=b', 'multipart/alternative; boundary=b')],
    ['below', inside(...html)],
    ['with two pages', inside(...html, ...html)],
  ])('of HTML alone is found: %s', async ([, message = '']) => {
    expect(await found(message)).toEqual(['structure/no-alternative'])
  })

  test.for([
    ['plain text', inside(...plain, ...html)],
    ['a page for watches', inside('--c', 'Content-Type: text/watch-html', '', 'x', ...html)],
    ['an invitation', inside(...html, '--c', 'Content-Type: text/calendar', '', 'BEGIN:VCALENDAR')],
    ['no HTML', inside(...plain)],
    ['HTML that claims no alternative', mixed('--b', 'Content-Type: text/html', '', '<p>Hello</p>', '--b--')],
  ])('with %s is none', async ([, message = '']) => {
    expect(await found(message)).toEqual([])
  })
})
