import { expect, test } from 'vitest'
import { archives } from '../../src/facts/archives.ts'
import { links } from '../../src/facts/links.ts'
import { ask } from '../../src/testing/probe.ts'
import { cpuOfAsync } from '../support/cpu.ts'

const html = (body: string, subject = 'x') =>
  ask(links, {
    message: Buffer.from(`Subject: ${subject}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${body}\r\n`),
  })

test('a link is listed with its visible text and the address in that text', async () => {
  const { all, domains } = await html('<a href="http://evil.example.net/x">https://www.bank.example.com/login</a>')
  expect(all[0]).toEqual({
    url: 'http://evil.example.net/x',
    scheme: 'http',
    host: 'evil.example.net',
    domain: 'example.net',
    anomalies: [],
    from: 'href',
    element: 'a',
    shown: 'https://www.bank.example.com/login',
    shows: { host: 'www.bank.example.com', domain: 'example.com' },
    hidden: false,
    path: '',
  })
  expect(domains).toEqual(['example.net', 'example.com'])
})

test('links are found in the subject, text, forms, pictures, styles, refreshes and hidden text', async () => {
  const { all } = await html(
    '<base href="http://base.example.com/"><a href=rel>r</a><form action="http://form.example.com/"></form><img src="//img.example.com/x">' +
      '<p style="background:url(http://style.example.com/)"><meta http-equiv=refresh content="0;url=http://refresh.example.com/">' +
      'text http://text.example.com/ <script>location="http://script.example.com/"</script><p style="display:none"><a href="http://hidden.example.com/">x</a></p>',
    'www.subject.com',
  )
  expect(all.map(({ host, from, hidden }) => [host, from, hidden])).toEqual([
    ['www.subject.com', 'text', false],
    ['base.example.com', 'base', false],
    ['base.example.com', 'href', false],
    ['form.example.com', 'action', false],
    ['img.example.com', 'src', false],
    ['style.example.com', 'style', false],
    ['refresh.example.com', 'refresh', false],
    ['hidden.example.com', 'href', true],
    ['text.example.com', 'text', false],
    ['script.example.com', 'other', true],
  ])
})

test('nested redirectors are unwrapped up to five deep, and deeper ones mark the links as cut', async () => {
  let address = 'http://end.example.com/'
  for (let level = 0; level < 7; level++) address = `http://r${level}.example.net/?to=${encodeURIComponent(address)}`
  const { all, cut } = await html(`<a href="${address}">x</a>`)
  expect(cut).toBe(true)
  expect(all.map(({ host, via }) => [host, via])).toEqual([
    ['r6.example.net', undefined],
    ['r5.example.net', 'r6.example.net'],
    ['r4.example.net', 'r5.example.net'],
    ['r3.example.net', 'r4.example.net'],
    ['r2.example.net', 'r3.example.net'],
    ['r1.example.net', 'r2.example.net'],
  ])
})

test('equal links are listed once, and of very many only the first', async () => {
  expect((await html('<a href="http://a.example/">x</a>'.repeat(10))).all).toHaveLength(1)
  const body = Array.from({ length: 2000 }, (_, index) => `<a href="http://a${index}.example/">x</a>`).join('')
  const { all, cut } = await html(body)
  expect([all.length, cut]).toEqual([1000, true])
})

test('fifty thousand links cost no more than the links that are read', async () => {
  const body = Array.from({ length: 50_000 }, (_, index) => `<a href="http://a${index}.example/">x</a>`).join('')
  expect(await cpuOfAsync(async () => expect((await html(body)).cut).toBe(true), 1500)).toBeLessThan(1500)
})

const attached = (name: string, data: string, text = 'See the file.'): string =>
  [
    'From: a@example.org',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    text,
    '--b',
    `Content-Type: application/octet-stream; name="${name}"`,
    'Content-Disposition: attachment',
    '',
    data,
    '--b--',
    '',
  ].join('\r\n')

test('a link of an attached document is a link of the message, with the part that has it', async () => {
  const message = attached('a.pdf', '%PDF-1.4 /A << /S /URI /URI (https://user.example.net/in) >> %%EOF')
  const { all, domains } = await ask(links, { message })
  expect(all.map(({ url, from, element, path }) => [url, from, element, path])).toEqual([
    ['https://user.example.net/in', 'document', 'a', '2'],
  ])
  expect(domains).toEqual(['example.net'])
})

test('an address that an attached page has is listed once', async () => {
  const page = '<html><svg><a href="https://example.net/a">x</a></svg></html>'
  const { all } = await ask(links, { message: attached('a.svg', page) })
  expect(all.map(({ url }) => url)).toEqual(['https://example.net/a'])
})

test('the links of the message are listed however many a document has', async () => {
  const pdf = Array.from({ length: 1500 }, (_, index) => `/A << /S /URI /URI (https://a${index}.example/) >>`).join(
    '\r\n',
  )
  const { all, cut } = await ask(links, { message: attached('a.pdf', `%PDF-1.4 ${pdf}`, 'http://b.example/ here') })
  expect([all[0]?.url, all.length]).toEqual(['http://b.example/', 1001])
  expect(cut).toBe(false)
})

test('nothing is unpacked for links where no file is attached', async () => {
  const picture = attached('a.gif', 'GIF89a…')
  for (const message of ['From: a@example.org\r\n\r\nhttp://b.example/', picture]) {
    let isAsked = false
    const value = {
      get all() {
        isAsked = true
        return []
      },
    }
    await ask(links, { message, facts: [[archives, value]] })
    expect(isAsked).toBe(false)
  }
})

test.for([
  ['\u202ex/elpmaxe.knab.www//:sptth\u202c', 'www.bank.example'],
  ['Please sign in here: bank.com/login', 'bank.com'],
])('a link that shows %j shows an address', async ([shown, host]) => {
  const { all } = await html(`<a href="https://evil.example.net/">${shown}</a>`)
  expect(all[0]?.shows?.host).toBe(host)
})

test('an address that two links show is one, whatever invisible stands between them', async () => {
  const { all } = await html(
    '<a href="http://e.example.net/">h</a>&#8203;<a href="http://e.example.net/">ttps://bank.com/x</a>',
  )
  expect(all.some(({ shows }) => shows?.host === 'bank.com')).toBe(true)
})

test.for(['ｈｔｔｐ://１９８.51.100.7/a', 'http：／／198。51．100．7／a', 'http://198․51․100․7/a'])(
  'fullwidth letters and marks of %s in a text are read',
  async written => {
    const { all } = await ask(links, {
      message: Buffer.from(`Content-Type: text/plain; charset=utf-8\r\n\r\nOpen ${written}\r\n`),
    })
    expect(all.map(({ ip }) => ip)).toContain('198.51.100.7')
  },
)
