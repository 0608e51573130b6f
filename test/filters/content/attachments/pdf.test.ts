/** PDFs as they come by mail: what hides in them meets the rules, and invoices, forms and payslips cost nothing. */
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { contentFilters } from '../../../../src/filters/content/content-filters.ts'
import { postern } from '../../../../src/index.ts'
import { message } from '../../../../src/testing/message.ts'
import { zone } from '../../../../src/testing/zone.ts'
import { packedPdf, page, pdf } from '../../../archives/pdf-build.ts'

const filters = contentFilters({ domains: ['example.org'] }).filter(({ name }) => name !== 'bulk')

async function judge(content: Buffer): Promise<{ readonly score: number; readonly rules: readonly string[] }> {
  const gateway = postern({ name: 'mx.example.org', mode: 'shadow', trace: [], dns: zone({}), filters })
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('mail.architects.example')
  await session.mail('anna.meyer@gmail.com')
  await session.rcpt('bob@example.org')
  const sent = message({
    from: 'Anna Meyer <anna.meyer@gmail.com>',
    subject: 'Document 118',
    text: 'Dear Bob,\n\nthe document is attached.\n\nAnna\n',
    attachments: [{ filename: 'document 118.pdf', content, type: 'application/pdf' }],
  })
  const { score, findings } = await session.data(Readable.from([Buffer.from(sent)]))
  session.close()
  await gateway.close()
  return { score, rules: findings.flatMap(({ rule, points = 0 }) => (rule !== undefined && points > 0 ? [rule] : [])) }
}

const fixture = (name: string): Buffer => readFileSync(new URL(`../../../../fixtures/pdf/${name}`, import.meta.url))
const FONT = '/Resources << /Font << /F1 << /BaseFont /Helvetica >> >> >>'
const written = (text: string) => pdf(page({ data: `BT /F1 9 Tf (${text}) Tj ET`, packed: true }, { page: FONT }))
const names = '/Names << /EmbeddedFiles << /Names [(x) 5 0 R] >> >>'
const attached = (name: string, data: string, more = '') =>
  pdf(
    page('', {
      catalog: names,
      more: [`<< /Type /Filespec /F (${name}) ${more} /EF << /F 6 0 R >> >>`, { data, packed: true }],
    }),
  )
const opens = (action: string) => pdf(page('', { catalog: `/OpenAction << ${action} >>` }))
const CALL =
  'Your account will be charged 349.99 USD today. If you did not authorize this charge, call +1 \\(808\\) 555-0142 to cancel your subscription.'
const HEX = Buffer.from('http://203.0.113.9/order.exe').toString('hex')

test.for<readonly [what: string, bytes: Buffer, rule: RegExp]>([
  ['a number to call', written(CALL), /^wording\/callback-phishing$/],
  ['a number to call, and an owner’s password', fixture('empty-aes-128.pdf'), /^wording\/callback-phishing$/],
  ['a link in hex in a stream of objects', packedPdf([`<< /A << /S /URI /URI <${HEX}> >> >>`]), /^links\/ip$/],
  ['an address in its text', written('Open http://203.0.113.9/order.exe now'), /^links\/ip$/],
  ['a program', attached('order.exe', `MZ${'\0'.repeat(70)}`), /^attachments\/program$/],
  ['a script file', attached('order.js', 'x()'), /^attachments\/auto-executable$/],
  ['a program that starts', opens('/S /Launch /F (cmd.exe)'), /^attachments\/active-pdf$/],
  ['a page that opens', opens(`/S /URI /URI <${HEX}>`), /^attachments\/active-pdf$/],
  [
    'a script that runs',
    opens('/S /JavaScript /JS (this.exportDataObject\\({nLaunch:2}\\))'),
    /^attachments\/active-pdf$/,
  ],
])('a PDF with %s is noticed', async ([, bytes, rule]) => {
  const { rules } = await judge(bytes)
  expect(rules.filter(one => rule.test(one))).toHaveLength(1)
})

const FORM =
  '/S /JavaScript /JS (event.value = getField\\("a"\\).value * 1.19; if \\(event.value < 0\\) app.alert\\("Line 3"\\);)'

test.for<readonly [what: string, bytes: Buffer]>([
  ['an invoice', written('Invoice 118. Please transfer 1,499.00 EUR within 14 days. Questions? Call +49 30 1234567.')],
  ['an invoice with its XML', attached('factur-x.xml', '<rsm:CrossIndustryInvoice/>', '/AFRelationship /Data')],
  ['a contract with a table', attached('hours.csv', 'a;b\n1;2\n')],
  ['a form of the tax office', pdf(page('', { page: `/Annots [<< /FT /Tx /AA << /C << ${FORM} >> >> >>]` }))],
  ['a label that is printed', opens('/S /JavaScript /JS (this.print\\({bUI:false,bSilent:true}\\);)')],
  ['a document that begins on its third page', opens('/S /GoTo /D [3 0 R /Fit] /Next []')],
  ['a manual of several files', pdf(page('', { page: '/Annots [<< /A << /S /GoToR /F (part2.pdf) >> >>]' }))],
  ['a payslip with a password', fixture('user-aes-128.pdf')],
  ['a payslip with a long key', fixture('user-aes-256.pdf')],
])('%s costs less than 3', async ([, bytes]) => {
  const { score, rules } = await judge(bytes)
  expect([rules, score < 3]).toEqual([expect.any(Array), true])
})
