/** What HTML hides, asks for and runs: each rule with what fires it and what just does not. */
import { expect, test } from 'vitest'
import { type HtmlRule, html } from '../../../src/filters/content/html.ts'
import { type MessageOptions, message } from '../../../src/testing/message.ts'
import { probe } from '../../../src/testing/probe.ts'
import { modulesOf, pixelsOf, png } from '../../support/pictures.ts'
import { page, type RuleCase, tryRules } from '../../support/rule-cases.ts'

const words = (count: number): string => 'word '.repeat(count)
const picture = (size: number): Uint8Array =>
  Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(size)])

const withCode = (text: string, words = 'Hello'): MessageOptions =>
  page(`<p>${words}</p><img src="cid:a">`, {
    attachments: [{ filename: 'a.png', type: 'image/png', content: png(pixelsOf(modulesOf(text))) }],
  })

const garden =
  'Thank you for these minutes of our garden club: members discussed roses, tulips, budget questions, autumn bulbs, ' +
  'greenhouse heating, watering schedules, compost prices, friendly neighbours, summer excursions and winter lectures. '
const animals = 'heron otter badger salmon falcon marten beaver plover curlew dipper '

const cases: Readonly<Record<HtmlRule, RuleCase>> = {
  'html/hidden-text': {
    fires: page(`<p>${words(300)}</p><div style="display:none">${animals.repeat(8)}</div>`),
    reason: '464 letters are hidden, in words that are not visible elsewhere',
    spares: page(`<div style="display:none">${animals}${'&zwnj;&nbsp;'.repeat(300)}</div><p>Hello</p>`),
  },
  'html/obfuscated-words': {
    fires: page(`<p>${'ac&#x200b;count '.repeat(12)}</p>`),
    reason: '12 characters in the text are invisible or look like other letters',
    spares: page(`<p>${'Donau&shy;dampf&shy;schiff '.repeat(12)}</p>`),
  },
  'html/split-words': {
    fires: page(`<p>${'acc<!-- x -->ount '.repeat(6)}</p>`),
    reason: '6 comments are inside of words',
    spares: page(`<p>${'<b>O</b>ffer<!--[if mso]>x<![endif]--> <i>now</i>,<br>'.repeat(12)}</p>`),
  },
  'html/parts-differ': {
    fires: {
      text: `${garden.repeat(3)}\n`,
      html: `<p>${'Your account is closed, open the attached page. '.repeat(9)}</p>`,
    },
    reason: 'of 24 words of the plain text the HTML has 0',
    spares: { text: `${garden.repeat(3)}\n`, html: `<h1>News</h1><p>${garden.repeat(2)}</p>` },
  },
  'html/password-field': {
    fires: page('<form action="https://example.com"><input type="password"></form>'),
    reason: 'the message has a password field',
    spares: page('<form action="https://example.com"><input type="text"></form>'),
  },
  'html/form': {
    fires: page('<form action="https://example.com"><input name=a><input type=tel><textarea></textarea></form>'),
    reason: 'the message contains a form with 3 fields',
    spares: page('<form action="https://example.com"><input type=hidden><input name=q><input type=submit></form>'),
  },
  'html/script': {
    fires: page('<p>Hello</p><script>location = "https://example.com"</script>'),
    reason: 'the message has a script: “location = "https://example.com"”',
    spares: page('<p>Hello</p><script>if (window.csa) { window.csa("cel") }</script>'),
  },
  'html/meta-refresh': {
    fires: page('<meta http-equiv="refresh" content="0; url=https://example.com/">'),
    reason: 'the message redirects to “example.com”',
    spares: page('<meta http-equiv="Content-Type" content="text/html; url=x">'),
  },
  'html/base-element': {
    fires: page('<base href="https://example.com/"><a href="x">x</a>'),
    reason: 'a base element changes the target of relative links to “example.com”',
    spares: page('<base href="https://www.example.org/"><a href="x">x</a>'),
  },
  'html/picture-only': {
    fires: page('<a href="https://example.com/"><img src="https://example.com/a.png" width="600"></a>'),
    reason: 'pictures: 1, links: 1, characters of text: 0',
    spares: page(`<a href="https://example.com/"><img src="https://example.com/a.png"></a><p>${words(20)}</p>`),
  },
  'html/picture-led': {
    fires: page(`<a href="https://example.com/"><img src="https://example.com/a.png"></a><p>${words(50)}</p>`),
    reason: 'a picture is a link, the text has 200 characters, and no link is the author’s',
    spares: page(
      `<a href="https://u77.ct.sendgrid.net/ls/click?upn=x"><img src="https://example.com/a.png"></a><p>${words(50)}</p>`,
    ),
  },
  'html/picture-host': {
    fires: page('<p>Hello</p><img src="//i.imgur.com/QdBew6L.jpg">'),
    reason: 'a picture is at “i.imgur.com”',
    spares: page(
      '<p>Hello</p><img src="https://cdn.shop.example.com/a.jpg"><a href="https://imgur.com/gallery/x">x</a>',
    ),
  },
  'html/picture-without-link': {
    fires: page('<img src="cid:a">', {
      attachments: [{ filename: 'a.png', type: 'image/png', content: picture(6000) }],
    }),
    reason: 'a picture, no link, characters of text: 0',
    spares: page('<p>Hello</p><img src="cid:a">', {
      attachments: [{ filename: 'logo.png', type: 'image/png', content: picture(500) }],
    }),
  },
  'html/qr-code': {
    fires: page(
      '<p>Scan the QR code with your phone to keep your account</p><img src="data:image/png;base64,iVBORw0KGgo=">',
    ),
    reason:
      'the text asks the reader to scan a code: “scan the qr code with your phone to ke”, and the text speaks of “account”',
    spares: page('<p>Scan the QR code at the counter</p><img src="data:image/png;base64,iVBORw0KGgo=">'),
  },
  'html/qr-code-target': {
    fires: withCode('https://www.example.net/a'),
    reason: 'a code to scan leads to “www.example.net”',
    spares: withCode('https://www.example.org/a'),
  },
  'html/only': {
    fires: page('<p>Hello</p>'),
    reason: 'the message has HTML and no plain text alternative',
    spares: { text: 'Hello\n', html: '<p>Hello</p>' },
  },
  'html/no-elements': {
    fires: page(`<p>${words(60)}`),
    reason: 'a part is declared as HTML and has hardly any element',
    spares: page(`<div><p>${words(60)}</p><p>x</p></div>`),
  },
}

tryRules(html, cases)

const only = (rule: HtmlRule) => html({ points: { ...off, [rule]: 1 } })
const off = Object.fromEntries(Object.keys(cases).map(id => [id, 'off'])) as Record<HtmlRule, 'off'>

test.for<readonly [string, HtmlRule, MessageOptions]>([
  [
    'a copy of the visible words for mobile display',
    'html/hidden-text',
    page(`<p>${animals.repeat(20)}</p><div style="display:none">${animals.repeat(20)}</div>`),
  ],
  [
    'history that a reply folds',
    'html/hidden-text',
    page(`<p>Yes.</p><div style="display:none">${animals.repeat(20)}</div>`, {
      header: { References: '<a@example.org>' },
    }),
  ],
  [
    'text inside of conditional comments',
    'html/hidden-text',
    page(`<p>Hello</p><!--[if mso]>${animals.repeat(20)}<![endif]-->`),
  ],
  [
    'a note that sends the reader to the HTML',
    'html/parts-differ',
    {
      text: `This newsletter needs a mail program that displays HTML; open it in your browser, please. ${garden.repeat(3)}\n`,
      html: `<p>${'Fresh apples, pears and plums arrived today. '.repeat(9)}</p>`,
    },
  ],
  [
    'a code of the author',
    'html/qr-code',
    withCode('https://www.example.org/a', 'Your account is ready, scan the QR code.'),
  ],
  [
    'a code of another site without a demand',
    'html/qr-code',
    withCode('https://www.example.net/a', 'See you at the fair.'),
  ],
  [
    'a code for a payment',
    'html/qr-code',
    withCode('BCD\n002\n1\nSCT\n\nA\nDE89', 'Scan the QR code to pay into our account.'),
  ],
  ['a short text', 'html/parts-differ', { text: 'See the coloured version.\n', html: `<p>${animals.repeat(20)}</p>` }],
  ['emphasis on single letters', 'html/split-words', page(`<p>${'<b>O</b>ne '.repeat(9)}</p>`)],
  [
    'names in isolates',
    'html/obfuscated-words',
    page(`<p>${'طلب \u2068Bob\u2069 رقم \u202a88213\u202c '.repeat(9)}</p>`),
  ],
  ['units with Greek letters', 'html/obfuscated-words', page(`<p>${'10 μL and 3 μg TNFα, 5 μm NFκB. '.repeat(9)}</p>`)],
])('%s is honest', async ([, rule, given]) => {
  expect(await probe(only(rule), { message: message(given) })).toEqual([])
})

test.for<readonly [string, HtmlRule, MessageOptions]>([
  [
    'a code drawn in block characters',
    'html/qr-code',
    page(`<p>Your account: scan the QR code below.</p><pre>${'█▀▀▄ ▄█ ▀\n'.repeat(25)}</pre>`),
  ],
  [
    'a code drawn as a table',
    'html/qr-code',
    page(
      `<p>Your account: scan the QR code below.</p><table><tr>${'<td width=4 height=4 bgcolor="#000000"></td>'.repeat(210)}</table>`,
    ),
  ],
  [
    'a code that leads to another site than the author’s',
    'html/qr-code',
    withCode('https://www.example.net/a', 'Your password expires.'),
  ],
  ['a code that leads to an IP address', 'html/qr-code', withCode('http://203.0.113.7/a')],
  ['an entity for each letter', 'html/split-words', page(`<p>${'&#97;&#98;'.repeat(30)}</p>`)],
  ['elements that only cut words', 'html/split-words', page(`<p>${'acc<span>ou</span>nt '.repeat(8)}</p>`)],
  ['direction marks in words', 'html/obfuscated-words', page(`<p>${'ca\u200e\u200fr\u200ed '.repeat(5)}</p>`)],
])('%s is found', async ([, rule, given]) => {
  expect((await probe(only(rule), { message: message(given) })).map(({ rule }) => rule)).toEqual([rule])
})
