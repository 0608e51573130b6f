/** The builder of messages: what it builds is what a strict reader reads. */
import { simpleParser } from 'mailparser'
import { describe, expect, test } from 'vitest'
import { headerOf } from '../../src/mime/header/collect.ts'
import { message } from '../../src/testing/message.ts'

describe('a message that is built', () => {
  test('with no wishes it is ordinary, complete and without a defect', () => {
    expect(message().toString()).toBe(
      [
        'From: Alice <alice@example.org>',
        'To: Bob <bob@example.net>',
        'Subject: Hello',
        'Date: Thu, 01 Jan 2026 12:00:00 +0000',
        'Message-ID: <1@example.org>',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: 7bit',
        '',
        'Hello, Bob!',
        '',
      ].join('\r\n'),
    )
    expect(headerOf(message()).defects).toEqual([])
  })

  test('every line ends in CRLF, however the text was written', () => {
    const bytes = message({ text: 'one\ntwo\r\nthree\rfour', header: { 'X-Folded': 'a\n b' } }).toString()
    expect(bytes).toContain('one\r\ntwo\r\nthree\r\nfour')
    expect(bytes).toContain('X-Folded: a\r\n b\r\n')
    expect(bytes.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })

  test('fields can be left out and repeated, for messages that are wrong on purpose', () => {
    const header = headerOf(message({ from: false, header: { Subject: 'Again', Received: ['by a', 'by b'] } }))
    expect(header.all('from')).toEqual([])
    expect(header.all('subject').map(({ value }) => value)).toEqual(['Hello', 'Again'])
    expect(header.all('received').map(({ value }) => value)).toEqual(['by a', 'by b'])
  })

  test('text, HTML and attachments are found by a parser that is not ours', async () => {
    const parsed = await simpleParser(
      message({
        subject: 'Rechnung für März',
        text: 'Grüße\n',
        html: '<p>Grüße</p>\n',
        attachments: [{ filename: 'a "b".bin', content: Buffer.alloc(200, 0xff), type: 'application/pdf' }],
      }),
    )
    expect(parsed.subject).toBe('Rechnung für März')
    expect(parsed.text).toBe('Grüße\n')
    expect(parsed.html).toBe('<p>Grüße</p>\n')
    expect(parsed.attachments.map(({ filename, contentType, content }) => [filename, contentType, content])).toEqual([
      ['a "b".bin', 'application/pdf', Buffer.alloc(200, 0xff)],
    ])
  })
})
