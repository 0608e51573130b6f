/** What names a person is shortened, what counts stays, and what is short is left as it is. */

import { describe, expect, test } from 'vitest'
import { Shortener } from '../../src/history/privacy.ts'
import { growth } from '../support/cpu.ts'
import { fc } from '../support/property.ts'
import { actionEvent, recipientEvent, sessionEvent, transactionEvent } from './events.ts'

const without = new Shortener(undefined)
const keyed = new Shortener('a key')

test.for<[text: string, short: string]>([
  ['', ''],
  ['bob@example.org', '*@example.org'],
  ['"Bob B"@Example.ORG', '*@example.org'],
  ['postmaster', '*'],
  ['*@example.org', '*@example.org'],
])('the address %j becomes %j', ([text, short]) => {
  expect(without.address(text)).toBe(short)
})

test('a key gives one hash for one person, whatever the letters, and another for another key', () => {
  const hash = keyed.address('Bob@example.org')
  expect(hash).toMatch(/^~[0-9a-f]{12}@example\.org$/)
  expect(keyed.address('bob@EXAMPLE.org')).toBe(hash)
  expect(new Shortener('another').address('bob@example.org')).not.toBe(hash)
})

test.for<[text: string, short: string]>([
  ['192.0.2.77 is listed by zen.example.org', '192.0.2.0/24 is listed by zen.example.org'],
  ['from [192.0.2.77], not 2001:db8:1:2::3.', 'from [192.0.2.0/24], not 2001:db8:1::/48.'],
  ['<ann@example.com> wrote to bob@example.org', '<*@example.com> wrote to *@example.org'],
  ['version 1.2.3.4.5 at 12:30:15 and a::b', 'version 1.2.3.4.5 at 12:30:15 and a::/48'],
  ['192.0.2.0/24 stays', '192.0.2.0/24 stays'],
  ['999.1.1.1 is none', '999.1.1.1 is none'],
])('%j becomes %j', ([text, short]) => {
  expect(without.text(text)).toBe(short)
})

test.for<[name: string, short: string]>([
  ['anns-laptop.example.com', '*.example.com'],
  ['example.com', 'example.com'],
  ['localhost', 'localhost'],
  ['[192.0.2.77]', '192.0.2.0/24'],
  ['[IPv6:2001:db8:1:2::3]', '2001:db8:1::/48'],
  ['192.0.2.77', '192.0.2.0/24'],
])('the host %j becomes %j', ([name, short]) => {
  expect(without.host(name)).toBe(short)
})

describe('an event', () => {
  test('keeps what is counted and loses what names a person', () => {
    const event = transactionEvent({ user: 'ann', messageId: '<77@example.com>', findings: [] })
    expect(without.event(event)).toEqual({
      ...Object.fromEntries(Object.entries(event).filter(([key]) => key !== 'subject')),
      ...{ reversePath: '*@example.com', from: '*@example.com', user: '*', messageId: '<*@example.com>' },
    })
  })

  test('about what a person did stays as it is', () => {
    expect(without.event(actionEvent({ target: 'bob@example.org' }))).toEqual(
      actionEvent({ target: 'bob@example.org' }),
    )
  })

  test('that is shortened twice is as after the first time', () => {
    const words = fc.oneof(fc.string({ maxLength: 60 }), fc.emailAddress(), fc.ipV4(), fc.ipV6(), fc.domain())
    fc.assert(
      fc.property(words, words, words, (a, b, c) => {
        for (const shortener of [without, keyed]) {
          const events = [
            recipientEvent({
              ...{ recipient: a, reversePath: b, ip: c },
              findings: [{ rule: 'x/y', reason: `${a} ${b} (${c})` }],
            }),
            sessionEvent({ helo: a, ip: b, reply: { code: 550, text: `${c}: ${a}` } }),
            transactionEvent({ from: a, messageId: b, user: c }),
          ]
          for (const event of events) {
            const once = shortener.event(event)
            expect(shortener.event(once)).toEqual(once)
          }
        }
      }),
    )
  })
})

test('a long text takes a time that grows with its length', async () => {
  for (const piece of ['a', '1.', ':', 'a@', '@', '1', 'a:', '::']) {
    const sizes = { small: piece.repeat(2_000), large: piece.repeat(20_000) }
    expect(await growth(text => without.text(text), { ...sizes, enough: 30 }), piece).toBeLessThan(30)
  }
})
