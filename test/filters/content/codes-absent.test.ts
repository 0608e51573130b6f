/** Where the reader of codes is not installed, the operator learns it once, and pictures count as not searched. */
import { expect, test, vi } from 'vitest'
import { codes } from '../../../src/facts/codes.ts'
import { html } from '../../../src/filters/content/html.ts'
import { message } from '../../../src/testing/message.ts'
import { ask, probe } from '../../../src/testing/probe.ts'
import { modulesOf, pixelsOf, png } from '../../support/pictures.ts'

vi.mock('../../../src/codes/zxing.ts', () => ({ isInstalled: () => false }))

const withCode = message({
  html: '<p>Your password expires. Scan the QR code.</p><img src="cid:a">',
  attachments: [{ filename: 'a.png', type: 'image/png', content: png(pixelsOf(modulesOf('https://example.net/'))) }],
})

test('a picture counts as not searched, with the reason', async () => {
  expect(await ask(codes, { message: withCode })).toEqual({
    all: [],
    unread: 1,
    reasons: ['zxing-wasm is not installed'],
    drawings: 0,
  })
})

test('a text that asks to scan a code is reported as before', async () => {
  expect((await probe(html(), { message: withCode })).map(({ rule }) => rule)).toContain('html/qr-code')
})

test('one notice at the start says so', async () => {
  const notify = vi.fn()
  await html().start?.({ notify } as never, undefined as never)
  expect(notify.mock.calls).toEqual([[expect.objectContaining({ code: 'codes/absent', level: 'warning' })]])
})
