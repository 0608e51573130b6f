/**
 * Encrypted archives in whole messages: what a given password opens is judged by its content, what stays closed by its
 * names, and honest senders of such archives pay little.
 */
import { readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { message } from '../../../../src/testing/message.ts'
import { zip } from '../../../archives/build.ts'
import { encryptedRar } from '../../../archives/encrypted-rar.ts'
import { encryptedZip } from '../../../archives/encrypted-zip.ts'
import { judge } from '../../../support/judging.ts'

interface Sent {
  readonly text: string
  readonly file: Uint8Array
  readonly name?: string
  readonly subject?: string
}

/** The points, and the reasons by rule. */
async function judged({ text, file, name = 'documents.zip', subject = 'Documents' }: Sent) {
  const { findings, score } = await judge(
    message({
      from: 'Anna Meyer <anna@sender.example>',
      to: 'Bob <bob@example.org>',
      subject,
      messageId: '<20260101120000.1@sender.example>',
      text,
      attachments: [{ filename: name, content: file, type: 'application/octet-stream' }],
    }),
  )
  const rules = findings.flatMap(({ rule = '', reason }) =>
    rule.startsWith('attachments/') ? [[rule.slice('attachments/'.length), reason] as const] : [],
  )
  return { score, rules: new Map(rules) }
}

// The thread compiles 7-Zip with the first archives, which counts as time of theirs.
beforeAll(async () => {
  const rar = encryptedRar({ name: 'photo.dat', data: Buffer.from('data'), password: '4471-K' })
  for (const file of [rar, fixture('content.7z')]) await judged({ text: 'Password: 4471-K\n', file })
})

const program = Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'), Buffer.alloc(121)])
const pdf = '%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n'
const fixture = (name: string): Buffer => readFileSync(`fixtures/encrypted/${name}`)
/** Marked as encrypted, and no password opens it. */
const closed = (...names: readonly string[]): Buffer =>
  zip(names.map(name => ({ name, data: `content of ${name}`, stored: true, encrypted: true })))
const HELLO = 'Hello Bob,\n\nplease find attached the documents we spoke about.\n'

const told: readonly (readonly [language: string, text: string])[] = [
  ['English', `${HELLO}The password is 4471-K.\n\nAnna\n`],
  ['German', 'Hallo Bob,\n\nanbei die Unterlagen. Das Archivpasswort lautet: 4471-K\n\nAnna\n'],
  ['Polish', 'Dzień dobry,\n\nw załączniku przesyłam umowę. Hasło: 4471-K\n\nPozdrawiam\n'],
  ['Japanese', 'お世話になっております。\n\n添付ファイルをご確認ください。\n解凍パスワードは「４４７１-K」です。\n'],
  ['Chinese', '附件请查收，解压密码是4471-K。\n'],
  ['Arabic', 'مرحبا\n\nكلمة المرور للملف: 4471-K\n'],
  ['Hebrew', 'שלום,\n\nהסיסמה לקובץ: 4471-K\n'],
  ['Korean', '안녕하세요.\n\n비밀번호는 4471-K입니다.\n'],
  ['Russian', 'Добрый день!\n\nПароль к архиву — 4471-K\n'],
  ['Turkish', 'Merhaba,\n\nDosyanın şifresi: 4471-K\n'],
  ['no word', `${HELLO}\n4471-K\n\nAnna\n`],
]

test.for(told)('M13 a program in an encrypted archive is found with the password of the text: %s', async ([, text]) => {
  const { rules, score } = await judged({ text, file: fixture('aes256.zip') })
  expect(rules.get('program')).toBe('“documents.zip > order.exe” is a program')
  expect(rules.get('encrypted-with-password')).toBe(
    'a file is encrypted: “documents.zip”: a password in the text opened it',
  )
  expect(rules.has('encrypted')).toBe(false)
  expect(score).toBeGreaterThanOrEqual(8)
})

test.for<readonly [what: string, file: () => Buffer]>([
  ['zip, ZipCrypto', () => fixture('zipcrypto.zip')],
  ['zip, AES-128', () => fixture('aes128.zip')],
  [
    'zip, deflated',
    () => encryptedZip('4471-K', [{ name: 'photo.dat', data: deflateRawSync(program), method: 8, plain: program }]),
  ],
  ['7-Zip, names shown', () => fixture('content.7z')],
  ['7-Zip, names hidden', () => fixture('names.7z')],
  ['RAR 5', () => encryptedRar({ name: 'photo.dat', data: program, password: '4471-K' })],
  ['an archive in an archive', () => zip([{ name: 'inner.zip', data: fixture('aes256.zip') }])],
  [
    'an encrypted one in an encrypted one',
    () => encryptedZip('4471-K', [{ name: 'inner.zip', data: fixture('aes256.zip') }]),
  ],
])('M13 a program is found with the password of the text: %s', async ([, file]) => {
  const { rules, score } = await judged({ text: `${HELLO}Password: 4471-K\n`, file: file() })
  expect(rules.get('program')).toMatch(/is a program$/)
  expect(score).toBeGreaterThanOrEqual(8)
})

test.for<readonly [place: string, more: Partial<Sent>]>([
  ['in the subject', { subject: 'Documents (password 4471-K)' }],
  ['in the name of a file', { name: 'documents_pass-4471-K.zip' }],
])('M13 the password stands %s', async ([place, more]) => {
  const { rules } = await judged({ text: HELLO, file: fixture('zipcrypto.zip'), ...more })
  expect(rules.get('program')).toMatch(/is a program$/)
  expect(rules.get('encrypted-with-password')).toContain(`a password ${place} opened it`)
})

const members = [
  'contract 4471.vhdx',
  'contract.iso',
  'contract.img',
  'statement.html',
  'statement.xhtml',
  'statement.svg',
  'notes.one',
  'order.com',
  'order.scr',
  'order.pdf.exe',
  'folder/order.js',
  'order.exe ',
  'order.exe.',
  'order.ｅｘｅ',
  'ann\u202efdp.exe',
]

test.for(members)(
  'M13 %s in an archive that stays closed, with a password in the text, reaches the quarantine',
  async name => {
    const { score, rules } = await judged({ text: `${HELLO}Password: 4471-K\n`, file: closed(name, 'read me.txt') })
    expect(rules.has('encrypted')).toBe(true)
    expect(score).toBeGreaterThanOrEqual(6)
  },
)

test.for(members)('M13 %s in an archive that the password opens reaches the quarantine', async name => {
  const file = encryptedZip('4471-K', [{ name, data: 'content' }])
  const { score, rules } = await judged({ text: `${HELLO}Password: 4471-K\n`, file })
  expect(rules.has('encrypted')).toBe(false)
  expect(score).toBeGreaterThanOrEqual(6)
})

test.for<readonly [what: string, sent: Sent]>([
  [
    'a tax adviser: a statement, the password in the text',
    {
      subject: 'Jahresabschluss 2025',
      text: 'Sehr geehrter Herr Baker,\n\nanbei der Jahresabschluss. Das Kennwort lautet: Abschluss-2025\n\nMit freundlichen Grüßen\nAnna Meyer\n',
      file: encryptedZip('Abschluss-2025', [{ name: 'Jahresabschluss.pdf', data: pdf }]),
    },
  ],
  [
    'payroll: the password is known to the reader',
    {
      subject: 'Payslip November',
      text: 'Dear Bob,\n\nyour payslip is attached. The password is your date of birth (DDMMYYYY).\n\nPayroll\n',
      file: closed('payslip.pdf'),
    },
  ],
  [
    'the password comes in a second message',
    {
      text: `${HELLO}The password will follow in a separate message.\n\nAnna\n`,
      file: closed('contract.docx', 'annex.pdf'),
    },
  ],
  [
    'the second message, with a file',
    { subject: 'Password', text: 'Abschluss-2025\n', file: Buffer.from(pdf), name: 'a.pdf' },
  ],
  [
    'figures of a bank, password in the text, and it opens nothing',
    { text: `${HELLO}Password: 4471-K\n`, file: closed('figures 2025.xlsx', 'report.docx') },
  ],
  [
    'the custom of Japanese companies',
    {
      text: 'お世話になっております。\n見積書をお送りします。\nパスワード：Mitsu2025\n',
      file: encryptedZip('Mitsu2025', [{ name: '見積書.pdf', data: pdf }]),
    },
  ],
  [
    'a RAR of photographs',
    {
      name: 'photos.rar',
      text: 'Photos! pw: summer24\n',
      file: encryptedRar({ name: 'beach.jpg', data: Buffer.from('ffd8ffe000', 'hex'), password: 'summer24' }),
    },
  ],
  [
    'a PDF that the Finder has packed',
    { name: 'report.pdf.zip', text: HELLO, file: zip([{ name: 'report.pdf', data: pdf }]) },
  ],
  [
    'names of hosts',
    {
      text: HELLO,
      file: zip([
        { name: 'www.example.com', data: 'a' },
        { name: 'anna@example.com', data: 'b' },
      ]),
    },
  ],
])('honest: %s costs less than 3', async ([, sent]) => {
  const { score, rules } = await judged(sent)
  expect(score, [...rules.values()].join('; ')).toBeLessThan(3)
})

test('a link in an encrypted PDF is a link of the message, if the message gives the password', async () => {
  const file = readFileSync('fixtures/pdf/user-aes-256.pdf')
  const name = 'invoice.pdf'
  const opened = await judged({ name, file, text: `${HELLO}Password: 24121980\n` })
  expect(opened.rules.get('encrypted-with-password')).toContain('a password in the text opened it')
  // A call-back number in a document that says so.
  expect(opened.score).toBeGreaterThan((await judged({ name, file, text: HELLO })).score)
})

test('a finding names the archive that could not be opened', async () => {
  const { rules } = await judged({ text: `${HELLO}Password: 4471-K\n`, file: closed('figures.xlsx') })
  expect(Object.fromEntries(rules)).toEqual({
    encrypted: '“documents.zip”: entries of the archive need a password',
    'encrypted-with-password': 'a file is encrypted, and the text gives a password',
  })
})

test('no finding repeats a password', async () => {
  const { rules } = await judged({ text: `${HELLO}Password: 4471-K\n`, file: fixture('aes256.zip') })
  expect(JSON.stringify([...rules])).not.toContain('4471-K')
})
