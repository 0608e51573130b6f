/** What hides in the parts of a message: each such message is quarantined or refused by the recommended filters. */
import { expect, test } from 'vitest'
import { honest, judgeParts } from '../support/judging.ts'
import { mimeCases, payload } from '../support/mime-cases.ts'

const BAD = ['quarantine', 'reject']
const base64 = payload.toString('base64')

test('an honest message is accepted, and nothing is found in it', async () => {
  const text = `${honest}Content-Type: text/plain\r\n\r\nHello Bob,\r\n\r\nhere are the minutes.\r\n\r\nAnna\r\n`
  expect(await judgeParts(text)).toEqual({ verdict: 'accept', points: 0, rules: [] })
})

test.for(mimeCases)(
  'M10 $name is quarantined or refused, or its ambiguity costs points',
  async ({ message, found, kinds }) => {
    // The fields of the case stay where they are: some lie by standing first.
    const { verdict, points, rules } = await judgeParts(message)
    // Refused by its header section: no reader has to look into it.
    if (verdict === 'reject' && rules.length === 0) return
    if (found) expect([points >= 6, BAD.includes(verdict)]).toEqual([true, true])
    else expect(points).toBeGreaterThanOrEqual(3)
    // A bare CR becomes CRLF on the way in: no reader sees it afterwards.
    if (kinds.length > 0 && !kinds.includes('bare-cr')) {
      expect(rules.some(rule => rule.startsWith('structure/'))).toBe(true)
    }
  },
)

test.for<[name: string, fields: string]>([
  ['of the type', 'Content-Type: text/plain; name=x.exe'],
  ['of a page', 'Content-Type: text/html; name="x.hta"\r\nContent-Disposition: inline'],
  ['beside another', "Content-Disposition: attachment; filename=a.txt; filename*=utf-8''b%2Eexe"],
  ['behind another', 'Content-Disposition: attachment; filename=a.txt; filename=b.exe'],
  ['in a second field', 'Content-Disposition: inline; filename=a.txt\r\nContent-Disposition: x; filename=b.exe'],
  ['in pieces', 'Content-Disposition: attachment; filename*0=a.; filename*1=exe'],
  ['in pieces with a gap', 'Content-Disposition: attachment; filename*0=a; filename*2=.exe'],
  ['in an encoded word', 'Content-Disposition: attachment; filename="=?utf-8?b?YS5leGU=?="'],
  ['before a NUL', 'Content-Disposition: attachment; filename="a.exe\0.txt"'],
  ['written backwards', 'Content-Disposition: attachment; filename="a\xe2\x80\xaefdp.exe"'],
  ['with a dot and blanks behind it', 'Content-Disposition: attachment; filename="a.exe. ."'],
  ['of a stream', 'Content-Disposition: attachment; filename="a.exe::$DATA"'],
  ['with an invisible letter', 'Content-Disposition: attachment; filename="a.e\xe2\x80\x8bxe"'],
  ['in a field that few know', 'Content-Disposition\r\n : attachment; filename=a.exe'],
  ['before its semicolon', 'Content-Disposition: attachment filename=a.exe'],
  ['behind a quoted one', 'Content-Disposition: attachment; filename="a.txt".exe'],
  ['before a blank', 'Content-Disposition: attachment; filename=a.exe the report.txt'],
  ['in quotes that do not end', 'Content-Disposition: attachment; filename="a.exe; x=.txt'],
  ['of a quoted parameter', 'Content-Disposition: attachment; "filename"="a.exe"'],
  ['behind a comment', 'Content-Disposition: attachment; (comment) filename=a.exe'],
  ['in front of a comment', 'Content-Disposition: attachment; filename=a.exe (comment.txt)'],
])('M11 a program by a name %s is quarantined or refused, whatever its bytes are', async ([, fields]) => {
  const message = `${honest}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n${fields}\r\n\r\nharmless bytes\r\n--b--\r\n`
  const { verdict, points, rules } = await judgeParts(message)
  expect(rules.some(rule => /^attachments\/(?:auto-executable|double-extension|name-tricks)$/.test(rule))).toBe(true)
  expect([points >= 6, BAD.includes(verdict)]).toEqual([true, true])
})

const attached = `Content-Type: application/octet-stream; name=x.exe\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}\r\n`
const inner = `Subject: inner\r\n${attached}`
const lines = (text: string) => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\r\n')
const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(tag, 0x82, content.length >> 8, content.length & 255), content])
}
const oid = (last: number) => Buffer.from([6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, last])
const signed = der(
  0x30,
  oid(2),
  der(0xa0, der(0x30, der(2, Buffer.of(1)), der(0x31), der(0x30, oid(1), der(0xa0, der(4, Buffer.from(inner)))))),
)

test.for<[what: string, rest: string, rule: string]>([
  ['a piece of a message', 'Content-Type: message/partial; id=x; number=1; total=2\r\n\r\nx', 'structure/partial'],
  ['a program in an attached message', `Content-Type: message/rfc822\r\n\r\n${inner}`, 'attachments/program'],
  [
    'a program in a message in base64',
    `Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines(inner)}`,
    'attachments/program',
  ],
  [
    'a program in a message that was saved as a file',
    `Content-Type: application/octet-stream; name=a.eml\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines(inner)}`,
    'attachments/program',
  ],
  [
    'a program in uuencoded text',
    'Content-Type: text/plain\r\n\r\nbegin 644 x.exe\r\n#0V%T\r\n`\r\nend\r\n',
    'structure/hidden-file',
  ],
  [
    'a program in yEnc',
    'Content-Type: text/plain\r\n\r\n=ybegin line=9 size=3 name=x.exe\r\nabc\r\n=yend\r\n',
    'structure/hidden-file',
  ],
  [
    'a program in signed S/MIME',
    `Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n${signed.toString('base64')}`,
    'attachments/program',
  ],
])('M12 %s is quarantined or refused', async ([, rest, rule]) => {
  const { verdict, points, rules } = await judgeParts(`${honest}${rest}\r\n`)
  expect(rules).toContain(rule)
  expect([points >= 6, BAD.includes(verdict)]).toEqual([true, true])
})

test('M12 content that is fetched from elsewhere costs points', async () => {
  const external =
    'Content-Type: message/external-body; access-type=URL; URL="http://example.net/x"\r\n\r\nContent-Type: text/plain\r\n\r\n'
  const { points, rules } = await judgeParts(honest + external)
  expect([points, rules]).toEqual([4, ['structure/external-body']])
})

test.for(['enveloped-data', 'authEnveloped-data'])(
  'M12 S/MIME that is encrypted (%s) is said to be, and is accepted',
  async kind => {
    const raw = der(0x30, oid(3), der(0xa0, der(0x30, Buffer.alloc(300, 7))))
    const fields = `Content-Type: application/pkcs7-mime; smime-type=${kind}; name=smime.p7m\r\nContent-Transfer-Encoding: base64`
    const { verdict, rules } = await judgeParts(`${honest}${fields}\r\n\r\n${raw.toString('base64')}\r\n`)
    expect([verdict, rules]).toEqual(['accept', ['structure/encrypted']])
  },
)
