/** Codes to scan in attached and inline pictures: their addresses are links of the message. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { codes } from '../../src/facts/codes.ts'
import { links } from '../../src/facts/links.ts'
import { type MessageOptions, message } from '../../src/testing/message.ts'
import { ask } from '../../src/testing/probe.ts'
import { bmp, modulesOf, pixelsOf, png } from '../support/pictures.ts'
import { fc, runs } from '../support/property.ts'

const TARGET = 'https://www.example.net/sign-in'
const fixture = (name: string): Buffer => readFileSync(`fixtures/codes/${name}`)
const drawn = (text: string = TARGET): Buffer => png(pixelsOf(modulesOf(text)))
const attached = (content: Uint8Array, type = 'image/png', filename = 'a.png'): MessageOptions => ({
  text: 'Hello\n',
  attachments: [{ filename, type, content }],
})
const urlsOf = async (given: MessageOptions): Promise<readonly string[]> =>
  (await ask(links, { message: message(given) })).all.flatMap(({ from, url }) => (from === 'code' ? [url] : []))

test.for<readonly [string, string, Buffer]>([
  ['PNG', 'image/png', drawn()],
  ['BMP', 'image/bmp', bmp(pixelsOf(modulesOf(TARGET)))],
  ['JPEG', 'image/jpeg', fixture('qr.jpg')],
  ['progressive JPEG', 'image/jpeg', fixture('qr-progressive.jpg')],
  ['GIF', 'image/gif', fixture('qr.gif')],
  ['WebP', 'image/webp', fixture('qr.webp')],
  ['lossy WebP', 'image/webp', fixture('qr-lossy.webp')],
  ['transparent PNG', 'image/png', fixture('qr-transparent.png')],
  ['white PNG on transparent', 'image/png', fixture('qr-white-transparent.png')],
  ['transparent PNG with a palette', 'image/png', fixture('qr-palette-transparent.png')],
])(
  'M14 the address of a code is a link: attached as %s, inline, in a data URL, and under another type',
  async ([, type, bytes]) => {
    expect(await urlsOf(attached(bytes, type))).toEqual([TARGET])
    expect(await urlsOf(attached(bytes, 'application/octet-stream', 'a.bin'))).toEqual([TARGET])
    expect(await urlsOf(attached(bytes, 'text/plain', 'a.txt'))).toEqual([TARGET])
    const base64 = bytes.toString('base64')
    expect(await urlsOf({ html: `<p>Hello</p><img src="data:${type};base64,${base64}">` })).toEqual([TARGET])
    expect(await urlsOf({ html: `<p style="background:url(data:${type};base64,${base64})">Hello</p>` })).toEqual([
      TARGET,
    ])
  },
)

test('base64 in a data URL may have line ends, entities and percent-encoding', async () => {
  const base64 = drawn().toString('base64')
  for (const written of [
    base64.replace(/.{60}/g, '$&\r\n'),
    base64.replaceAll('+', '&#43;').replaceAll('/', '&sol;').replaceAll('=', '&#x3d;'),
    encodeURIComponent(base64),
  ]) {
    expect(await urlsOf({ html: `<p>Hello</p><img src='data:image/png;base64,${written}'>` })).toEqual([TARGET])
  }
})

test('a code is read whatever its size, contrast and quiet zone are, and inverted', async () => {
  const styles = [
    pixelsOf(modulesOf(TARGET), { scale: 2 }),
    pixelsOf(modulesOf(TARGET), { scale: 20 }),
    pixelsOf(modulesOf(TARGET, 1)),
    pixelsOf(modulesOf(TARGET), { dark: 130, light: 170 }),
    pixelsOf(modulesOf(TARGET), { dark: 255, light: 0 }),
  ]
  for (const pixels of styles) expect(await urlsOf(attached(png(pixels)))).toEqual([TARGET])
})

test('what is no address is a text of the fact: a network, a card, a payment', async () => {
  for (const text of [
    'WIFI:T:WPA;S:Guests;P:correct horse;;',
    'BCD\n002\n1\nSCT\n\nAlice\nDE89370400440532013000\nEUR1',
  ]) {
    const given = message(attached(drawn(text)))
    expect((await ask(codes, { message: given })).all.map(code => code.text)).toEqual([text])
    expect((await ask(links, { message: given })).all).toEqual([])
  }
})

test('a code in capitals without a scheme, and the address of a card, are links', async () => {
  expect(await urlsOf(attached(drawn('HTTPS://EXAMPLE.NET/A')))).toEqual(['https://example.net/A'])
  expect(await urlsOf(attached(drawn('www.example.net/a')))).toEqual(['http://www.example.net/a'])
  expect(await urlsOf(attached(drawn('BEGIN:VCARD\nFN:A\nURL:http://example.net/a\nEND:VCARD')))).toEqual([
    'http://example.net/a',
  ])
})

test('a picture that is not searched is counted with the reason, and a tracking pixel is not searched', async () => {
  const unread = async (bytes: Buffer, type = 'image/png') => {
    const { all, unread, reasons } = await ask(codes, { message: message(attached(bytes, type)) })
    return [all.length, unread, ...reasons]
  }
  const blank = (side: number): Buffer => png({ width: side, height: side, bytes: new Uint8Array(side * side) })
  expect(await unread(blank(1))).toEqual([0, 0])
  expect(await unread(blank(20))).toEqual([0, 0])
  expect(await unread(blank(100))).toEqual([0, 0])
  expect(await unread(blank(2900))).toEqual([0, 1, 'a picture has more than 8.4 million pixels'])
  const damaged = Buffer.concat([drawn().subarray(0, 50), Buffer.alloc(100)])
  expect(await unread(damaged)).toEqual([0, 1, expect.stringContaining('a picture cannot be decoded')])
  const damagedWebp = Buffer.concat([fixture('qr-lossy.webp').subarray(0, 60), Buffer.alloc(200, 0x5a)])
  expect(await unread(damagedWebp, 'image/webp')).toEqual([
    0,
    1,
    expect.stringContaining('a picture cannot be decoded'),
  ])
})

test('M14 a code that is drawn in the message is read like a picture: its address is a link', async () => {
  const modules = modulesOf(TARGET)
  const table = `<table>${modules.map(row => `<tr>${row.map(dark => `<td width=4 height=4 bgcolor="${dark ? '#000' : '#fff'}"></td>`).join('')}</tr>`).join('')}</table>`
  const blocks = modules.map(row => row.map(dark => (dark ? '██' : '  ')).join('')).join('\n')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">${modules.flatMap((row, y) => row.flatMap((dark, x) => (dark ? `<rect x="${x}" y="${y}" width="1" height="1"/>` : []))).join('')}</svg>`
  expect(await urlsOf({ html: `<p>Hello</p>${table}` })).toEqual([TARGET])
  expect(await urlsOf({ html: `<p>Hello</p><pre>${blocks}</pre>` })).toEqual([TARGET])
  expect(await urlsOf({ text: `Hello\n\n${blocks}\n` })).toEqual([TARGET])
  expect(await urlsOf({ html: `<p>Hello</p>${svg}` })).toEqual([TARGET])
  expect(await urlsOf(attached(Buffer.from(svg), 'image/svg+xml', 'a.svg'))).toEqual([TARGET])
  const inUrl = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
  expect(await urlsOf({ html: `<p>Hello</p><img src="${inUrl}">` })).toEqual([TARGET])
  expect(await urlsOf({ html: `<p>Hello</p><img src='data:image/svg+xml,${encodeURIComponent(svg)}'>` })).toEqual([
    TARGET,
  ])
})

test('an ordinary message starts no thread, whatever it draws', async () => {
  const nothing = { all: [], unread: 0, reasons: [], drawings: 0 }
  const spacers = '<td width=10 bgcolor=#eee></td>'.repeat(20)
  for (const given of [
    { text: 'Hello\n' },
    { html: `<table><tr>${spacers}</tr></table><p>Hello</p>` },
    { text: `${'-'.repeat(72)}\n| a | b |\n${'='.repeat(72)}\n` },
  ]) {
    expect(await ask(codes, { message: message(given) })).toEqual(nothing)
  }
})

test('M14 whatever a picture holds, it is read or counted, and nothing throws', async () => {
  const files = [
    drawn(),
    bmp(pixelsOf(modulesOf('a'))),
    ...['qr.jpg', 'qr.gif', 'qr-transparent.png', 'qr-progressive.jpg'].map(fixture),
  ]
  const damaged = fc
    .tuple(
      fc.constantFrom(...files),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
      fc.double({ min: 0.2, max: 1, noNaN: true }),
    )
    .map(([file, changes, share]) => {
      const bytes = Buffer.from(file.subarray(0, Math.ceil(file.length * share)))
      for (const [at, value] of changes) bytes[at % bytes.length] = value
      return bytes
    })
  await fc.assert(
    fc.asyncProperty(fc.array(damaged, { minLength: 1, maxLength: 3 }), async pictures => {
      const given = message({
        text: 'Hello\n',
        attachments: pictures.map((content, index) => ({ filename: `${index}.png`, type: 'image/png', content })),
      })
      const { all, unread, reasons } = await ask(codes, { message: given })
      expect(unread).toBeLessThanOrEqual(pictures.length)
      expect(reasons.length > 0).toBe(unread > 0)
      for (const { text } of all) expect(typeof text).toBe('string')
    }),
    { numRuns: runs(100) },
  )
})
