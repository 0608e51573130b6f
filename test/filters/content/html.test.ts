/** What HTML hides, asks for and runs: each rule with what fires it and what just does not. */
import { type HtmlRule, html } from '../../../src/filters/content/html.ts'
import { page, type RuleCase, tryRules } from '../../support/rule-cases.ts'

const words = (count: number): string => 'word '.repeat(count)
const picture = (size: number): Uint8Array =>
  Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(size)])

const cases: Readonly<Record<HtmlRule, RuleCase>> = {
  'html/hidden-text': {
    fires: page(`<p>Hello</p><div style="display:none">${words(200)}</div>`),
    reason: '800 characters are hidden and 5 are visible',
    spares: page(`<div style="display:none">${words(30)}${'&zwnj;&nbsp;'.repeat(300)}</div><p>Hello</p>`),
  },
  'html/same-colour': {
    fires: page(`<body bgcolor="#ffffff"><p>Hello</p><font color="#fffffe">${words(60)}</font></body>`),
    reason: '240 characters have the colour of their background',
    spares: page(`<body bgcolor="#ffffff"><p>Hello</p><font color="#fffffe">${words(20)}</font></body>`),
  },
  'html/tiny-font': {
    fires: page(`<p>Hello</p><span style="font-size:1px">${words(120)}</span>`),
    reason: '480 characters are too small to read',
    spares: page(`<p>Hello</p><span style="font-size:9px">${words(120)}</span>`),
  },
  'html/obfuscated-words': {
    fires: page(`<p>${'ac&#x200b;count '.repeat(12)}</p>`),
    reason: '12 characters in the text are invisible or look like other letters',
    spares: page(`<p>${'Donau&shy;dampf&shy;schiff '.repeat(12)}</p>`),
  },
  'html/comments-in-words': {
    fires: page(`<p>${'&#97;&#98;'.repeat(30)}</p>`),
    reason: '60 plain letters are written as numeric entities',
    spares: page(`<p>${'&#8211;&#228;'.repeat(30)}</p>`),
  },
  'html/password-field': {
    fires: page('<form action="https://example.com"><input type="password"></form>'),
    reason: 'the message has a password field',
    spares: page('<form action="https://example.com"><input type="text"></form>'),
  },
  'html/form': {
    fires: page('<form action="https://example.com"></form>'),
    reason: 'the message contains a form',
    spares: page('<p>a form</p>'),
  },
  'html/script': {
    fires: page('<p>Hello</p><script>location = "https://example.com"</script>'),
    reason: 'the message runs code: “location = "https://example.com"”',
    spares: page('<p>Hello</p><script type="application/ld+json">{"@type":"Order"}</script>'),
  },
  'html/frame': {
    fires: page('<iframe src="https://example.com"></iframe>'),
    reason: 'the message contains a frame or an embedded object',
    spares: page('<p>frame</p>'),
  },
  'html/meta-refresh': {
    fires: page('<meta http-equiv="refresh" content="0; url=https://example.com/">'),
    reason: 'the message redirects to “example.com”',
    spares: page('<meta http-equiv="Content-Type" content="text/html; url=x">'),
  },
  'html/base-element': {
    fires: page('<base href="https://example.com/"><a href="x">x</a>'),
    reason: 'a base element changes the target of relative links',
    spares: page('<a href="https://example.com/x">x</a>'),
  },
  'html/picture-only': {
    fires: page('<a href="https://example.com/"><img src="https://example.com/a.png" width="600"></a>'),
    reason: 'pictures: 1, links: 1, characters of text: 0',
    spares: page(`<a href="https://example.com/"><img src="https://example.com/a.png"></a><p>${words(20)}</p>`),
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
    fires: page('<p>Scan the QR code with your phone</p><img src="data:image/png;base64,iVBORw0KGgo=">'),
    reason: 'the text asks the reader to scan a code: “scan the qr code with your phone”',
    spares: page('<p>Scanned in the last week</p><img src="data:image/png;base64,iVBORw0KGgo=">'),
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
  'html/capitals': {
    fires: page(`<p>${'BUY IT NOW '.repeat(15)}</p>`),
    reason: '120 capitals and 0 small letters',
    spares: page(`<p>${'Buy It Now and then some more '.repeat(15)}</p>`),
  },
}

tryRules(html, cases)
