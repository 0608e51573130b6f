/** What HTML hides, asks for and runs: each rule with what fires it and what just does not. */
import { type HtmlRule, html } from '../../../src/filters/content/html.ts'
import { page, type RuleCase, tryRules } from '../../support/rule-cases.ts'

const words = (count: number): string => 'word '.repeat(count)
const picture = (size: number): Uint8Array =>
  Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(size)])

const cases: Readonly<Record<HtmlRule, RuleCase>> = {
  'html/hidden-text': {
    fires: page(`<p>Hello</p><div style="display:none">${words(200)}</div>`),
    reason: '800 characters are hidden and 5 are shown',
    spares: page(`<div style="display:none">${words(30)}${'&zwnj;&nbsp;'.repeat(300)}</div><p>Hello</p>`),
  },
  'html/same-colour': {
    fires: page(`<body bgcolor="#ffffff"><p>Hello</p><font color="#fffffe">${words(60)}</font></body>`),
    reason: '240 characters have the colour of what is behind them',
    spares: page(`<body bgcolor="#ffffff"><p>Hello</p><font color="#fffffe">${words(20)}</font></body>`),
  },
  'html/tiny': {
    fires: page(`<p>Hello</p><span style="font-size:1px">${words(120)}</span>`),
    reason: '480 characters are too small to be read',
    spares: page(`<p>Hello</p><span style="font-size:9px">${words(120)}</span>`),
  },
  'html/split-words': {
    fires: page(`<p>${'ac&#x200b;count '.repeat(12)}</p>`),
    reason: '12 characters in the text are there to mislead',
    spares: page(`<p>${'Donau&shy;dampf&shy;schiff '.repeat(12)}</p>`),
  },
  'html/comments-in-words': {
    fires: page(`<p>${'&#97;&#98;'.repeat(30)}</p>`),
    reason: '60 plain letters are written as numbers',
    spares: page(`<p>${'&#8211;&#228;'.repeat(30)}</p>`),
  },
  'html/password': {
    fires: page('<form action="https://example.com"><input type="password"></form>'),
    reason: 'a field in the message asks for a password',
    spares: page('<form action="https://example.com"><input type="text"></form>'),
  },
  'html/form': {
    fires: page('<form action="https://example.com"></form>'),
    reason: 'the message holds a form',
    spares: page('<p>a form</p>'),
  },
  'html/script': {
    fires: page('<p>Hello</p><script>location = "https://example.com"</script>'),
    reason: 'the message runs code: “location = "https://example.com"”',
    spares: page('<p>Hello</p><script type="application/ld+json">{"@type":"Order"}</script>'),
  },
  'html/frame': {
    fires: page('<iframe src="https://example.com"></iframe>'),
    reason: 'the message holds a frame or an object',
    spares: page('<p>frame</p>'),
  },
  'html/refresh': {
    fires: page('<meta http-equiv="refresh" content="0; url=https://example.com/">'),
    reason: 'the message goes on to “example.com” by itself',
    spares: page('<meta http-equiv="Content-Type" content="text/html; url=x">'),
  },
  'html/base': {
    fires: page('<base href="https://example.com/"><a href="x">x</a>'),
    reason: 'a base element changes where links lead',
    spares: page('<a href="https://example.com/x">x</a>'),
  },
  'html/picture-only': {
    fires: page('<a href="https://example.com/"><img src="https://example.com/a.png" width="600"></a>'),
    reason: '1 pictures, 1 links and 0 characters of text',
    spares: page(`<a href="https://example.com/"><img src="https://example.com/a.png"></a><p>${words(20)}</p>`),
  },
  'html/picture-alone': {
    fires: page('<img src="cid:a">', {
      attachments: [{ filename: 'a.png', type: 'image/png', content: picture(6000) }],
    }),
    reason: 'a picture, 0 characters of text and no link',
    spares: page('<p>Hello</p><img src="cid:a">', {
      attachments: [{ filename: 'logo.png', type: 'image/png', content: picture(500) }],
    }),
  },
  'html/scan-code': {
    fires: page('<p>Scan the QR code with your phone</p><img src="data:image/png;base64,iVBORw0KGgo=">'),
    reason: 'the reader is told to scan a code: “scan the qr code with your phone”',
    spares: page('<p>Scanned in the last week</p><img src="data:image/png;base64,iVBORw0KGgo=">'),
  },
  'html/only': {
    fires: page('<p>Hello</p>'),
    reason: 'there is HTML and no plain text',
    spares: { text: 'Hello\n', html: '<p>Hello</p>' },
  },
  'html/broken': {
    fires: page(`<p>${words(60)}`),
    reason: 'what is declared as HTML is none',
    spares: page(`<div><p>${words(60)}</p><p>x</p></div>`),
  },
  'html/shouting': {
    fires: page(`<p>${'BUY IT NOW '.repeat(15)}</p>`),
    reason: '120 capitals and 0 small letters',
    spares: page(`<p>${'Buy It Now and then some more '.repeat(15)}</p>`),
  },
}

tryRules(html, cases)
